#pragma once
// A stream on its shard: the core, and the way from its effects to the consumers' connections and
// to the disk. Used on the stream's shard only.

#include <memory>

#include "broker/queue/queue.h"
#include "broker/stream/stream_core.h"
#include "broker/stream/stream_storage.h"

namespace coney {

class StreamQueue final : public Queue, private StreamSink {
 public:
  // `stored_id` 0: there is no disk, everything stays in memory.
  StreamQueue(Shard& shard, QueueId id, std::shared_ptr<const QueueRecord> record,
              QueueSettingsPtr settings, StoredQueueId stored_id);

  void change_settings(QueueSettingsPtr settings) override;
  PublishOutcome publish(MessageRef message, BodyId body, const MessageFacts& facts) override;
  bool behind() const override { return false; }
  // Deliveries of a stream are settled by credit().
  void settle(QueuePosition, std::uint64_t, Settlement) override {}
  void credit(const ConsumerKey& consumer, std::uint64_t count) override;
  void resume(const ConsumerKey& consumer) override;
  QueueAnswer call(const QueueCall& call) override;
  void browse(const BrowseCall& call, BrowseThen then) override;
  void on_time() override;
  void retire() override;
  void compact() override {}

  void visit_tenants(const std::function<void(DiskTenant&)>& visit) override;
  void transaction_ended(TxId id) override;
  void logged(bool durable) override;
  void restore(std::vector<RecoveredLane>& lanes) override;
  bool must_wait(const QueueCall&) override { return restoring(); }
  void chunk_written(QueueLevel level, ChunkNumber number, StorageResult<ChunkRef> place) override;
  void chunk_read(QueueLevel level, ChunkNumber number,
                  StorageResult<std::shared_ptr<const Chunk>> chunk) override;
  void retry_disk() override;

 private:
  bool admit(const ConsumerOptions& consumer) override;
  void deliver(const ConsumerKey& key, const ConsumerOptions& consumer, QueuePosition offset,
               const MessageRef& message) override;
  StreamPagePtr page(ChunkNumber number) override;
  void measure(QueueGauges& gauges) override;
  void read_ahead(ChunkNumber number) override;

  void set_limits(const QueueSettings& settings);
  void commit();
  void trim();
  void arm_timer();
  QueueAnswer counts() const;
  QueueAnswer answer(const CountCall&) { return counts(); }
  QueueAnswer answer(const GetCall&) { return counts(); }  // refused by the channel
  QueueAnswer answer(const SubscribeCall& call);
  QueueAnswer answer(const CancelCall& call);
  QueueAnswer answer(const PurgeCall&) { return counts(); }  // refused by the channel
  QueueAnswer answer(const DeleteCall& call);
  QueueAnswer answer(const PauseCall&) { return counts(); }  // refused by the management
  // Refused by the management.
  QueueAnswer answer(const RemoveCall&) { return counts(); }
  QueueAnswer answer(const HoldCall&) { return counts(); }
  QueueAnswer answer(const LetGoCall&) { return counts(); }

  void browse_tail(const BrowseCall& call, QueuePosition from, BrowseSlice& slice) const;

  StreamCore core_;
  std::unique_ptr<StreamStorage> storage_;
  StreamLimits limits_;
  std::uint64_t wakes_at_ = UINT64_MAX;
};

}  // namespace coney
