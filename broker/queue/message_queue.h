#pragma once
// A classic or quorum queue on its shard: the core, and the way from its effects to the consumers'
// connections, to the disk and to the dead letter exchange. Used on the queue's shard only.

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "broker/dead_letter/undertaker.h"
#include "broker/queue/queue.h"
#include "broker/queue/queue_core.h"
#include "broker/queue/queue_storage.h"

namespace coney {

class MessageQueue final : public Queue, private QueueSink {
 public:
  static constexpr std::uint64_t kBehindFrom = 10'000;  // ready messages

  // `stored_id` 0: nothing of the queue outlives the broker.
  MessageQueue(Shard& shard, QueueId id, std::shared_ptr<const QueueRecord> record,
               QueueSettingsPtr settings, StoredQueueId stored_id = {});
  ~MessageQueue() override;

  void change_settings(QueueSettingsPtr settings) override;
  PublishOutcome publish(MessageRef message, BodyId body, const MessageFacts& facts) override;
  bool behind() const override {
    return core_.ready_count() > kBehindFrom && core_.consumer_count() != 0;
  }
  void settle(QueuePosition first, std::uint64_t count, Settlement settlement) override;
  void resume(const ConsumerKey& consumer) override;
  QueueAnswer call(const QueueCall& call) override;
  void browse(const BrowseCall& call, BrowseThen then) override;
  void dead_letter_arrived(QueuePosition position, QueueId by, bool accepted) override;
  void retry_dead_letters() override;
  void turned_away(QueueId source) override { undertaker().turn_away(source); }
  void on_time() override;
  void retire() override;
  void compact() override;

  void visit_tenants(const std::function<void(DiskTenant&)>& visit) override;
  void transaction_ended(TxId id) override;
  void restore(std::vector<RecoveredLane>& lanes) override;
  bool must_wait(const QueueCall& call) override;
  void chunk_written(QueueLevel level, ChunkNumber number, StorageResult<ChunkRef> place) override;
  void chunk_read(QueueLevel level, ChunkNumber number,
                  StorageResult<std::shared_ptr<const Chunk>> chunk) override;
  void retry_disk() override;

 private:
  struct LaneStorage {
    QueueLevel level;
    std::unique_ptr<QueueStorage> storage;
  };

  bool admit(const ConsumerOptions& consumer) override;
  void deliver(const ConsumerKey& key, const ConsumerOptions& consumer, QueuePosition position,
               const MessageFacts& facts, MessageRef message) override;
  void dead_letter(DeadLetter letter) override;
  void measure(QueueGauges& gauges) override;
  void measure_lanes(QueueGauges& gauges);
  void measure_age(MessageLane& lane, QueueGauges& gauges) const;

  Undertaker& undertaker();
  void send_dead_letters();
  QueueStorage* letter_storage();
  void store_letters();
  bool keeps_letters(QueueLevel level) const;
  MessageLane& lane_of(QueueLevel level);
  QueueStorage* find_storage(QueueLevel level);
  QueueStorage& storage_of(QueueLevel level);
  void changed();
  void store_changes();
  void requeue(QueuePosition first, std::uint64_t count, Return how);
  bool keeps(const Message& message) const;
  void set_time();
  void arm_timer();
  void used();
  bool is_unused() const;
  std::uint64_t expiry() const;
  QueueAnswer counts() const;
  QueueAnswer answer(const CountCall&);
  QueueAnswer answer(const GetCall& call);
  QueueAnswer answer(const SubscribeCall& call);
  QueueAnswer answer(const CancelCall& call);
  QueueAnswer answer(const PurgeCall&);
  QueueAnswer answer(const DeleteCall& call);
  QueueAnswer answer(const PauseCall& call);
  QueueAnswer answer(const RemoveCall& call);
  QueueAnswer answer(const HoldCall&);
  QueueAnswer answer(const LetGoCall& call);
  void let_go();

  // message_queue_browse.cc
  struct LaneCursor;
  bool look_forward(LaneCursor& at, const BrowseCall& call, BrowseSlice& slice);
  bool look_backward(LaneCursor& at, const BrowseCall& call, BrowseSlice& slice);
  bool look_at(const LaneCursor& at, QueuePosition position, const BrowseCall& call,
               BrowseSlice& slice);
  bool stop_at_paged(LaneCursor& at, const PagedRange& range, const BrowseCall& call,
                     BrowseSlice& slice);

  // One message in so many is watched until it is delivered.
  static constexpr QueuePosition kWatchedOf = 64;
  static constexpr QueuePosition kNone = UINT64_MAX;
  void watch(QueuePosition position);
  void watched_left();
  // So that the ages of messages are known.
  void note_arrival(QueuePosition position);

  QueueCore core_;
  std::vector<LaneStorage> storages_;       // of lanes that have something on disk
  std::unique_ptr<Undertaker> undertaker_;  // once a message has died
  std::uint64_t last_used_ = 0;             // for its expiry; milliseconds since 1970
  std::uint64_t wakes_at_ = UINT64_MAX;
  std::uint64_t last_hold_ = 0, held_until_ = 0;  // number; milliseconds since 1970
  QueuePosition watched_ = kNone;
  std::chrono::steady_clock::time_point watched_since_{};
};

}  // namespace coney
