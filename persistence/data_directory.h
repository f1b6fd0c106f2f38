#pragma once
// The directory that holds everything a node keeps on disk:
//   lock                 held with flock() while a process uses the directory; its pid inside
//   format               one line, "coney-data N": the version of the layout
//   definitions.sqlite   see persistence/definitions/definition_store.h
//   wal/                 the write-ahead log of messages, shared by all queues
//   segments/            messages that the log has given up, by queue
//   spill/               messages that memory has no room for; worthless after a restart
//   quarantine/          what could not be read, kept for a person to look at
//   deliveries.map       how far each queue has delivered
// Version 1 had no more than the first three. A directory of any older version is taken as it is
// and becomes one of the present version when it is opened. A folder `log` beside these is the
// default place of the text log and no part of the layout.

#include <filesystem>
#include <utility>

#include "persistence/storage_error.h"

namespace coney {

// Where things are. Knows names only.
class DataDirectoryPaths {
 public:
  explicit DataDirectoryPaths(std::filesystem::path path) : path_(std::move(path)) {}

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path definitions_path() const { return path_ / "definitions.sqlite"; }
  std::filesystem::path wal_path() const { return path_ / "wal"; }
  std::filesystem::path segments_path() const { return path_ / "segments"; }
  std::filesystem::path spill_path() const { return path_ / "spill"; }
  std::filesystem::path quarantine_path() const { return path_ / "quarantine"; }
  std::filesystem::path deliveries_path() const { return path_ / "deliveries.map"; }

 private:
  std::filesystem::path path_;
};

// Opened once at start, before anything in it is touched.
class DataDirectory : public DataDirectoryPaths {
 public:
  // Takes the lock and brings the directory to the present version. Creates the directory (and its
  // parents, readable by the owner only) and its folders where they are missing. Errors: kLocked
  // naming the holder's pid, kNewerVersion, kCorrupt (`format` is not ours), kCannotOpen, kNoSpace,
  // kIo.
  static StorageResult<DataDirectory> open(const std::filesystem::path& path);

  // For tools that only read: says whether this is a data directory of a version that this program
  // knows. Changes nothing and takes no lock, so a broker may be using it. Errors: kCannotOpen,
  // kNewerVersion, kCorrupt.
  static StorageResult<DataDirectoryPaths> inspect(const std::filesystem::path& path);

  // Removes everything that a node has stored: afterwards the directory is as a new one is. What is
  // in quarantine stays. REQUIRES: nothing in it is open. Errors: kIo.
  StorageResult<void> clear();

  DataDirectory(DataDirectory&& other) noexcept;
  DataDirectory& operator=(DataDirectory&&) = delete;
  // Gives the lock back.
  ~DataDirectory();

 private:
  DataDirectory(std::filesystem::path path, int lock)
      : DataDirectoryPaths(std::move(path)), lock_(lock) {}

  int lock_;  // file descriptor
};

}  // namespace coney
