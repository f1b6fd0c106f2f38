#include "broker/queue/message_queue.h"

#include <algorithm>

#include "amqp/properties.h"
#include "broker/shard/shard.h"
#include "broker/storage/shard_storage.h"

namespace coney {

MessageQueue::MessageQueue(Shard& shard, QueueId id, std::shared_ptr<const QueueRecord> record,
                           QueueSettingsPtr settings, StoredQueueId stored_id)
    : Queue(shard, id, std::move(record), stored_id), core_(*this, std::move(settings)) {
  used();
  arm_timer();
}

MessageQueue::~MessageQueue() = default;

void MessageQueue::change_settings(QueueSettingsPtr settings) {
  if (going_) return;
  set_time();
  core_.change_settings(std::move(settings));
  used();
  changed();
}

inline void MessageQueue::note_arrival(QueuePosition position) {
  core_.lane_of(position).note_arrival(QueueCore::place_of(position), shard_.ticks());
  if (position % kWatchedOf == 0) [[unlikely]]
    watch(position);
}

// Unless an earlier one still waits. What is gone already went to a consumer that waited for it.
void MessageQueue::watch(QueuePosition position) {
  if (watched_ != kNone) {
    const MessageLane& lane = core_.lane(QueueCore::level_of(watched_));
    if (QueueCore::place_of(watched_) >= lane.next_fresh()) return;
    watched_ = kNone;  // it has left in another way
  }
  const MessageLane::Entry* entry =
      core_.lane(QueueCore::level_of(position)).find(QueueCore::place_of(position));
  if (entry && entry->state() == MessageLane::State::kFresh) {
    watched_ = position;
    watched_since_ = shard_.now();
  } else if (core_.consumer_count() != 0) {
    shard_.counters().time_in_queue.add({});
  }
}

void MessageQueue::watched_left() {
  shard_.counters().time_in_queue.add(shard_.now() - watched_since_);
  watched_ = kNone;
}

PublishOutcome MessageQueue::publish(MessageRef message, BodyId body, const MessageFacts& facts) {
  if (going_) return {};
  if (core_.is_timed() || core_.has_ttl(*message)) [[unlikely]]
    set_time();
  if (core_.refuses(message->body().size())) [[unlikely]] {
    core_.refuse(std::move(message));
    changed();
    return {.accepted = false};
  }
  if (!logs() || !keeps(*message)) {
    note_arrival(core_.publish(std::move(message), false, facts));
    changed();
    return {};
  }
  QueueStorage& storage = storage_of(core_.level_of(*message));
  const QueuePosition position = core_.publish(message, true, facts);
  note_arrival(position);
  // What has left at once, to a no-ack consumer or because it may not stay, needs no log.
  const bool stays = storage.published(QueueCore::place_of(position), message, body);
  changed();
  return {.wait = stays ? storage.durability() : Durability::kNone};
}

// A quorum queue keeps everything, whatever delivery mode it was published with.
bool MessageQueue::keeps(const Message& message) const {
  return message.persistent() || core_.settings().type == QueueType::kQuorum;
}

void MessageQueue::settle(QueuePosition first, std::uint64_t count, Settlement settlement) {
  if (core_.is_timed() || core_.delays_retries()) set_time();
  switch (settlement) {
    case Settlement::kAcknowledge:
      counters_.deliveries.ack += count;
      core_.acknowledge(first, count);
      break;
    case Settlement::kReject:
      core_.reject(first, count, Return::kFailed);
      break;
    case Settlement::kDiscard:
      core_.reject(first, count, Return::kUnseen);
      break;
    case Settlement::kRequeue:
      requeue(first, count, Return::kFailed);
      break;
    case Settlement::kGiveBack:
      requeue(first, count, Return::kGivenBack);
      break;
    case Settlement::kReturnUnseen:
      core_.requeue(first, count, Return::kUnseen);
      break;
  }
  changed();
}

void MessageQueue::requeue(QueuePosition first, std::uint64_t count, Return how) {
  core_.requeue(first, count, how);
  if (QueueStorage* storage = find_storage(QueueCore::level_of(first))) {
    storage->returned(QueueCore::place_of(first), count);
  }
}

void MessageQueue::resume(const ConsumerKey& consumer) {
  if (core_.is_timed()) set_time();
  core_.resume(consumer);
  changed();
}

// ---- time ----

void MessageQueue::set_time() {
  core_.set_time(shard_.wall_time());
}

void MessageQueue::on_time() {
  wakes_at_ = UINT64_MAX;
  if (going_ || restoring()) return;
  set_time();
  if (core_.is_held() && core_.time() >= held_until_) let_go();
  core_.expire();
  if (is_unused() && core_.time() >= last_used_ + expiry()) {
    going_ = true;
    shard_.delete_queue(id_);
    return;
  }
  changed();
}

// x-expires begins anew with everything that counts as a use.
void MessageQueue::used() {
  if (core_.settings().expires) last_used_ = shard_.wall_time();
}

bool MessageQueue::is_unused() const {
  return core_.settings().expires && core_.consumer_count() == 0;
}

std::uint64_t MessageQueue::expiry() const {
  return static_cast<std::uint64_t>(*core_.settings().expires);
}

void MessageQueue::arm_timer() {
  if (!core_.is_timed() && !core_.settings().expires && !undertaker_ && !core_.is_held()) [[likely]]
    return;
  std::uint64_t next = core_.next_expiry().value_or(UINT64_MAX);
  if (is_unused()) next = std::min(next, last_used_ + expiry());
  if (undertaker_) next = std::min(next, undertaker_->next_retry().value_or(UINT64_MAX));
  if (core_.is_held()) next = std::min(next, held_until_);
  if (next >= wakes_at_ || going_) return;
  wakes_at_ = next;
  shard_.wake_queue_at(id_, next);
}

// ---- dead letters ----

Undertaker& MessageQueue::undertaker() {
  if (!undertaker_) undertaker_ = std::make_unique<Undertaker>();
  return *undertaker_;
}

void MessageQueue::dead_letter(DeadLetter letter) {
  const std::size_t type = core_.settings().type == QueueType::kQuorum ? 1 : 0;
  const auto reason = static_cast<std::size_t>(letter.reason);
  ++shard_.counters().dead_lettered[type][reason];
  ++counters_.dead_letters[reason];
  undertaker().take(std::move(letter));
}

void MessageQueue::dead_letter_arrived(QueuePosition position, QueueId by, bool accepted) {
  if (!undertaker_) return;
  undertaker_->arrived(core_, position, by, accepted, shard_.wall_time());
  changed();
}

void MessageQueue::retry_dead_letters() {
  if (!undertaker_ || going_ || restoring()) return;
  undertaker_->try_again();
  changed();
}

// Paging pending letters in may be what the next of them wait for.
void MessageQueue::send_dead_letters() {
  const std::uint64_t now = shard_.wall_time();
  do {
    undertaker_->send({shard_, id_, *record_, core_, letter_storage(), now});
    store_changes();
    store_letters();
  } while (undertaker_->has_more(now));
  if (undertaker_->has_turned_away() && !core_.refuses(0)) undertaker_->tell_of_room(shard_);
}

// Null: pending letters are in memory alone.
QueueStorage* MessageQueue::letter_storage() {
  const bool needed = undertaker_->pending() || core_.settings().dead_letters_must_arrive();
  return needed && logs() ? &storage_of(PendingLetters::kLevel) : nullptr;
}

void MessageQueue::store_letters() {
  PendingLetters* pending = undertaker_->pending();
  if (!pending) return;
  core_.set_pending_letters(pending->count(), pending->bytes());
  const std::size_t lanes = core_.lane_count() + 1;
  QueueStorage* storage = find_storage(PendingLetters::kLevel);
  if (!storage && !shard_.storage().exceeds_window(pending->lane(), lanes)) return;
  (storage ? *storage : storage_of(PendingLetters::kLevel)).changed(lanes);
}

bool MessageQueue::keeps_letters(QueueLevel level) const {
  return level == PendingLetters::kLevel && core_.settings().type == QueueType::kQuorum;
}

MessageLane& MessageQueue::lane_of(QueueLevel level) {
  return keeps_letters(level) ? undertaker().make_pending().lane() : core_.lane(level);
}

void MessageQueue::compact() {
  core_.compact();
  if (undertaker_ && undertaker_->pending()) undertaker_->pending()->lane().compact();
}

// ---- the disk ----

// After every call that may have changed the core.
void MessageQueue::changed() {
  touched();
  store_changes();
  if (undertaker_) [[unlikely]]
    send_dead_letters();
  arm_timer();
}

// Paging a lane in may make messages leave lanes that come behind it or in front of it.
void MessageQueue::store_changes() {
  if (storages_.empty() && !core_.has_priorities()) [[likely]] {
    if (!shard_.storage().exceeds_window(core_.lowest_lane(), 1)) return;
  }
  const std::size_t lanes = core_.lane_count();
  core_.for_each_lane([this, lanes](QueueLevel level, MessageLane& lane) {
    QueueStorage* storage = find_storage(level);
    if (!storage && !shard_.storage().exceeds_window(lane, lanes)) return;
    (storage ? *storage : storage_of(level)).changed(lanes);
  });
  if (lanes == 1) return;
  for (LaneStorage& lane : storages_) lane.storage->take_departures();
}

QueueStorage* MessageQueue::find_storage(QueueLevel level) {
  for (LaneStorage& lane : storages_) {
    if (lane.level == level) return lane.storage.get();
  }
  return nullptr;
}

QueueStorage& MessageQueue::storage_of(QueueLevel level) {
  if (QueueStorage* found = find_storage(level)) return *found;
  const StoredQueueId stored = logs() ? stored_lane(stored_id_, level) : StoredQueueId{};
  storages_.push_back({level, std::make_unique<QueueStorage>(
                                  shard_.storage(), lane_of(level), LaneId{id_, level}, stored,
                                  shard_.config().durability_of(record_->vhost))});
  return *storages_.back().storage;
}

void MessageQueue::visit_tenants(const std::function<void(DiskTenant&)>& visit) {
  for (LaneStorage& lane : storages_) visit(*lane.storage);
}

void MessageQueue::transaction_ended(TxId id) {
  for (LaneStorage& lane : storages_) lane.storage->transaction_ended(id);
}

void MessageQueue::restore(std::vector<RecoveredLane>& lanes) {
  set_time();
  for (RecoveredLane& lane : lanes) {
    if (!lane.queue.is_empty()) {
      storage_of(lane.level).restore(lane.queue);
    } else {
      lane_of(lane.level).restore(lane.queue.next_position, lane.queue.next_position);
      lane_of(lane.level).restored();
    }
  }
  core_.expire();
  used();
  changed();
  end_restore();
}

bool MessageQueue::must_wait(const QueueCall& call) {
  return restoring() || (std::holds_alternative<GetCall>(call) && !going_ &&
                         (core_.is_held() || core_.is_stalled()));
}

void MessageQueue::chunk_written(QueueLevel level, ChunkNumber number,
                                 StorageResult<ChunkRef> place) {
  find_storage(level)->written(number, std::move(place));
}

void MessageQueue::chunk_read(QueueLevel level, ChunkNumber number,
                              StorageResult<std::shared_ptr<const Chunk>> chunk) {
  if (core_.is_timed()) set_time();
  find_storage(level)->read(number, std::move(chunk));
  changed();
  run_deferred();
}

void MessageQueue::retry_disk() {
  for (LaneStorage& lane : storages_) lane.storage->retry();
  changed();
}

bool MessageQueue::admit(const ConsumerOptions& consumer) {
  return admits(consumer);
}

void MessageQueue::deliver(const ConsumerKey& key, const ConsumerOptions& consumer,
                           QueuePosition position, const MessageFacts& facts, MessageRef message) {
  if (position == watched_) [[unlikely]]
    watched_left();
  DeliverMail mail;
  mail.consumer = key;
  mail.position = position;
  mail.redelivered = facts.redelivered;
  if (core_.shows_counts()) mail.counts = facts.counts;
  mail.message = std::move(message);
  send(std::move(mail), consumer);
}

QueueAnswer MessageQueue::call(const QueueCall& call) {
  if (going_ && !std::holds_alternative<CancelCall>(call)) return {.status = QueueStatus::kGone};
  if (core_.is_timed()) set_time();
  QueueAnswer answered = std::visit([this](const auto& each) { return answer(each); }, call);
  changed();
  if (std::holds_alternative<LetGoCall>(call)) run_deferred();
  return answered;
}

namespace {

// Seconds since 1970; 0: it has none.
std::uint64_t timestamp_of(const Message& message) {
  const auto header = amqp::decode_content_header(message.header());
  if (!header) return 0;
  const auto list = amqp::PropertyList::decode(header->properties);
  return list && list->timestamp ? *list->timestamp : 0;
}

}  // namespace

void MessageQueue::measure(QueueGauges& gauges) {
  gauges.messages_ready = core_.ready_count();
  gauges.messages_unacknowledged = core_.unacked_count();
  gauges.message_bytes_ready = core_.ready_bytes();
  gauges.consumers = core_.consumer_count();
  gauges.serves = gauges.messages_ready == 0;
  gauges.paused = core_.is_paused();
  if (const ConsumerKey* active = core_.active_consumer()) gauges.active_consumer = *active;
  if (const Message* head = core_.head()) gauges.head_message_timestamp = timestamp_of(*head);
  measure_lanes(gauges);
}

void MessageQueue::measure_lanes(QueueGauges& gauges) {
  std::uint64_t paged = 0, paged_bytes = 0, resident = 0;
  core_.for_each_lane([&](QueueLevel, MessageLane& lane) {
    gauges.message_bytes_unacknowledged += lane.held_bytes();
    gauges.messages_persistent += lane.tracked_count();
    paged += lane.paged_count();
    paged_bytes += lane.paged_bytes();
    resident += lane.resident_bytes();
    measure_age(lane, gauges);
  });
  const std::uint64_t messages = gauges.messages_ready + gauges.messages_unacknowledged;
  const std::uint64_t bytes = gauges.message_bytes_ready + gauges.message_bytes_unacknowledged;
  gauges.messages_persistent = std::min(gauges.messages_persistent, messages);
  gauges.messages_ram = messages - paged;
  gauges.message_bytes_ram = bytes - paged_bytes;
  // Persistent messages are not told apart by their size.
  gauges.message_bytes_persistent =
      messages == 0 ? 0
                    : static_cast<std::uint64_t>(static_cast<double>(bytes) *
                                                 static_cast<double>(gauges.messages_persistent) /
                                                 static_cast<double>(messages));
  gauges.memory = sizeof *this + gauges.message_bytes_unacknowledged + resident +
                  gauges.messages_ram * sizeof(MessageLane::Entry);
}

void MessageQueue::measure_age(MessageLane& lane, QueueGauges& gauges) const {
  if (lane.ready_count() == 0) return;
  const auto arrived = lane.arrivals().of(lane.has_next() ? lane.peek() : lane.next_fresh());
  if (!arrived) return;
  const std::uint64_t age = std::uint64_t{shard_.ticks() - *arrived} * Shard::kTickInterval.count();
  const std::uint64_t at = shard_.wall_time() - age;
  if (gauges.oldest_ready_at == 0 || at < gauges.oldest_ready_at) gauges.oldest_ready_at = at;
}

QueueAnswer MessageQueue::counts() const {
  return {.messages = core_.ready_count(), .consumers = core_.consumer_count()};
}

QueueAnswer MessageQueue::answer(const CountCall&) {
  used();
  return counts();
}

QueueAnswer MessageQueue::answer(const GetCall& call) {
  used();
  QueueAnswer answer;
  answer.delivery = core_.get(call.no_ack, call.even_paused);
  if (!answer.delivery) {
    ++counters_.deliveries.get_empty;
    return answer;
  }
  if (answer.delivery->position == watched_) watched_left();
  counters_.deliveries.got(call.no_ack, answer.delivery->facts.redelivered);
  if (!core_.shows_counts()) answer.delivery->facts.counts = {};
  return answer;
}

QueueAnswer MessageQueue::answer(const SubscribeCall& call) {
  ConsumerOptions options = call.options;
  // Quorum queues know no exclusive consumers, a single active one rules them out.
  if (core_.settings().type == QueueType::kQuorum) options.exclusive = false;
  if (core_.has_exclusive_consumer() ||
      (options.exclusive &&
       (core_.consumer_count() != 0 || core_.settings().single_active_consumer))) {
    return {.status = QueueStatus::kExclusiveUse};
  }
  core_.subscribe(call.key, options);
  return counts();
}

QueueAnswer MessageQueue::answer(const CancelCall& call) {
  QueueAnswer answer = counts();
  if (!core_.cancel(call.key)) return answer;
  used();
  answer.consumers = core_.consumer_count();
  if (record_->auto_delete && answer.consumers == 0 && !going_) {
    going_ = true;
    answer.delete_now = true;
  }
  return answer;
}

QueueAnswer MessageQueue::answer(const PurgeCall&) {
  return {.messages = core_.purge()};
}

QueueAnswer MessageQueue::answer(const DeleteCall& call) {
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

QueueAnswer MessageQueue::answer(const PauseCall& call) {
  core_.pause(call.paused);
  return counts();
}

QueueAnswer MessageQueue::answer(const RemoveCall& call) {
  std::uint64_t removed = core_.remove(call.level, call.messages);
  if (QueueStorage* storage = find_storage(call.level)) removed += storage->remove(call.messages);
  return {.messages = removed};
}

QueueAnswer MessageQueue::answer(const HoldCall&) {
  if (core_.is_held()) return {.status = QueueStatus::kInUse};
  core_.hold(true);
  held_until_ = shard_.wall_time() + HoldCall::kLongest;
  return {.messages = ++last_hold_};
}

// Not of who has let it expire.
QueueAnswer MessageQueue::answer(const LetGoCall& call) {
  if (core_.is_held() && call.hold == last_hold_) core_.hold(false);
  return counts();
}

void MessageQueue::let_go() {
  core_.hold(false);
  changed();
  run_deferred();
}

void MessageQueue::retire() {
  tell_retired(core_.consumers());
  for (LaneStorage& lane : storages_) lane.storage->deleted();
}

}  // namespace coney
