#pragma once
// What a lane of a queue keeps on disk: log records of its persistent messages, when the queue is
// durable, and the messages that do not fit its window in memory. Used on the queue's shard.

#include <deque>
#include <vector>

#include "broker/config/config.h"
#include "broker/ids.h"
#include "broker/queue/queue_pages.h"
#include "broker/storage/disk_tenant.h"
#include "persistence/deliveries/delivery_map.h"
#include "persistence/log/log_sink.h"

namespace coney {

class ShardStorage;

class QueueStorage final : public DiskTenant, private QueueDisk {
 public:
  // `stored_id` 0: the queue is not durable, it only spills.
  QueueStorage(ShardStorage& shard, MessageLane& lane, LaneId id, StoredQueueId stored_id,
               Durability durability);

  bool logs() const override { return stored_id_ != StoredQueueId{}; }
  Durability durability() const { return durability_; }

  // ---- what happens to the queue ----
  // A tracked message was appended to the lane. `body` 0: it is logged here. False: it has left
  // already and needs no log.
  bool published(QueuePosition position, const MessageRef& message, BodyId body);
  // Clients have given these back; those that are still there are logged.
  void returned(QueuePosition first, std::uint64_t count);
  // A transaction with messages of this queue has been committed, or is lost.
  void transaction_ended(TxId id);
  // After every change of the lane: logs what has left, pages in and out. The queue has that many
  // lanes, which share its window.
  void changed(std::size_t lanes);
  void take_departures();
  void restore(RecoveredQueue& recovered);
  void deleted();

  // Of messages that were to be removed from the lane: those that are on disk alone. Says how many.
  std::uint64_t remove(const std::vector<ReadyMessage>& messages);

  std::optional<ChunkView> view(const PagedRange& range) { return pages_.view(range); }

  // ---- answers of the disk ----
  void written(ChunkNumber number, StorageResult<ChunkRef> place);
  void read(ChunkNumber number, StorageResult<std::shared_ptr<const Chunk>> chunk);
  void retry();

  // ---- DiskTenant ----
  void move_out(LogEpoch up_to) override;
  bool has_moved_out(LogEpoch up_to) override;
  void moved_out(LogEpoch up_to, bool whole) override;
  void leave(const std::shared_ptr<SegmentFile>& file) override { pages_.leave(file); }
  bool is_leaving(const std::shared_ptr<SegmentFile>& file) const override {
    return pages_.is_leaving(file);
  }
  void left(const std::shared_ptr<SegmentFile>& file) override { pages_.left(file); }
  QueueSpace space() const override { return pages_.space(id_.queue); }

 private:
  // From this position on messages were logged in this epoch or later.
  struct Label {
    LogEpoch epoch{};
    QueuePosition from = 0;
  };

  // What happens to messages in it counts once it is committed.
  struct OpenTransaction {
    TxId id{};
    QueuePosition first_published = UINT64_MAX;
    std::vector<PositionRun> departed;
  };

  void write(ChunkNumber number, std::shared_ptr<const Chunk> chunk) override;
  void read(ChunkNumber number, const ChunkRef& place) override;
  void lost(std::uint64_t messages, const StorageError& error) override;

  void mark_delivered();
  OpenTransaction* open_transaction();
  void keep_published();
  QueuePosition end_of(LogEpoch up_to) const;

  ShardStorage& shard_;
  MessageLane& lane_;
  const LaneId id_;
  const StoredQueueId stored_id_;
  const Durability durability_;
  QueuePages pages_;
  std::deque<Label> labels_;
  std::vector<OpenTransaction> open_transactions_;
  std::vector<TxId> move_waits_for_;  // transactions in which messages had left when it began
  DeliverySlot mark_;
  QueuePosition marked_ = 0;
};

}  // namespace coney
