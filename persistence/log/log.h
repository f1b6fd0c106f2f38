#pragma once
// The write-ahead log of a node: one sequence of files that every shard's batches go to, one thread
// that writes them. While one write and sync runs, batches pile up, and the next takes them all:
// group commit without a timer. Any thread may call; LogSink tells how it went.
//
// A batch whose submission asks for it is synced at once, together with all that came before it;
// the others within LogOptions::lazy_sync. All are written at once.
//
// After a failed write or sync everything that was not synced has failed, and so does all that
// follows, until the log could begin a new file (tried at once, then every LogOptions::retry).

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "persistence/file/file.h"
#include "persistence/log/log_batch.h"
#include "persistence/log/log_format.h"
#include "persistence/log/log_sink.h"
#include "persistence/storage_error.h"
#include "persistence/stored_ids.h"

namespace coney {

// What the shard waits for with a batch.
enum class LogWish : std::uint8_t {
  kNothing,  // LogSink::synced() comes some time
  kWritten,  // LogSink::written() comes as soon as the operating system has it
  kSynced,   // LogSink::synced() comes as soon as the disk has it
};

// What a directory holds when a log is opened on it; persistence/log/log_reader.h finds it out.
struct LogHistory {
  std::vector<LogFileNumber> files;      // with records, oldest first
  LogPosition end;                       // behind the last record that counts
  std::uint64_t synced = 0;              // offset in the last file: known to be on the disk
  LogFileNumber next{1};                 // no file has this number or a higher one
  std::vector<std::string> spare_names;  // files without records
};

struct LogOptions {
  std::filesystem::path directory;
  std::uint64_t file_bytes = 32 * 1024 * 1024;
  // Of the first file of a log that has none to write over: making it ready takes time.
  std::uint64_t first_file_bytes = 4 * 1024 * 1024;
  std::chrono::milliseconds lazy_sync{100};
  std::chrono::milliseconds retry{1000};
  // With more closed files than this, the shards are asked to move what is in the oldest.
  std::size_t closed_files = 2;
  std::uint32_t salt = 0;  // of the first file; 0: a random one
};

struct LogStatus {
  LogFileNumber file{};             // that is being written
  std::uint64_t files = 0;          // with records that may be needed; without spare ones
  std::uint64_t bytes = 0;          // of their space, about
  std::uint64_t pending_bytes = 0;  // submitted and not written
  std::uint64_t batches = 0;
  std::uint64_t commits = 0;  // gathered writes
  std::uint64_t syncs = 0;
  std::uint64_t written_bytes = 0;
  bool failing = false;
  std::string error;  // of the last failure
  // What the oldest closed file waits for, if there are too many: shards that have not moved what
  // is in it, an open transaction with parts in it.
  std::vector<LogShard> waiting_for;
  bool held_by_transaction = false;
};

class Log {
 public:
  // Begins a new file. Every sink, one per shard, has to live as long as the log. The history's
  // files are given back as the others are, once all shards have moved what has label 0.
  // Errors: kNoSpace, kIo, kCannotOpen.
  static StorageResult<std::unique_ptr<Log>> open(FileSystem& files, LogOptions options,
                                                  const LogHistory& history,
                                                  std::vector<LogSink*> sinks);
  virtual ~Log() = default;  // close()

  // The batch is empty then. An empty one is fine: it is synced when what came before it is.
  virtual LogSequence submit(LogShard shard, LogBatch&& batch, LogWish wish) = 0;

  // See LogSink::epoch and LogSink::retire.
  virtual void seen_epoch(LogShard shard, LogEpoch epoch) = 0;
  virtual void moved(LogShard shard, LogEpoch up_to) = 0;

  // Bytes submitted and not yet written: who submits more than the disk takes should wait.
  virtual std::uint64_t pending_bytes() const = 0;
  virtual LogStatus status() const = 0;

  // Writes and syncs what was submitted, tells the sinks, and ends the thread; nothing may be
  // submitted any more. The error of the last write when it failed.
  virtual StorageResult<void> close() = 0;
};

}  // namespace coney
