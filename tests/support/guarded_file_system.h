#pragma once
// A disk behind a guard, who is asked before each operation and may refuse it or take his time.
// Everything else is up to the disk behind. Thread-safe when both are.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "persistence/file/file.h"

namespace coney {

enum class DiskOperation : std::uint8_t {
  kOpen,
  kOpenOrMake,
  kRead,    // of a file, also its size
  kWrite,   // also giving it space
  kResize,  // to any size
  kSync,    // of a file
  kList,
  kName,  // making directories, renaming and removing files
  kSyncNames,
};

class GuardedFileSystem : public FileSystem {
 public:
  explicit GuardedFileSystem(FileSystem& disk) : disk_(disk) {}

  StorageResult<std::unique_ptr<File>> open(const std::filesystem::path& path,
                                            OpenMode mode) override;
  StorageResult<std::vector<std::string>> list(const std::filesystem::path& directory) override;
  StorageResult<void> make_directory(const std::filesystem::path& path) override;
  StorageResult<void> rename(const std::filesystem::path& from,
                             const std::filesystem::path& to) override;
  StorageResult<void> remove(const std::filesystem::path& path) override;
  StorageResult<void> sync_directory(const std::filesystem::path& directory) override;
  StorageResult<std::uint64_t> free_bytes(const std::filesystem::path& directory) override;

 protected:
  // Called on the thread that wants it; an error is its result.
  virtual StorageResult<void> admit(DiskOperation operation, const std::filesystem::path& path) = 0;

 private:
  friend class GuardedFile;

  FileSystem& disk_;
};

}  // namespace coney
