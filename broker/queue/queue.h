#pragma once
// A queue of any kind on its shard: what shard, channels and disk have to do with it. The kinds:
// MessageQueue (classic and quorum) and StreamQueue. Used on the queue's shard only.

#include <functional>
#include <memory>
#include <vector>

#include "broker/queue/browsing.h"
#include "broker/queue/queue_call.h"
#include "broker/queue/queue_pages.h"
#include "broker/queue/queue_settings.h"
#include "broker/shard/mail.h"
#include "broker/stats/stats_event.h"
#include "broker/storage/disk_tenant.h"
#include "persistence/definitions/records.h"

namespace coney {

class Shard;

// What became of a message that was published to a queue.
struct PublishOutcome {
  Durability wait = Durability::kNone;  // a confirm has to wait for that
  bool accepted = true;                 // false: basic.nack
};

class Queue {
 public:
  virtual ~Queue() = default;
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  QueueId id() const { return id_; }
  const QueueRecord& record() const { return *record_; }
  virtual void change_settings(QueueSettingsPtr settings) = 0;

  // A queue that is going takes nothing more; the message is dropped. `body`: the log has the
  // message already. `facts`: of a message that comes from another queue.
  virtual PublishOutcome publish(MessageRef message, BodyId body = {},
                                 const MessageFacts& facts = {}) = 0;
  // It has consumers and they have fallen behind: publishers should let them have their turn.
  virtual bool behind() const = 0;
  virtual void settle(QueuePosition first, std::uint64_t count, Settlement settlement) = 0;
  // Instead of settle(), for deliveries of a stream: so many, in whatever way.
  virtual void credit(const ConsumerKey& /*consumer*/, std::uint64_t /*count*/) {}
  virtual void resume(const ConsumerKey& consumer) = 0;
  virtual QueueAnswer call(const QueueCall& call) = 0;
  // A slice of its messages; `then` is called at once or when the disk has answered. REQUIRES: not
  // restoring().
  virtual void browse(const BrowseCall& call, BrowseThen then) = 0;
  // A dead letter has reached `by`, one of the queues that it was sent to, or was refused there.
  virtual void dead_letter_arrived(QueuePosition /*position*/, QueueId /*by*/, bool /*accepted*/) {}
  // Dead letters that did not arrive may do so now.
  virtual void retry_dead_letters() {}
  // It has refused a dead letter of `source`, which is to be told when there is room.
  virtual void turned_away(QueueId /*source*/) {}
  // A time that was asked for by Shard::wake_queue_at has come.
  virtual void on_time() = 0;
  bool is_going() const { return going_; }  // takes and gives nothing more
  // The queue has left the catalog: its consumers are told.
  virtual void retire() = 0;
  // Gives back memory that an idle queue does not need.
  virtual void compact() = 0;

  // ---- statistics ----
  // A channel publishes to it: publish() follows.
  void count_publish() { ++counters_.publish; }
  // To the shard's ShardStats, which there is.
  void opened(bool was_there);
  void closed();
  QueueUpdate report();

  // ---- the disk ----
  // Its messages go to the log.
  bool logs() const { return stored_id_ != StoredQueueId{}; }
  // Calls visit for what it has on disk.
  virtual void visit_tenants(const std::function<void(DiskTenant&)>& visit) = 0;
  virtual void transaction_ended(TxId id) = 0;
  // What was asked for by ShardStorage::tell_when.
  virtual void logged(bool /*durable*/) {}
  // Until restore() everything that is meant for the queue has to wait: by mail, see defer().
  void await_restore() { restoring_ = true; }
  bool restoring() const { return restoring_; }
  virtual void restore(std::vector<RecoveredLane>& lanes) = 0;
  // True when the answer has to wait for the disk: then the mail that asks is to be deferred.
  virtual bool must_wait(const QueueCall& call) = 0;
  void defer(Mail mail);
  virtual void chunk_written(QueueLevel level, ChunkNumber number,
                             StorageResult<ChunkRef> place) = 0;
  virtual void chunk_read(QueueLevel level, ChunkNumber number,
                          StorageResult<std::shared_ptr<const Chunk>> chunk) = 0;
  virtual void retry_disk() = 0;

 protected:
  // `stored_id` 0: nothing of the queue outlives the broker.
  Queue(Shard& shard, QueueId id, std::shared_ptr<const QueueRecord> record,
        StoredQueueId stored_id);

  // Is there room for one more delivery on the consumer's connection and channel? REQUIRES: send()
  // follows when there is.
  bool admits(const ConsumerOptions& consumer);
  virtual void measure(QueueGauges& gauges) = 0;
  // Something is different from what was told of it.
  void touched() {
    if (!listed_) [[unlikely]]
      list_change();
  }
  // Takes consumer, position and message of the mail; the rest is filled in.
  void send(DeliverMail&& mail, const ConsumerOptions& consumer);
  void end_restore();
  void run_deferred();
  // Completes the slice with what the view has, from memory or from the disk.
  void add_chunk(BrowseSlice slice, BrowsedChunk chunk, const BrowseThen& then);
  void tell_retired(const std::vector<ConsumerKey>& consumers);

  QueueCounters counters_;
  Shard& shard_;
  const QueueId id_;
  const std::shared_ptr<const QueueRecord> record_;
  const StoredQueueId stored_id_;  // 0: not durable, or there is no disk
  bool going_ = false;             // to be deleted

 private:
  void list_change();

  std::vector<Mail> deferred_;
  bool listed_ = false;  // ShardStats knows of a change
  bool restoring_ = false;
  bool limited_ = false;  // the admitted delivery took one of a channel's global prefetch
};

// Of the kind that its settings say.
std::unique_ptr<Queue> make_queue(Shard& shard, QueueId id,
                                  std::shared_ptr<const QueueRecord> record,
                                  QueueSettingsPtr settings, StoredQueueId stored_id);

}  // namespace coney
