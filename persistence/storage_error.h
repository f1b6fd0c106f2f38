#pragma once
// Why something on disk could not be opened, read or written. Values, never exceptions: every
// public function of this library that touches the disk returns StorageResult<T>.

#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace coney {

enum class StorageErrorCode : std::uint8_t {
  kCannotOpen,     // missing, not permitted, read-only, or not the kind of file that is expected
  kLocked,         // another process holds it
  kNewerVersion,   // written by a newer program; left untouched
  kCorrupt,        // the content contradicts its format
  kNoSpace,        // the disk is full; what was asked for did not happen and may be tried again
  kIo,             // the disk failed
  kNoTransaction,  // a write outside of begin() and commit(): a mistake of the caller
};

std::string_view to_string(StorageErrorCode code);

struct StorageError {
  StorageErrorCode code = StorageErrorCode::kIo;
  std::string message;  // a whole sentence for the log, with the path
};

template <typename T>
using StorageResult = boost::system::result<T, StorageError>;

// boost::system::result asks for this when value() is called on an error: a programming error.
[[noreturn]] void throw_exception_from_error(const StorageError& error,
                                             const boost::source_location&);

}  // namespace coney
