#pragma once
// Writes blocks to the log's files in order: which file, where, when the next one begins. Owned by
// the log's thread; does what it is told and knows neither batches nor shards. After an error only
// begin_file() helps, and everything behind synced() is lost.

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "persistence/file/file.h"
#include "persistence/log/log_batch.h"
#include "persistence/log/log_format.h"
#include "persistence/storage_error.h"

namespace coney {

struct NewLogFile {
  LogFileNumber number{};
  std::unique_ptr<File> file;
  std::uint64_t bytes = 0;  // when it is full
  std::uint32_t salt = 0;
};

// Gives out files with rising numbers, each once.
class LogFileSource {
 public:
  virtual ~LogFileSource() = default;
  virtual StorageResult<NewLogFile> next_file() = 0;
};

class LogWriter {
 public:
  // `end`: behind the last record of the log so far. begin_file(end) comes first.
  LogWriter(LogFileSource& source, LogPosition end);

  // Goes on in a new file, which says that the log before it counts up to `end`.
  // REQUIRES: end <= synced().
  StorageResult<void> begin_file(LogPosition end);

  // The block will be written by the next flush() (or before that, when the file is full and the
  // next one begins); it has to stay until then. Returns the file that it goes to.
  StorageResult<LogFileNumber> add(LogBlock& block);
  // Writes what was added, in one gathered write.
  StorageResult<void> flush();
  // REQUIRES: flushed.
  StorageResult<void> sync();
  // A block without records, so that the log itself says what was synced.
  StorageResult<void> mark();

  // All before this is on disk.
  LogPosition synced() const { return synced_; }
  // Something with records was written and not synced.
  bool needs_sync() const { return needs_sync_; }
  // The log does not say yet how far it is synced.
  bool needs_mark() const { return noted_ < synced_; }
  LogFileNumber file() const { return number_; }
  // The next file will be needed before long.
  bool nearly_full() const { return end_ > file_bytes_ / 4; }
  std::uint64_t written_bytes() const { return written_bytes_; }

  // Files that were left since the last call.
  struct LeftFile {
    LogFileNumber number{};
    bool counts = false;  // there is something in it that counts; else it may go
    bool failed = false;
  };
  std::vector<LeftFile> take_left();
  bool has_left() const { return !left_.empty(); }

 private:
  StorageResult<void> roll();
  void leave_file();
  void put_header(char* header, LogBlock& block);

  LogFileSource& source_;
  std::unique_ptr<File> file_;
  LogFileNumber number_{};
  std::uint32_t salt_ = 0;
  std::uint64_t file_bytes_ = 0;
  std::uint64_t end_ = 0;      // of what was written or added, in the current file
  std::uint64_t flushed_ = 0;  // of what was written
  LogPosition synced_;
  LogPosition base_;   // the current file's header says that the log counts up to here
  LogPosition noted_;  // the newest `synced` of a block that was written
  bool needs_sync_ = false;
  bool failed_ = true;
  std::vector<std::string_view> pieces_;
  std::vector<LeftFile> left_;
  std::uint64_t written_bytes_ = 0;
};

}  // namespace coney
