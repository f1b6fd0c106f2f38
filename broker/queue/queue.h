#pragma once
// A queue on its shard: the core, and the way from its effects to the consumers' connections.
// Used on the queue's shard only.

#include <memory>
#include <vector>

#include "broker/queue/queue_call.h"
#include "broker/queue/queue_core.h"
#include "broker/queue/queue_storage.h"
#include "broker/shard/mail.h"
#include "persistence/definitions/records.h"

namespace coney {

class Shard;

class Queue final : private QueueSink {
 public:
  static constexpr std::uint64_t kBehindFrom = 10'000;  // ready messages

  // `stored_id` 0: nothing of the queue outlives the broker.
  Queue(Shard& shard, QueueId id, std::shared_ptr<const QueueRecord> record,
        StoredQueueId stored_id = {});
  ~Queue();

  QueueId id() const { return id_; }
  const QueueRecord& record() const { return *record_; }

  // A queue that is going takes nothing more; the message is dropped. Returns what a confirm has to
  // wait for: kNone when nothing. `body`: the log has the message already.
  Durability publish(MessageRef message, BodyId body = {});
  // It has consumers and they have fallen behind: publishers should let them have their turn.
  bool behind() const { return core_.ready_count() > kBehindFrom && core_.consumer_count() != 0; }
  void settle(QueuePosition first, std::uint64_t count, Settlement settlement);
  void resume(const ConsumerKey& consumer);
  QueueAnswer call(const QueueCall& call);
  // The queue has left the catalog: its consumers are told.
  void retire();
  void compact() { core_.compact(); }

  // ---- the disk ----
  // Its messages go to the log.
  bool logs() const { return storage_ && storage_->logs(); }
  QueueStorage* storage() { return storage_.get(); }
  // Until restore() everything that is meant for the queue has to wait: by mail, see defer().
  void await_restore() { restoring_ = true; }
  bool restoring() const { return restoring_; }
  void restore(RecoveredQueue& restored);
  // True when the answer has to wait for the disk: then the mail that asks is to be deferred.
  bool must_wait(const QueueCall& call);
  void defer(Mail mail);
  void chunk_written(ChunkNumber number, StorageResult<ChunkRef> place);
  void chunk_read(ChunkNumber number, StorageResult<std::shared_ptr<const Chunk>> chunk);
  void retry_disk();

 private:
  bool admit(const ConsumerOptions& consumer, std::size_t bytes) override;
  void deliver(const ConsumerKey& key, const ConsumerOptions& consumer, QueuePosition position,
               bool redelivered, MessageRef message) override;

  void changed();
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
  QueueCore core_;
  std::unique_ptr<QueueStorage> storage_;  // of a durable queue, or once it spills
  std::vector<Mail> deferred_;
  bool restoring_ = false;
  bool going_ = false;    // to be deleted
  bool limited_ = false;  // the admitted delivery took one of a channel's global prefetch
};

}  // namespace coney
