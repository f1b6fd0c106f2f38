#pragma once
// The directory that holds everything a node keeps on disk:
//   lock                 held with flock() while a process uses the directory; its pid inside
//   format               one line, "coney-data N": the version of the layout
//   definitions.sqlite   see persistence/definitions/definition_store.h
// Opened once at start, before anything in it is touched.

#include <filesystem>

#include "persistence/storage_error.h"

namespace coney {

class DataDirectory {
 public:
  // Creates the directory (and its parents, readable by the owner only) when it is missing, and
  // takes the lock. Errors: kLocked naming the holder's pid, kNewerVersion, kCorrupt (`format` is
  // not ours), kCannotOpen, kNoSpace, kIo.
  static StorageResult<DataDirectory> open(const std::filesystem::path& path);

  DataDirectory(DataDirectory&& other) noexcept;
  DataDirectory& operator=(DataDirectory&&) = delete;
  // Gives the lock back.
  ~DataDirectory();

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path definitions_path() const { return path_ / "definitions.sqlite"; }

 private:
  DataDirectory(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::filesystem::path path_;
  int lock_;  // file descriptor
};

}  // namespace coney
