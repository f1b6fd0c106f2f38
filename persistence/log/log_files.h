#pragma once
// The files of a log directory: makes new ones with all their space, and keeps a few that are not
// needed any more to be written over, which costs the disk less than growing a file. One thread.

#include <cstdint>
#include <filesystem>
#include <functional>
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

  using Rest = std::function<void()>;
  struct Created {
    std::unique_ptr<File> file;
    std::uint64_t bytes = 0;  // of space
  };
  // A file of this number of any content, there for good, with file_bytes of space, or `new_bytes`
  // when it has to be a new one. That is written in small pieces, with `rest` called before each:
  // who syncs another file meanwhile waits for one of them, not for all.
  StorageResult<Created> create(LogFileNumber number, std::uint64_t new_bytes, const Rest& rest);
  StorageResult<Created> create(LogFileNumber number) {
    return create(number, file_bytes_, [] {});
  }
  // The file is not one of the log any more, for good.
  StorageResult<void> retire(LogFileNumber number);
  // The same for a file that the disk had trouble with: it is not used again.
  StorageResult<void> discard(LogFileNumber number);

 private:
  static constexpr std::size_t kMostSpares = 2;

  std::filesystem::path path(const std::string& name) const { return directory_ / name; }
  StorageResult<std::unique_ptr<File>> create_from_spare(const std::string& spare,
                                                         const std::string& name);
  StorageResult<std::unique_ptr<File>> create_new(const std::string& name, std::uint64_t bytes,
                                                  const Rest& rest);

  FileSystem& system_;
  std::filesystem::path directory_;
  std::uint64_t file_bytes_;
  std::vector<std::string> spares_;
};

}  // namespace coney
