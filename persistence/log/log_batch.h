#pragma once
// What one shard has to say to the log: built up record by record during a turn, then handed to
// Log::submit() as a whole. One thread at a time. Nothing here fails, waits or calls the system;
// a record costs some tens of nanoseconds and its bytes.
//
// The contract of the records, which recovery relies on:
// - A message is a publish, or a body once and an enqueue per queue. The body is submitted before
//   any of its enqueues; its id is never used for another message.
// - A queue's records are submitted by one shard at a time, in the order in which things happened.
// - A publish or enqueue of a position that the log already has (the message is logged again)
//   replaces the earlier one and sets its facts.
// - Of all that log and chunks say of a message's counts the highest counts. So whatever is moved
//   or logged again may say them once more.
// - settle, returned and queue_state speak of positions wherever the message is, log or segment.
// - queue_state replaces all that was said before it about positions below `next_position`: those
//   in `live` are there, the others are gone. What was said of counts stays. So `live` has to name
//   every position that is still needed: in the log, in a segment, delivered and unsettled, or part
//   of an open transaction.
// - Records between begin_tx and end_tx count where commit_tx of the same transaction stands in the
//   log, or never. The commit is submitted after all batches with parts of it were submitted. Each
//   transaction is committed or aborted in the end: until then the log keeps the files with its
//   parts. When the log fails in between, the commit fails; to try again use a new transaction.

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "persistence/encoding.h"
#include "persistence/log/log_format.h"
#include "persistence/message_facts.h"
#include "persistence/stored_ids.h"

namespace coney {

// The bytes of a message: recovery gives them back as prefix and data.
struct LogPayload {
  std::string_view prefix;
  std::string_view data;
  // When given and data has kReferenceFrom bytes or more, data is not copied and has to stay what
  // it is as long as `keep` lives, which is until it is written.
  std::shared_ptr<const void> keep;

  static constexpr std::size_t kReferenceFrom = 32 * 1024;
};

// One unit of writing and of loss: a header (filled in when it is written) and records.
struct LogBlock {
  std::unique_ptr<char[]> bytes;  // header and records
  std::uint32_t size = 0;
  std::uint32_t records = 0;
  std::uint32_t payload_crc = 0;
  std::string_view tail;  // the end of the last record, not copied
  std::shared_ptr<const void> keep;
};

class LogBatch {
 public:
  static constexpr std::size_t kBlockBytes = 64 * 1024;  // a larger record makes a larger block

  // For the log: the transactions that have records in a batch.
  struct TxMark {
    enum class Kind : std::uint8_t { kPart, kCommit, kAbort };
    TxId id{};
    Kind kind = Kind::kPart;
  };

  LogBatch() = default;
  LogBatch(LogBatch&& other) noexcept { *this = std::move(other); }
  LogBatch& operator=(LogBatch&& other) noexcept;  // other is empty then

  // REQUIRES for both: prefix and data have less than 3 GiB.
  void publish(StoredQueueId queue, QueuePosition position, const LogPayload& payload,
               const MessageFacts& facts = {});
  void body(BodyId id, const LogPayload& payload);
  void enqueue(StoredQueueId queue, QueuePosition position, BodyId id,
               const MessageFacts& facts = {});
  // Acked, rejected for good, expired, dropped, purged: the messages are gone. Called for positions
  // one after the other it becomes one record.
  void settle(StoredQueueId queue, QueuePosition first, std::uint64_t count = 1);
  // Requeued: redelivered, and these are the counts of each now.
  void returned(StoredQueueId queue, QueuePosition first, std::uint64_t count,
                DeliveryCounts counts);
  // REQUIRES: `live` ascends without overlaps, below next_position.
  void queue_state(StoredQueueId queue, QueuePosition next_position,
                   std::span<const PositionRange> live);

  // REQUIRES: no other transaction has begun in this batch and not ended.
  void begin_tx(TxId id);
  void end_tx() { tx_ = TxId{}; }
  void commit_tx(TxId id);
  void abort_tx(TxId id);

  bool empty() const { return blocks_.empty() && next_ == nullptr; }
  // Of memory and log, roughly.
  std::size_t bytes() const { return sealed_bytes_ + open_bytes(); }
  std::uint64_t records() const { return sealed_records_ + records_; }

  // For the log: ends the last block and returns all of them. Nothing may be added any more.
  std::vector<LogBlock>& seal();
  std::span<const TxMark> transactions() const { return transactions_; }

 private:
  using Header = log_format::BlockHeader;
  static constexpr std::size_t kMaxHead = 2 + 8 * encoding::kMaxVarint;

  std::size_t open_bytes() const {
    return next_ ? static_cast<std::size_t>(next_ - block_.bytes.get()) : 0;
  }
  // Room for a record of `bytes` in the open block.
  char* room(std::size_t bytes) {
    if (static_cast<std::size_t>(end_ - next_) < bytes) [[unlikely]]
      open_block(bytes);
    return next_;
  }
  void open_block(std::size_t bytes);
  void seal_block();
  void record_done(char* end) {
    next_ = end;
    ++records_;
  }
  char* start(char* to, log_format::RecordKind kind, std::uint8_t flags = 0);
  void put_payload(char* to, const LogPayload& payload);
  void put_reference(char* to, const LogPayload& payload);
  char* put_range(char* to, StoredQueueId queue, QueuePosition first, std::uint64_t count);
  void transaction(log_format::RecordKind record, TxMark mark);

  // The last record when it is a settle: where it starts and what it says.
  struct LastSettle {
    char* start = nullptr;
    char* end = nullptr;
    StoredQueueId queue{};
    QueuePosition first = 0;
    std::uint64_t count = 0;
    TxId tx{};
  };

  char* next_ = nullptr;  // where the next record goes in the open block; null: there is none
  char* end_ = nullptr;
  std::uint32_t records_ = 0;  // in the open block
  TxId tx_{};
  LastSettle last_settle_;
  LogBlock block_;
  std::vector<LogBlock> blocks_;
  std::vector<TxMark> transactions_;
  std::size_t sealed_bytes_ = 0;
  std::uint64_t sealed_records_ = 0;
};

// --- inline: once per message ------------------------------------------------------------------

inline char* LogBatch::start(char* to, log_format::RecordKind kind, std::uint8_t flags) {
  if (tx_ == TxId{}) [[likely]] {
    *to++ = static_cast<char>(static_cast<std::uint8_t>(kind) | flags);
    return to;
  }
  *to++ = static_cast<char>(static_cast<std::uint8_t>(kind) | flags | log_format::kInTransaction);
  return encoding::store_varint(to, static_cast<std::uint64_t>(tx_));
}

}  // namespace coney
