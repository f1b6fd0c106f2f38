#pragma once
// One shard's way to the disk: the batch of log records that its turn builds up, who waits for them
// to be durable, the chunks that its queues write and read. Used on the shard's thread; what the
// log and the segment store have to say comes as mail.
//
// At the end of a turn the batch is handed over before any mail or byte leaves the shard, so that
// whatever others do because of this turn stands behind it in the log.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "broker/config/config.h"
#include "broker/ids.h"
#include "broker/message/message.h"
#include "broker/queue/queue_pages.h"
#include "broker/shard/mail.h"
#include "broker/storage/compaction.h"
#include "broker/storage/node_storage.h"
#include "broker/stream/page_cache.h"
#include "persistence/log/log_batch.h"
#include "persistence/log/log_sink.h"
#include "persistence/segments/segment_store.h"

namespace coney {

class Shard;
class StoredMessage;

class ShardStorage final : public LogSink, public SegmentSink {
 public:
  using Done = std::function<void(bool durable)>;

  explicit ShardStorage(Shard& shard) : shard_(shard) {}

  // Before the shard's thread runs. Without it nothing is kept on disk: queues live in memory.
  void attach(NodeStorage& node);
  bool attached() const { return node_ != nullptr; }

  // ---- for queues ----
  // Messages of queues and streams, for metrics.
  struct Traffic {
    std::uint64_t written = 0;  // into the log
    std::uint64_t read = 0;     // back from segments
  };
  Traffic& traffic() { return traffic_; }
  LogBatch& log() { return batch_; }
  LogEpoch epoch() const { return epoch_; }
  DeliveryMap& delivery_map() { return node_->delivery_map(); }
  // Bytes of ready messages that one queue may keep in memory; what is more goes to disk.
  std::uint64_t queue_window() const { return queue_window_; }
  // A few large messages may take more than the window, when memory is not short.
  // The lanes of a queue share its window.
  bool exceeds_window(const MessageLane& lane, std::size_t lanes) const {
    const std::uint64_t window = queue_window_ / lanes;
    return lane.resident_bytes() > window &&
           (lane.resident_count() > kFewMessages || lane.resident_bytes() > kLargeWindows * window);
  }
  void write(const LaneId& lane, ChunkNumber number, std::shared_ptr<const Chunk> chunk);
  void read(const LaneId& lane, ChunkNumber number, const ChunkRef& place);
  // For who only looks: `then` is called on the shard's thread, and never once the shard has ended.
  using ChunkThen = std::function<void(StorageResult<std::shared_ptr<const Chunk>>)>;
  void read_once(const ChunkRef& place, ChunkThen then);
  static LogPayload payload(const StoredMessage& stored, const MessageRef& message);

  // The batch that is being built up: another one once it was handed over.
  std::uint64_t turn() const { return turn_; }
  // Queue::logged() is called once all records of this turn are that durable, or lost. To be asked
  // for once a turn. REQUIRES: not kNone.
  void tell_when(Durability durability, QueueId queue);
  // Queue::retry_disk() is called for all queues with the next tick.
  void retry_soon() { retry_chunks_ = true; }
  // What streams have read lately.
  PageCache& stream_pages() { return stream_pages_; }

  // The transaction that is being logged, 0: none; and that the queue has messages in it.
  TxId open_transaction() const { return open_part_; }
  void joins_transaction(TxId id, QueueId queue) { joined_[id].push_back(queue); }

  // ---- for channels ----
  // Logs the message for the queues that will name it; see LogBatch.
  BodyId log_body(const MessageRef& message);
  // The confirm is sent once all records of this turn are that durable. REQUIRES: not kNone.
  void confirm_when(Durability durability, const ConfirmMail& confirm);
  // `done` runs then, or when they are lost.
  void call_when(Durability durability, Done done);
  TxId new_transaction() { return TxId{new_id()}; }
  // What is logged in between belongs to the transaction; end says whether there is anything.
  void begin_part(TxId id);
  bool end_part();
  // All parts are on their way: `logged` says whether this shard has logged one, `others` will say
  // so of theirs. `done` runs when the transaction is that durable, or is lost.
  void commit(TxId id, Durability durability, bool logged, std::vector<ShardId> others, Done done);
  void part_logged(TxId id, bool logged);
  // Committed or lost: its messages are like any other.
  void transaction_ended(TxId id);
  // The disk takes less than it is given: publishers should wait (Shard::wait_for_storage).
  bool congested() const;
  // As it was at the end of the last turn.
  bool was_congested() const { return congested_; }

