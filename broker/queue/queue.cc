#include "broker/queue/queue.h"

#include "broker/connection/connection.h"
#include "broker/queue/consumer_gate.h"
#include "broker/queue/message_queue.h"
#include "broker/shard/shard.h"
#include "broker/stats/shard_stats.h"
#include "broker/storage/shard_storage.h"
#include "broker/stream/stream_queue.h"

namespace coney {

Queue::Queue(Shard& shard, QueueId id, std::shared_ptr<const QueueRecord> record,
             StoredQueueId stored_id)
    : shard_(shard),
      id_(id),
      record_(std::move(record)),
      stored_id_(shard.storage().attached() ? stored_id : StoredQueueId{}) {}

std::unique_ptr<Queue> make_queue(Shard& shard, QueueId id,
                                  std::shared_ptr<const QueueRecord> record,
                                  QueueSettingsPtr settings, StoredQueueId stored_id) {
  if (settings->type == QueueType::kStream) {
    return std::make_unique<StreamQueue>(shard, id, std::move(record), std::move(settings),
                                         stored_id);
  }
  return std::make_unique<MessageQueue>(shard, id, std::move(record), std::move(settings),
                                        stored_id);
}

// ---- deliveries ----

bool Queue::admits(const ConsumerOptions& consumer) {
  ConsumerGate& gate = *consumer.gate;
  if (!gate.window->open()) return false;
  limited_ = !consumer.no_ack && gate.limit->active();
  return !limited_ || gate.limit->take();
}

void Queue::send(DeliverMail&& mail, const ConsumerOptions& consumer) {
  mail.queue = id_;
  mail.limited = limited_;
  counters_.deliveries.delivered(consumer.no_ack, mail.redelivered);
  const ConnectionId to = mail.consumer.connection;
  if (to.shard == shard_.id()) {
    if (Connection* connection = shard_.find(to)) return connection->deliver(mail);
    if (!consumer.no_ack) {
      shard_.post(shard_.id(), SettleMail{id_, mail.position, 1, Settlement::kReturnUnseen});
    }
    return;
  }
  consumer.gate->window->mailed(static_cast<std::int64_t>(mail.message->size()));
  shard_.post(to.shard, std::move(mail));
}

// ---- statistics ----

// Without anybody to tell it stays listed, and costs nothing more.
void Queue::list_change() {
  listed_ = true;
  if (ShardStats* stats = shard_.stats()) stats->queue_changed(id_);
}

void Queue::opened(bool was_there) {
  if (was_there) return;
  ++shard_.stats()->churn().queue_created;
  shard_.stats()->tell(QueueOpened{id_});
}

void Queue::closed() {
  ++shard_.stats()->churn().queue_deleted;
  shard_.stats()->tell(QueueGone{id_, record_, counters_});
}

QueueUpdate Queue::report() {
  listed_ = false;
  QueueUpdate update{id_, record_, counters_, {}};
  update.gauges.restoring = restoring_;
  measure(update.gauges);
  return update;
}

// ---- waiting for a restart ----

void Queue::defer(Mail mail) {
  deferred_.push_back(std::move(mail));
}

void Queue::end_restore() {
  restoring_ = false;
  run_deferred();
}

// In order; what has to wait again is deferred again.
void Queue::run_deferred() {
  for (Mail& mail : std::exchange(deferred_, {})) shard_.handle(mail);
}

// ---- looking at it ----

void Queue::add_chunk(BrowseSlice slice, BrowsedChunk chunk, const BrowseThen& then) {
  chunk.now = shard_.wall_time();
  chunk.tick = shard_.ticks();
  chunk.tick_length = static_cast<std::uint32_t>(Shard::kTickInterval.count());
  if (chunk.view.bytes) {
    slice.chunk = std::move(chunk);
    return then(std::move(slice));
  }
  const ChunkRef place = chunk.view.place;
  auto held =
      std::make_shared<std::pair<BrowseSlice, BrowsedChunk>>(std::move(slice), std::move(chunk));
  shard_.storage().read_once(place, [held, then](auto read) {
    held->first.failed = !read;
    if (read) {
      held->second.view.bytes = std::move(*read);
      held->first.chunk = std::move(held->second);
    }
    then(std::move(held->first));
  });
}

void Queue::tell_retired(const std::vector<ConsumerKey>& consumers) {
  for (const ConsumerKey& consumer : consumers) {
    shard_.post(consumer.connection.shard, ConsumerCancelledMail{consumer});
  }
  // Whoever waits for the queue hears that it is gone.
  for (Mail& mail : std::exchange(deferred_, {})) shard_.post(shard_.id(), std::move(mail));
}

}  // namespace coney
