#include "broker/queue/queue.h"

#include "broker/connection/connection.h"
#include "broker/queue/consumer_gate.h"
#include "broker/shard/shard.h"
#include "broker/storage/shard_storage.h"

namespace coney {

Queue::Queue(Shard& shard, QueueId id, std::shared_ptr<const QueueRecord> record,
             StoredQueueId stored_id)
    : shard_(shard), id_(id), record_(std::move(record)), core_(*this) {
  if (stored_id == StoredQueueId{} || !shard_.storage().attached()) return;
  storage_ = std::make_unique<QueueStorage>(shard_.storage(), core_, id_, stored_id,
                                            shard_.config().durability_of(record_->vhost));
}

Queue::~Queue() = default;

Durability Queue::publish(MessageRef message, BodyId body) {
  if (going_) return Durability::kNone;
  if (!logs() || !message->persistent()) {
    core_.publish(std::move(message));
    changed();
    return Durability::kNone;
  }
  const QueuePosition position = core_.publish(message, true);
  // What a no-ack consumer has taken at once needs no log.
  auto& departures = core_.departures();
  if (!departures.empty() && departures.back() == PositionRun{position, 1}) {
    departures.pop_back();
    changed();
    return Durability::kNone;
  }
  storage_->published(position, message, body);
  changed();
  return storage_->durability();
}

void Queue::settle(QueuePosition first, std::uint64_t count, Settlement settlement) {
  switch (settlement) {
    case Settlement::kAcknowledge:
    case Settlement::kReject:
      core_.acknowledge(first, count);
      break;
    case Settlement::kRequeue:
      if (storage_) storage_->returned(first, count);
      core_.requeue(first, count, true);
      break;
    case Settlement::kReturnUnseen:
      core_.requeue(first, count, false);
      break;
  }
  changed();
}

void Queue::resume(const ConsumerKey& consumer) {
  core_.resume(consumer);
  changed();
}

// After every call that may have changed the core.
void Queue::changed() {
  if (!storage_) {
    if (!shard_.storage().exceeds_window(core_)) [[likely]]
      return;
    storage_ = std::make_unique<QueueStorage>(shard_.storage(), core_, id_, StoredQueueId{},
                                              Durability::kNone);
  }
  storage_->changed();
}

// ---- the disk ----

void Queue::restore(RecoveredQueue& restored) {
  restoring_ = false;
  if (storage_) storage_->restore(restored);
  run_deferred();
}

bool Queue::must_wait(const QueueCall& call) {
  return restoring_ || (std::holds_alternative<GetCall>(call) && !going_ && core_.is_stalled());
}

void Queue::defer(Mail mail) {
  deferred_.push_back(std::move(mail));
}

// In order; a get may find the queue stalled again.
void Queue::run_deferred() {
  for (Mail& mail : std::exchange(deferred_, {})) shard_.handle(mail);
}

void Queue::chunk_written(ChunkNumber number, StorageResult<ChunkRef> place) {
  storage_->written(number, std::move(place));
}

void Queue::chunk_read(ChunkNumber number, StorageResult<std::shared_ptr<const Chunk>> chunk) {
  storage_->read(number, std::move(chunk));
  run_deferred();
}

void Queue::retry_disk() {
  if (storage_) storage_->retry();
}

bool Queue::admit(const ConsumerOptions& consumer, std::size_t) {
  ConsumerGate& gate = *consumer.gate;
  if (!gate.window->open()) return false;
  limited_ = !consumer.no_ack && gate.limit->active();
  return !limited_ || gate.limit->take();
}

void Queue::deliver(const ConsumerKey& key, const ConsumerOptions& consumer, QueuePosition position,
                    bool redelivered, MessageRef message) {
  DeliverMail mail{key, id_, position, redelivered, limited_, std::move(message)};
  if (key.connection.shard == shard_.id()) {
    if (Connection* connection = shard_.find(key.connection)) return connection->deliver(mail);
    if (!consumer.no_ack) {
      shard_.post(shard_.id(), SettleMail{id_, position, 1, Settlement::kReturnUnseen});
    }
    return;
  }
  consumer.gate->window->mailed(static_cast<std::int64_t>(mail.message->size()));
  shard_.post(key.connection.shard, std::move(mail));
}

QueueAnswer Queue::call(const QueueCall& call) {
  if (going_ && !std::holds_alternative<CancelCall>(call)) return {.status = QueueStatus::kGone};
  QueueAnswer answered = std::visit([this](const auto& each) { return answer(each); }, call);
  changed();
  return answered;
}

QueueAnswer Queue::counts() const {
  return {.messages = core_.ready_count(), .consumers = core_.consumer_count()};
}

QueueAnswer Queue::answer(const CountCall&) {
  return counts();
}

QueueAnswer Queue::answer(const GetCall& call) {
  QueueAnswer answer;
  answer.delivery = core_.get(call.no_ack);
  return answer;
}

QueueAnswer Queue::answer(const SubscribeCall& call) {
  if (core_.has_exclusive_consumer() || (call.options.exclusive && core_.consumer_count() != 0)) {
    return {.status = QueueStatus::kExclusiveUse};
  }
  core_.subscribe(call.key, call.options);
  return counts();
}

QueueAnswer Queue::answer(const CancelCall& call) {
  QueueAnswer answer = counts();
  if (!core_.cancel(call.key)) return answer;
  answer.consumers = core_.consumer_count();
  if (record_->auto_delete && answer.consumers == 0 && !going_) {
    going_ = true;
    answer.delete_now = true;
  }
  return answer;
}

QueueAnswer Queue::answer(const PurgeCall&) {
  return {.messages = core_.purge()};
}

QueueAnswer Queue::answer(const DeleteCall& call) {
  QueueAnswer answer = counts();
  if (call.if_empty && answer.messages != 0) {
    answer.status = QueueStatus::kNotEmpty;
  } else if (call.if_unused && answer.consumers != 0) {
    answer.status = QueueStatus::kInUse;
  } else {
    going_ = true;
  }
  return answer;
}

void Queue::retire() {
  for (const ConsumerKey& consumer : core_.consumers()) {
    shard_.post(consumer.connection.shard, ConsumerCancelledMail{consumer});
  }
  // Whoever waits for the queue hears that it is gone.
  for (Mail& mail : std::exchange(deferred_, {})) shard_.post(shard_.id(), std::move(mail));
  if (storage_) storage_->deleted();
}

}  // namespace coney