  // ---- for the shard ----
  void submit();      // at the end of a turn, before mail and bytes leave
  void after_mail();  // and after it
  void tick();        // every Shard::kTickInterval
  // No queue waits any more for what a restart brings: what stood in front of that goes on.
  void restored() { start_retirement(); }
  void handle(LogNewsMail& mail);
  void handle(ChunkWrittenMail& mail);
  void handle(ChunkReadMail& mail);
  void handle(SegmentsSyncedMail& mail);
  void handle(CompactMail& mail);

 private:
  static constexpr std::uint64_t kFewMessages = 4096;
  static constexpr std::uint64_t kLargeWindows = 24;
  static constexpr std::uint32_t kTicksPerSpace = 8;  // two seconds
  static constexpr std::size_t kMostSpaces = 100;     // queues of a shard

  // Who waits for a batch.
  struct Waiting {
    LogSequence sequence{};
    std::vector<ConfirmMail> confirms;
    std::vector<Done> others;
    std::vector<QueueId> queues;
    bool empty() const { return confirms.empty() && others.empty() && queues.empty(); }
  };
  struct Leaving {
    std::shared_ptr<Compaction> compaction;
    SegmentCookie cookie = 0;  // of the sync that it waits for; 0: it waits for its chunks
    bool begun = false;
  };
  struct Commit {
    Durability durability{};
    bool logged = false;
    std::vector<ShardId> others;
    std::size_t answers = 0;  // to come
    Done done;
  };
  struct Request {
    LaneId lane;
    ChunkNumber number{};
    std::int64_t bytes = 0;  // to be written or read
    ChunkThen then{};        // of read_once()
  };
  // Moving out of the log what was put there up to an epoch: chunks are written and synced, then
  // the log is told which of their messages live.
  struct Retirement {
    LogEpoch up_to{};
    std::optional<LogEpoch> wanted;
    // The log has lost some of this: it is told of every queue what lives.
    std::optional<LogEpoch> doubtful;
    bool running = false;   // the segments are being synced
    bool finished = false;  // to be told to the log once the batch is handed over
  };

  // LogSink, on the log's thread
  void written(LogSequence up_to) override;
  void synced(LogSequence up_to) override;
  void failed(LogSequence up_to, const StorageError& error) override;
  void recovered(LogEpoch up_to) override;
  void epoch(LogEpoch now) override;
  void retire(LogEpoch up_to) override;
  // SegmentSink, on the store's threads
  void chunk_written(SegmentCookie cookie, StorageResult<ChunkRef> where) override;
  void chunk_read(SegmentCookie cookie, StorageResult<std::shared_ptr<const Chunk>> chunk) override;
  void segments_synced(SegmentCookie cookie, StorageResult<void> result) override;
  void send(Mail mail);

  LogShard log_shard() const;
  std::uint64_t new_id();
  SegmentCookie remember(const LaneId& lane, ChunkNumber number, std::int64_t bytes);
  Request forget(SegmentCookie cookie);
  void finish(TxId id, Commit commit);
  void hand_over(Waiting& waiting, std::deque<Waiting>& to, LogSequence sequence);
  void settle(std::deque<Waiting>& waiting, LogSequence up_to, bool durable);
  void tell(const ConfirmMail& confirm);
  template <typename Visit>
  void for_each_logging_tenant(Visit visit);
  void start_retirement();
  void end_retirement(bool synced);
  template <typename Visit>
  void for_each_tenant(Visit visit);
  bool go_on(Leaving& leaving);
  void finish(const Leaving& leaving);
  void tell_space();

  Shard& shard_;
  Traffic traffic_;
  NodeStorage* node_ = nullptr;
  LogBatch batch_;
  Waiting for_sync_, for_write_;  // of this turn
  std::deque<Waiting> waiting_for_sync_, waiting_for_write_;
  LogEpoch epoch_{};
  bool epoch_is_new_ = false;
  std::uint64_t last_id_ = 0;
  TxId open_part_{};
  std::uint64_t records_before_ = 0;  // in the batch when it began
  std::map<TxId, std::vector<QueueId>> joined_;
  std::map<TxId, Commit> commits_;  // that wait for the parts of other shards
  std::unordered_map<SegmentCookie, Request> requests_;
  SegmentCookie last_cookie_ = 0;
  Retirement retirement_;
  std::vector<Leaving> leaving_;
  std::uint64_t queue_window_ = UINT64_MAX;
  std::uint64_t turn_ = 1;
  PageCache stream_pages_;
  std::uint64_t ticks_ = 0;
  bool retry_chunks_ = false;
  std::int64_t refused_bytes_ = 0;  // of chunks that wait in memory for the disk to take them
  bool congested_ = false;
};

}  // namespace coney
