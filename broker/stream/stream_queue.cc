#include "broker/stream/stream_queue.h"

#include <algorithm>

#include "broker/shard/shard.h"
#include "broker/storage/shard_storage.h"

namespace coney {
namespace {

constexpr std::size_t kSmallestChunkBytes = 16 * 1024;  // each costs some memory
// How often the age of a stream is looked at, in milliseconds.
constexpr std::uint64_t kShortestWait = 1000, kLongestWait = 60'000;

}  // namespace

StreamQueue::StreamQueue(Shard& shard, QueueId id, std::shared_ptr<const QueueRecord> record,
                         QueueSettingsPtr settings, StoredQueueId stored_id)
    : Queue(shard, id, std::move(record), stored_id), core_(*this) {
  if (logs()) {
    storage_ = std::make_unique<StreamStorage>(shard.storage(), core_, id, stored_id,
                                               shard.config().durability_of(this->record().vhost));
  }
  set_limits(*settings);
  arm_timer();
}

void StreamQueue::set_limits(const QueueSettings& settings) {
  auto unsigned_of = [](const std::optional<std::int64_t>& value) {
    return value ? std::optional(static_cast<std::uint64_t>(*value)) : std::nullopt;
  };
  limits_.most_bytes = unsigned_of(settings.max_length_bytes);
  limits_.max_age = unsigned_of(settings.max_age);
  limits_.chunk_bytes = kStreamChunkBytes;
  if (settings.max_segment_bytes) {
    limits_.chunk_bytes = std::clamp(static_cast<std::size_t>(*settings.max_segment_bytes),
                                     kSmallestChunkBytes, kStreamChunkBytes);
  }
  if (storage_) storage_->set_chunk_bytes(limits_.chunk_bytes);
}

void StreamQueue::change_settings(QueueSettingsPtr settings) {
  if (going_) return;
  set_limits(*settings);
  if (restoring()) return;
  trim();
  arm_timer();
}

// ---- messages ----

PublishOutcome StreamQueue::publish(MessageRef message, BodyId body, const MessageFacts&) {
  if (going_) return {};
  touched();
  core_.append(std::move(message), shard_.wall_time());
  if (!storage_) {
    core_.commit(core_.end());
    return {};
  }
  storage_->published(body);
  if (storage_->durability() == Durability::kNone) commit();
  return {.wait = storage_->durability()};
}

void StreamQueue::logged(bool durable) {
  storage_->logged(durable);
  commit();
}

void StreamQueue::transaction_ended(TxId id) {
  storage_->transaction_ended(id);
  commit();
}

void StreamQueue::commit() {
  touched();
  core_.commit(storage_->committed());
  if (!core_.tail_is_full(limits_.chunk_bytes)) return;
  storage_->seal_full();
  trim();
}

// ---- retention ----

void StreamQueue::trim() {
  touched();
  if (!storage_ || (!limits_.most_bytes && !limits_.max_age)) return;
  // What goes has not gone with somebody's transaction.
  if (shard_.storage().open_transaction() != TxId{}) return;
  const auto dropped = core_.trim(limits_, shard_.wall_time());
  for (const StreamCore::Dropped& each : dropped) storage_->dropped(each);
  for (const StreamCore::Dropped& each : dropped) core_.page_lost(each.number);
}

void StreamQueue::arm_timer() {
  if (!limits_.max_age || !storage_ || going_) return;
  const std::uint64_t at =
      shard_.wall_time() + std::clamp(*limits_.max_age / 10, kShortestWait, kLongestWait);
  if (at >= wakes_at_) return;
  wakes_at_ = at;
  shard_.wake_queue_at(id(), at);
}

void StreamQueue::on_time() {
  wakes_at_ = UINT64_MAX;
  if (going_) return;
  if (!restoring()) trim();
  arm_timer();
}

// ---- consumers ----

void StreamQueue::credit(const ConsumerKey& consumer, std::uint64_t count) {
  counters_.deliveries.ack += count;
  touched();
  core_.credit(consumer, count);
}

void StreamQueue::resume(const ConsumerKey& consumer) {
  core_.resume(consumer);
}

bool StreamQueue::admit(const ConsumerOptions& consumer) {
  return admits(consumer);
}

void StreamQueue::deliver(const ConsumerKey& key, const ConsumerOptions& consumer,
                          QueuePosition offset, const MessageRef& message) {
  DeliverMail mail;
  mail.consumer = key;
  mail.position = offset;
  mail.message = message;
  send(std::move(mail), consumer);
}

StreamPagePtr StreamQueue::page(ChunkNumber number) {
  return storage_->page(number);
}

void StreamQueue::read_ahead(ChunkNumber number) {
  storage_->read_ahead(number);
}

// ---- calls ----

QueueAnswer StreamQueue::call(const QueueCall& call) {
  if (going_ && !std::holds_alternative<CancelCall>(call)) return {.status = QueueStatus::kGone};
  touched();
  return std::visit([this](const auto& each) { return answer(each); }, call);
}

QueueAnswer StreamQueue::counts() const {
  return {.messages = core_.count(), .consumers = core_.consumer_count()};
}

QueueAnswer StreamQueue::answer(const SubscribeCall& call) {
  core_.subscribe(call.key, call.options, call.reading ? *call.reading : StreamReading{});
  return counts();
}

QueueAnswer StreamQueue::answer(const CancelCall& call) {
  core_.cancel(call.key);
  return counts();
}

// As RabbitMQ says it, no messages went.
QueueAnswer StreamQueue::answer(const DeleteCall& call) {
  if (call.if_empty && core_.count() != 0) return {.status = QueueStatus::kNotEmpty};
  if (call.if_unused && core_.consumer_count() != 0) return {.status = QueueStatus::kInUse};
  going_ = true;
  return {};
}

void StreamQueue::measure(QueueGauges& gauges) {
  gauges.messages_ready = core_.readable();
  gauges.message_bytes_ready = core_.bytes();
  gauges.consumers = core_.consumer_count();
  gauges.segments = core_.chunk_count();
  gauges.first_timestamp = core_.first_time();
  gauges.first_offset = core_.begin();
  gauges.next_offset = core_.committed();
  gauges.memory = sizeof *this + core_.tail_bytes();
}

void StreamQueue::retire() {
  tell_retired(core_.consumers());
  if (storage_) storage_->deleted();
}

// ---- the disk ----

void StreamQueue::visit_tenants(const std::function<void(DiskTenant&)>& visit) {
  if (storage_) visit(*storage_);
}

void StreamQueue::restore(std::vector<RecoveredLane>& lanes) {
  for (RecoveredLane& lane : lanes) {
    if (lane.level == 0) storage_->restore(lane.queue);
  }
  end_restore();
  trim();
}

void StreamQueue::chunk_written(QueueLevel, ChunkNumber number, StorageResult<ChunkRef> place) {
  storage_->written(number, std::move(place));
}

void StreamQueue::chunk_read(QueueLevel, ChunkNumber number,
                             StorageResult<std::shared_ptr<const Chunk>> chunk) {
  storage_->read(number, std::move(chunk));
  if (limits_.max_age) trim();
}

void StreamQueue::retry_disk() {
  if (!storage_) return;
  storage_->retry();
  commit();
}

}  // namespace coney
