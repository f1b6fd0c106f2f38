#pragma once
// A queue on its shard: the core, and the way from its effects to the consumers' connections, to
// the disk and to the dead letter exchange. Used on the queue's shard only.

#include <memory>
#include <optional>
#include <vector>

#include "broker/dead_letter/undertaker.h"
#include "broker/queue/queue_call.h"
#include "broker/queue/queue_core.h"
#include "broker/queue/queue_storage.h"
#include "broker/shard/mail.h"
#include "persistence/definitions/records.h"

namespace coney {

class Shard;

// What became of a message that was published to a queue.
struct PublishOutcome {
  Durability wait = Durability::kNone;  // a confirm has to wait for that
  bool accepted = true;                 // false: basic.nack
};

class Queue final : private QueueSink {
 public:
  static constexpr std::uint64_t kBehindFrom = 10'000;  // ready messages

  // `stored_id` 0: nothing of the queue outlives the broker.
  Queue(Shard& shard, QueueId id, std::shared_ptr<const QueueRecord> record,
        QueueSettingsPtr settings, StoredQueueId stored_id = {});
  ~Queue();

  QueueId id() const { return id_; }
  const QueueRecord& record() const { return *record_; }
  void change_settings(QueueSettingsPtr settings);

  // A queue that is going takes nothing more; the message is dropped. `body`: the log has the
  // message already. `facts`: of a message that comes from another queue.
  PublishOutcome publish(MessageRef message, BodyId body = {}, const MessageFacts& facts = {});
  // It has consumers and they have fallen behind: publishers should let them have their turn.
  bool behind() const { return core_.ready_count() > kBehindFrom && core_.consumer_count() != 0; }
  void settle(QueuePosition first, std::uint64_t count, Settlement settlement);
  void resume(const ConsumerKey& consumer);
  QueueAnswer call(const QueueCall& call);
  // A dead letter has reached one of the queues that it was sent to, or was refused there.
  void dead_letter_arrived(QueuePosition position, bool accepted);
  // A time that was asked for by Shard::wake_queue_at has come.
  void on_time();
  // The queue has left the catalog: its consumers are told.
  void retire();
  void compact() { core_.compact(); }

  // ---- the disk ----
  // Its messages go to the log.
  bool logs() const { return stored_id_ != StoredQueueId{}; }
  // Calls visit(QueueStorage&) for what each lane has on disk.
  template <typename Visit>
  void for_each_storage(Visit visit) {
    for (LaneStorage& lane : storages_) visit(*lane.storage);
  }
  void transaction_ended(TxId id);
  // Until restore() everything that is meant for the queue has to wait: by mail, see defer().
  void await_restore() { restoring_ = true; }
  bool restoring() const { return restoring_; }
  void restore(std::vector<RecoveredLane>& lanes);
  // True when the answer has to wait for the disk: then the mail that asks is to be deferred.
  bool must_wait(const QueueCall& call);
  void defer(Mail mail);
  void chunk_written(QueueLevel level, ChunkNumber number, StorageResult<ChunkRef> place);
  void chunk_read(QueueLevel level, ChunkNumber number,
                  StorageResult<std::shared_ptr<const Chunk>> chunk);
  void retry_disk();

 private:
  struct LaneStorage {
    QueueLevel level;
    std::unique_ptr<QueueStorage> storage;
  };

  bool admit(const ConsumerOptions& consumer, std::size_t bytes) override;
  void deliver(const ConsumerKey& key, const ConsumerOptions& consumer, QueuePosition position,
               const MessageFacts& facts, MessageRef message) override;
  void dead_letter(DeadLetter letter) override;

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
  void run_deferred();
  QueueAnswer counts() const;
  QueueAnswer answer(const CountCall&);
  QueueAnswer answer(const GetCall& call);
  QueueAnswer answer(const SubscribeCall& call);
  QueueAnswer answer(const CancelCall& call);
  QueueAnswer answer(const PurgeCall&);
  QueueAnswer answer(const DeleteCall& call);

  Shard& shard_;
  const QueueId id_;
  const std::shared_ptr<const QueueRecord> record_;
  const StoredQueueId stored_id_;  // 0: not durable, or there is no disk
  QueueCore core_;
  std::vector<LaneStorage> storages_;       // of lanes that have something on disk
  std::unique_ptr<Undertaker> undertaker_;  // once a message has died
  std::vector<Mail> deferred_;
  std::uint64_t last_used_ = 0;  // for its expiry; milliseconds since 1970
  std::uint64_t wakes_at_ = UINT64_MAX;
  bool restoring_ = false;
  bool going_ = false;    // to be deleted
  bool limited_ = false;  // the admitted delivery took one of a channel's global prefetch
};

}  // namespace coney
