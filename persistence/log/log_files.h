#pragma once
// The files of a log directory: makes new ones with all their space, and keeps a few that are not
// needed any more to be written over, which costs the disk less than growing a file. One thread.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "persistence/file/file.h"
#include "persistence/log/log_format.h"
#include "persistence/storage_error.h"

namespace coney {

class LogFiles {
 public:
  // `spare_names`: files of the directory that may be written over.
  LogFiles(FileSystem& system, std::filesystem::path directory, std::uint64_t file_bytes,
           std::vector<std::string> spare_names);

  // A file of this number of any content, there for good with at least file_bytes of space.
  StorageResult<std::unique_ptr<File>> create(LogFileNumber number);
  // The file is not one of the log any more, for good.
  StorageResult<void> retire(LogFileNumber number);
  // The same for a file that the disk had trouble with: it is not used again.
  StorageResult<void> discard(LogFileNumber number);

 private:
  static constexpr std::size_t kMostSpares = 2;

  std::filesystem::path path(const std::string& name) const { return directory_ / name; }
  StorageResult<std::unique_ptr<File>> create_from_spare(const std::string& spare,
                                                         const std::string& name);
  StorageResult<std::unique_ptr<File>> create_new(const std::string& name);
  StorageResult<void> fill(File& file);

  FileSystem& system_;
  std::filesystem::path directory_;
  std::uint64_t file_bytes_;
  std::vector<std::string> spares_;
};

}  // namespace coney
