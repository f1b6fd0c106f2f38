#include "broker/queue/queue_core.h"

#include <algorithm>

namespace coney {
namespace {

// Quorum queues have these without being asked, as in RabbitMQ 4.
constexpr QueueCore::Level kQuorumHighest = 31, kQuorumUsual = 4;

}  // namespace

// ---- settings ----

QueueCore::QueueCore(QueueSink& sink, QueueSettingsPtr settings)
    : sink_(sink),
      settings_(std::move(settings)),
      quorum_(settings_->type == QueueType::kQuorum),
      single_active_(settings_->single_active_consumer),
      lane_(*this,
            quorum_ ? MessageLane::ReturnOrder::kAsReturned : MessageLane::ReturnOrder::kOldPlace) {
  take_settings(settings_);
}

void QueueCore::take_settings(QueueSettingsPtr settings) {
  settings_ = std::move(settings);
  limited_ = settings_->max_length || settings_->max_length_bytes;
  plain_ = !quorum_ && settings_->max_priority == 0 && !settings_->message_ttl;
  delivery_limit_ =
      settings_->delivery_limit.value_or(quorum_ ? QueueSettings::kQuorumDeliveryLimit : -1);
}

void QueueCore::change_settings(QueueSettingsPtr settings) {
  take_settings(std::move(settings));
  shorten();
}

// ---- lanes ----

MessageLane* QueueCore::find_lane(Level level) {
  if (level == 0) return &lane_;
  for (UpperLane& upper : upper_) {
    if (upper.level == level) return upper.lane.get();
  }
  return nullptr;
}

MessageLane& QueueCore::lane(Level level) {
  if (MessageLane* found = find_lane(level)) return *found;
  const auto at = std::find_if(upper_.begin(), upper_.end(),
                               [level](const UpperLane& upper) { return upper.level < level; });
  LaneOwner& owner = *this;
  const auto order =
      quorum_ ? MessageLane::ReturnOrder::kAsReturned : MessageLane::ReturnOrder::kOldPlace;
  return *upper_.insert(at, UpperLane{level, std::make_unique<MessageLane>(owner, order)})->lane;
}

QueueCore::Level QueueCore::level_of(const MessageLane& lane) const {
  for (const UpperLane& upper : upper_) {
    if (upper.lane.get() == &lane) return upper.level;
  }
  return 0;
}

QueueCore::Level QueueCore::level_of(const Message& message) const {
  if (quorum_) return std::min(message_priority(message).value_or(kQuorumUsual), kQuorumHighest);
  if (settings_->max_priority == 0) return 0;
  const std::int64_t priority = message_priority(message).value_or(0);
  return static_cast<Level>(std::min(priority, settings_->max_priority));
}

// The lane of the message that is next; null when there is none or it is paged out.
MessageLane* QueueCore::next_lane() {
  if (!upper_.empty()) [[unlikely]]
    return next_upper_lane();
  return lane_.has_next() ? &lane_ : nullptr;
}

MessageLane* QueueCore::next_upper_lane() {
  for (UpperLane& upper : upper_) {
    if (upper.lane->ready_count() == 0) continue;
    return upper.lane->has_next() ? upper.lane.get() : nullptr;
  }
  return lane_.has_next() ? &lane_ : nullptr;
}

const Message* QueueCore::head() {
  MessageLane* lane = next_lane();
  return lane ? &*lane->find(lane->peek())->message : nullptr;
}

bool QueueCore::is_stalled() {
  return ready_count() != 0 && !next_lane();
}

std::uint64_t QueueCore::ready_count() const {
  std::uint64_t count = lane_.ready_count();
  for (const UpperLane& upper : upper_) count += upper.lane->ready_count();
  return count;
}

std::uint64_t QueueCore::unacked_count() const {
  std::uint64_t count = lane_.unacked_count();
  for (const UpperLane& upper : upper_) count += upper.lane->unacked_count();
  return count - dead_ - delayed_.size();
}

std::uint64_t QueueCore::ready_bytes() const {
  std::uint64_t bytes = lane_.ready_bytes();
  for (const UpperLane& upper : upper_) bytes += upper.lane->ready_bytes();
  return bytes;
}

// ---- messages in ----

std::uint64_t QueueCore::expiry_of(const Message& message) const {
  auto ttl = settings_->message_ttl;
  if (has_expiration(message)) {
    const auto own = message_expiration(message);
    if (own && (!ttl || *own < *ttl)) ttl = own;
  }
  return ttl ? now_ + static_cast<std::uint64_t>(*ttl) : 0;
}

QueuePosition QueueCore::publish(MessageRef message, bool tracked, MessageFacts facts) {
  MessageLane* to = &lane_;
  Level level = 0;
  facts.time = 0;
  if (!plain_ || has_expiration(*message)) {
    facts.time = expiry_of(*message);
    level = level_of(*message);
    to = &lane(level);
  }
  const QueuePosition place = to->append(std::move(message), tracked, facts);
  if (consumer_count_ != 0) dispatch();
  if (is_timed()) [[unlikely]]
    expire();
  if (limited_) [[unlikely]]
    shorten();
  return at_level(level, place);
}

// Quorum queues notice only afterwards that there is too much.
bool QueueCore::is_full_for(std::size_t body_bytes) const {
  if (!quorum_) return is_too_long(ready_count() + 1, ready_bytes() + body_bytes);
  return settings_->overflow == Overflow::kRejectPublish &&
         is_too_long(ready_count() + pending_letters_, ready_bytes() + pending_bytes_);
}

void QueueCore::refuse(MessageRef message) {
  if (settings_->overflow != Overflow::kRejectPublishDlx || !settings_->dead_letter_exchange)
    return;
  sink_.dead_letter({0, DeathReason::kMaxLength, false, {}, std::move(message)});
}

// ---- messages out ----

QueueCore::Turns* QueueCore::next_turns() {
  for (auto& [priority, turns] : turns_) {
    if (!turns.empty()) return &turns;
  }
  return nullptr;
}

void QueueCore::lane_has_more() {
  dispatch();
  if (limited_) shorten();
}

void QueueCore::dispatch() {
  if (stopped_) [[unlikely]]
    return;
  while (MessageLane* lane = next_lane()) {
    Turns* turns = next_turns();
    if (!turns) return;
    // A TTL of 0 still lets a message go to who waits for it.
    if (lane->is_timed() && now_ != 0 && is_expired(*lane, now_ - 1)) {
      let_die(*lane, DeathReason::kExpired);
    } else {
      deliver_next(*lane, *turns);
    }
  }
}

// One message to the consumer whose turn it is, or the consumer out of the list.
bool QueueCore::deliver_next(MessageLane& lane, Turns& turns) {
  const std::uint32_t index = turns.front;
  Consumer& consumer = consumers_[index];
  const bool no_ack = consumer.options.no_ack;
  if (!sink_.admit(consumer.options)) {
    consumer.paused = true;
    consumer.listed = false;
    remove_turn(turns, index);
    return false;
  }
  QueuePosition place;
  Entry& entry = lane.take(place);
  const MessageFacts facts = entry.facts();
  const QueuePosition position = upper_.empty() ? place : at_level(level_of(lane), place);
  if (no_ack) {
    MessageRef message = std::move(entry.message);
    lane.erase(place, entry);
    turns.front = consumer.next_turn;
    sink_.deliver(consumer.key, consumer.options, position, facts, std::move(message));
    return true;
  }
  lane.hold(entry, index);
  ++consumer.unacked;
  if (consumer.has_room()) {
    turns.front = consumer.next_turn;
  } else {
    consumer.listed = false;
    remove_turn(turns, index);
  }
  sink_.deliver(consumer.key, consumer.options, position, facts, entry.message);
  return true;
}

std::optional<QueueDelivery> QueueCore::get(bool no_ack, bool even_paused) {
  expire();
  if (held_ || (paused_ && !even_paused)) return std::nullopt;
  MessageLane* lane = next_lane();
  if (!lane) return std::nullopt;
  QueueDelivery delivery;
  QueuePosition place;
  Entry& entry = lane->take(place);
  delivery.position = at_level(level_of(*lane), place);
  delivery.facts = entry.facts();
  if (no_ack) {
    delivery.message = std::move(entry.message);
    lane->erase(place, entry);
  } else {
    delivery.message = entry.message;
    lane->hold(entry, kNobody);
  }
  // A quorum queue finds out about the next one only when it is wanted.
  if (!quorum_) expire();
  delivery.ready_left = ready_count();
  return delivery;
}

// ---- turns ----

// Behind all that wait already.
void QueueCore::push_turn(Turns& turns, std::uint32_t index) {
  Consumer& consumer = consumers_[index];
  if (turns.empty()) {
    turns.front = consumer.next_turn = consumer.previous_turn = index;
    return;
  }
  Consumer& first = consumers_[turns.front];
  consumer.next_turn = turns.front;
  consumer.previous_turn = first.previous_turn;
  consumers_[first.previous_turn].next_turn = index;
  first.previous_turn = index;
}

void QueueCore::remove_turn(Turns& turns, std::uint32_t index) {
  const Consumer& consumer = consumers_[index];
  if (consumer.next_turn == index) {
    turns.front = kNobody;
    return;
  }
  consumers_[consumer.previous_turn].next_turn = consumer.next_turn;
  consumers_[consumer.next_turn].previous_turn = consumer.previous_turn;
  if (turns.front == index) turns.front = consumer.next_turn;
}

void QueueCore::list(std::uint32_t index) {
  if (single_active_ && (index != active_ || is_superseded())) return;
  Consumer& consumer = consumers_[index];
  if (consumer.listed) return;
  consumer.listed = true;
  push_turn(turns_[consumer.options.priority], index);
}

void QueueCore::unlist(std::uint32_t index) {
  Consumer& consumer = consumers_[index];
  if (!consumer.listed) return;
  consumer.listed = false;
  remove_turn(turns_[consumer.options.priority], index);
}

// ---- settling ----

void QueueCore::settled(std::uint32_t index) {
  if (index == kNobody) return;
  Consumer& consumer = consumers_[index];
  --consumer.unacked;
  if (!consumer.alive) {
    if (consumer.unacked == 0) release_consumer(index);
    return;
  }
  if (index == active_ && consumer.unacked == 0) choose_active();
  if (!consumer.listed && !consumer.paused && consumer.has_room()) list(index);
}

// Calls visit(lane, place, entry) for those that clients have.
template <typename Visit>
void QueueCore::for_each_unacked(QueuePosition first, std::uint64_t count, Visit&& visit) {
  MessageLane* lane = find_lane(level_of(first));
  if (!lane) return;
  const QueuePosition end = place_of(first) + count;
  for (QueuePosition at = place_of(first); at != end; ++at) {
    Entry* entry = lane->find(at);
    if (!entry || entry->state() != State::kUnacked || is_nobodys(entry->holder)) continue;
    const std::uint32_t holder = entry->holder;
    lane->let_go(*entry);
    visit(*lane, at, *entry);
    settled(holder);
  }
  dispatch();
}

void QueueCore::acknowledge(QueuePosition first, std::uint64_t count) {
  for_each_unacked(first, count, [](MessageLane& lane, QueuePosition place, Entry& entry) {
    lane.erase(place, entry);
  });
}

void QueueCore::reject(QueuePosition first, std::uint64_t count, Return how) {
  for_each_unacked(first, count, [=, this](MessageLane& lane, QueuePosition place, Entry& entry) {
    note_return(entry, how);
    die(lane, place, entry, DeathReason::kRejected);
  });
}

void QueueCore::requeue(QueuePosition first, std::uint64_t count, Return how) {
  for_each_unacked(first, count, [=, this](MessageLane& lane, QueuePosition place, Entry& entry) {
    give_back(lane, place, entry, how);
  });
  expire();
  if (limited_) shorten();
}

void QueueCore::note_return(Entry& entry, Return how) {
  if (how == Return::kUnseen) return;
  DeliveryCounts counts = entry.counts();
  ++counts.acquired;
  if (how == Return::kFailed) ++counts.returned;
  entry.set_counts(counts);
  entry.set_redelivered();
}

void QueueCore::give_back(MessageLane& lane, QueuePosition place, Entry& entry, Return how) {
  note_return(entry, how);
  const bool too_often = delivery_limit_ >= 0 && how == Return::kFailed &&
                         entry.counts().returned > static_cast<std::uint64_t>(delivery_limit_);
  if (too_often) return die(lane, place, entry, DeathReason::kDeliveryLimit);
  const std::uint64_t delay = delay_of(entry, how);
  if (delay == 0) return lane.give_back(place, entry);
  entry.holder = kDelayed;
  delayed_.push({now_ + delay, at_level(level_of(lane), place)});
}

std::uint64_t QueueCore::purge() {
  const std::uint64_t purged = ready_count();
  for_each_lane([](Level, MessageLane& lane) {
    while (lane.ready_count() != 0) {
      if (!lane.has_next()) {
        lane.drop_first_paged();
        continue;
      }
      QueuePosition place;
      const Entry& entry = lane.take(place);
      lane.erase(place, entry);
    }
  });
  return purged;
}

std::uint64_t QueueCore::remove(Level level, const std::vector<ReadyMessage>& messages) {
  MessageLane* lane = find_lane(level);
  return lane ? lane->remove_ready(messages) : 0;
}

void QueueCore::pause(bool paused) {
  paused_ = paused;
  stopped_ = paused_ || held_;
  dispatch();
}

void QueueCore::hold(bool held) {
  held_ = held;
  stopped_ = paused_ || held_;
  if (held_) return;
  expire();
  shorten();
  dispatch();
}

QueueCore::Held QueueCore::held_as(const Entry& entry) const {
  if (entry.holder == kDead) return Held::kDead;
  return entry.holder == kDelayed ? Held::kDelayed : Held::kByClient;
}

const ConsumerKey* QueueCore::holder(const Entry& entry) const {
  if (entry.holder == kNobody || is_nobodys(entry.holder)) return nullptr;
  return &consumers_[entry.holder].key;
}

void QueueCore::compact() {
  for_each_lane([](Level, MessageLane& lane) { lane.compact(); });
}

}  // namespace coney
