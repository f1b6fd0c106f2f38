#pragma once
// Reads a log directory back: at start, before Log::open(), and for `coney --fsck`. One thread.
//
// Everything that was told to be synced is there again, unless the disk damaged it: then what is
// damaged is reported, copied away, and the rest is kept. What was on its way when the process or
// the machine stopped is there up to the first block that is not whole; the rest is cut off. Parts
// of transactions that were not committed are left out.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "persistence/file/file.h"
#include "persistence/log/log.h"
#include "persistence/log/log_batch.h"
#include "persistence/log/log_format.h"
#include "persistence/storage_error.h"
#include "persistence/stored_ids.h"

namespace coney {

// Hears the records in the order in which they count; persistence/log/log_batch.h says what they
// mean. Views live until the call returns.
class LogVisitor {
 public:
  virtual ~LogVisitor() = default;

  virtual void publish(StoredQueueId queue, QueuePosition position, const MessageFacts& facts,
                       std::string_view prefix, std::string_view data) = 0;
  virtual void body(BodyId id, std::string_view prefix, std::string_view data) = 0;
  virtual void enqueue(StoredQueueId queue, QueuePosition position, const MessageFacts& facts,
                       BodyId body) = 0;
  virtual void settle(StoredQueueId queue, PositionRange positions) = 0;
  virtual void returned(StoredQueueId queue, PositionRange positions, DeliveryCounts counts) = 0;
  // Version 1 said no more than that they were returned once more.
  virtual void returned_once(StoredQueueId queue, PositionRange positions) = 0;
  virtual void queue_state(StoredQueueId queue, QueuePosition next_position,
                           std::span<const PositionRange> live) = 0;
};

struct LogFileReport {
  LogFileNumber number{};
  std::uint64_t bytes = 0;  // that count
  std::uint64_t blocks = 0;
  std::uint64_t records = 0;
};

struct LogReport {
  LogHistory history;  // for Log::open()
  std::vector<LogFileReport> files;
  std::uint64_t records = 0;
  std::uint64_t torn_bytes = 0;  // cut off the end, at least
  std::uint64_t bad_blocks = 0;
  std::uint64_t lost_records = 0;       // in bad blocks, as far as they can be counted
  std::uint64_t open_transactions = 0;  // that were left out
  BodyId last_body{};                   // the highest ids seen
  TxId last_tx{};
  std::vector<std::string> problems;  // a sentence for each bad block and each file with a fault
};

// `quarantine`: a directory for the bytes of bad blocks; nullopt: they are only reported, nothing
// is written. A directory that is not there is an empty log. Errors: kNewerVersion, and kIo or
// kCannotOpen when the files cannot be listed or opened; pages that cannot be read count as
// damaged.
StorageResult<LogReport> read_log(FileSystem& system, const std::filesystem::path& directory,
                                  const std::optional<std::filesystem::path>& quarantine,
                                  LogVisitor& visitor);

}  // namespace coney
