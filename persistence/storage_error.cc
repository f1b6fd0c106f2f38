#include "persistence/storage_error.h"

#include <stdexcept>

namespace coney {

std::string_view to_string(StorageErrorCode code) {
  switch (code) {
    case StorageErrorCode::kCannotOpen:
      return "cannot open";
    case StorageErrorCode::kLocked:
      return "locked";
    case StorageErrorCode::kNewerVersion:
      return "newer version";
    case StorageErrorCode::kCorrupt:
      return "corrupt";
    case StorageErrorCode::kNoSpace:
      return "no space";
    case StorageErrorCode::kIo:
      return "input/output error";
    case StorageErrorCode::kNoTransaction:
      return "no transaction";
  }
  return "unknown";
}

void throw_exception_from_error(const StorageError& error, const boost::source_location&) {
  throw std::logic_error(error.message);
}

}  // namespace coney
