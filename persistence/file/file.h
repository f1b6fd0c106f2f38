#pragma once
// The seam between this library and the operating system's files: tests put a disk behind it that
// fails, tears and forgets (tests/support/fault_file_system.h). Any thread; one file is written by
// one thread at a time. Blocking. Errors: kCannotOpen, kNoSpace, kIo, naming the file.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "persistence/storage_error.h"

namespace coney {

class File {
 public:
  virtual ~File() = default;

  // All pieces, one after the other, or an error; then any part of them may be there.
  virtual StorageResult<void> write_at(std::uint64_t offset,
                                       std::span<const std::string_view> pieces) = 0;
  // Fewer bytes than asked for only at the end of the file.
  virtual StorageResult<std::size_t> read_at(std::uint64_t offset, std::span<char> into) = 0;
  // What was written is on the disk (fdatasync). After an error nobody knows what is, and a later
  // success says nothing about what was written before: go on in another file.
  virtual StorageResult<void> sync() = 0;
  // Brings what was written there to the disk, so that little is left to the sync after it.
  // Promises nothing by itself; an error is as one of sync().
  virtual StorageResult<void> write_out(std::uint64_t offset, std::uint64_t bytes) = 0;
  // Makes the file at least this large and gives it the space; what is new reads as zeros.
  virtual StorageResult<void> allocate(std::uint64_t bytes) = 0;
  virtual StorageResult<void> truncate(std::uint64_t size) = 0;
  virtual StorageResult<std::uint64_t> size() = 0;

  StorageResult<void> write_at(std::uint64_t offset, std::string_view bytes) {
    return write_at(offset, std::span(&bytes, 1));
  }
};

enum class OpenMode : std::uint8_t {
  kRead,
  kReadWrite,
  kCreate,  // for reading and writing; an empty file when there was none
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  virtual StorageResult<std::unique_ptr<File>> open(const std::filesystem::path& path,
                                                    OpenMode mode) = 0;
  // Names of the files in it, sorted; none when there is no such directory.
  virtual StorageResult<std::vector<std::string>> list(const std::filesystem::path& directory) = 0;
  // Readable by the owner only. Fine when it is there already.
  virtual StorageResult<void> make_directory(const std::filesystem::path& path) = 0;
  // Replaces what has the new name.
  virtual StorageResult<void> rename(const std::filesystem::path& from,
                                     const std::filesystem::path& to) = 0;
  // Fine when there is no such file.
  virtual StorageResult<void> remove(const std::filesystem::path& path) = 0;
  // Files made, renamed and removed in it are so for good.
  virtual StorageResult<void> sync_directory(const std::filesystem::path& directory) = 0;
  // What an unprivileged process may still write there.
  virtual StorageResult<std::uint64_t> free_bytes(const std::filesystem::path& directory) = 0;
};

FileSystem& real_file_system();

}  // namespace coney
