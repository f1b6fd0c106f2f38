#include "broker/queue/queue_core.h"

#include <algorithm>

#include "broker/arguments/value_check.h"

namespace coney {
namespace {

// Quorum queues have these without being asked, as in RabbitMQ 4.
constexpr QueueCore::Level kQuorumHighest = 31, kQuorumUsual = 4;

}  // namespace

// ---- turns ----

void QueueCore::Turns::pop() {
  ++head;
  // Also when somebody is always waiting the part that has been served must not grow.
  if (head != waiting.size() && (head < 64 || head < waiting.size() / 2)) return;
  waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(head));
  head = 0;
}

void QueueCore::Turns::rotate() {
  if (waiting.size() - head == 1) return;
  push(front());
  pop();
}

void QueueCore::Turns::remove(std::uint32_t consumer) {
  if (front() == consumer) return pop();  // consumers that go in the order in which they came
  auto from = waiting.begin() + static_cast<std::ptrdiff_t>(head);
  waiting.erase(std::find(from, waiting.end(), consumer));
  if (empty()) {
    waiting.clear();
    head = 0;
  }
}

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
         is_too_long(ready_count(), ready_bytes());
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
  const std::uint32_t index = turns.front();
  Consumer& consumer = consumers_[index];
  const bool no_ack = consumer.options.no_ack;
  if (!sink_.admit(consumer.options)) {
    consumer.paused = true;
    consumer.listed = false;
    turns.pop();
    return false;
  }
  QueuePosition place;
  Entry& entry = lane.take(place);
  const MessageFacts facts = entry.facts();
  const QueuePosition position = upper_.empty() ? place : at_level(level_of(lane), place);
  if (no_ack) {
    MessageRef message = std::move(entry.message);
    lane.erase(place, entry);
    turns.rotate();
    sink_.deliver(consumer.key, consumer.options, position, facts, std::move(message));
    return true;
  }
  lane.hold(entry, index);
  ++consumer.unacked;
  if (consumer.has_room()) {
    turns.rotate();
  } else {
    consumer.listed = false;
    turns.pop();
  }
  sink_.deliver(consumer.key, consumer.options, position, facts, entry.message);
  return true;
}

std::optional<QueueDelivery> QueueCore::get(bool no_ack) {
  expire();
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

// ---- too old, too much ----

// REQUIRES: lane.has_next()
bool QueueCore::is_expired(MessageLane& lane, std::uint64_t by) {
  const std::uint64_t time = lane.find(lane.peek())->time();
  return time != 0 && time <= by;
}

// REQUIRES: lane.has_next()
void QueueCore::let_die(MessageLane& lane, DeathReason reason) {
  QueuePosition place;
  Entry& entry = lane.take(place);
  die(lane, place, entry, reason);
}

void QueueCore::die(MessageLane& lane, QueuePosition place, Entry& entry, DeathReason reason) {
  if (!settings_->dead_letter_exchange) return lane.erase(place, entry);
  DeadLetter letter{at_level(level_of(lane), place), reason, entry.tracked() || entry.stored(),
                    entry.facts(), entry.message};
  if (letter.held) {
    entry.set_state(State::kUnacked);
    entry.holder = kDead;
    ++dead_;
  } else {
    lane.erase(place, entry);
  }
  sink_.dead_letter(std::move(letter));
}

void QueueCore::bury(QueuePosition position) {
  MessageLane* lane = find_lane(level_of(position));
  Entry* entry = lane ? lane->find(place_of(position)) : nullptr;
  if (!entry || entry->state() != State::kUnacked || entry->holder != kDead) return;
  --dead_;
  lane->erase(place_of(position), *entry);
}

// RabbitMQ looks at the message that is next, and at no other.
void QueueCore::expire() {
  try_delayed_again();
  MessageLane* lane = next_lane();
  for (; lane && lane->is_timed() && is_expired(*lane, now_); lane = next_lane()) {
    let_die(*lane, DeathReason::kExpired);
  }
}

std::optional<std::uint64_t> QueueCore::next_expiry() {
  std::optional<std::uint64_t> next;
  if (!delayed_.empty()) next = delayed_.top().time;
  MessageLane* lane = next_lane();
  if (!lane || !lane->is_timed()) return next;
  const std::uint64_t time = lane->find(lane->peek())->time();
  return time == 0 || (next && *next < time) ? next : time;
}

// ---- another try, later ----

std::uint64_t QueueCore::delay_of(const Entry& entry, Return how) const {
  const DelayedRetry which = settings_->delayed_retry;
  const bool wanted =
      which == DelayedRetry::kAll ||
      which == (how == Return::kFailed ? DelayedRetry::kFailed : DelayedRetry::kReturned);
  if (!wanted || how == Return::kUnseen || settings_->delayed_retry_min <= 0) return 0;
  const std::int64_t longest =
      settings_->delayed_retry_max > 0 ? settings_->delayed_retry_max : kMaxMilliseconds;
  const std::int64_t times = entry.counts().acquired;
  return static_cast<std::uint64_t>(settings_->delayed_retry_min > longest / times
                                        ? longest
                                        : settings_->delayed_retry_min * times);
}

void QueueCore::try_delayed_again() {
  if (delayed_.empty()) [[likely]]
    return;
  for (; !delayed_.empty() && delayed_.top().time <= now_; delayed_.pop()) {
    const QueuePosition position = delayed_.top().position;
    MessageLane& lane = *find_lane(level_of(position));
    Entry& entry = *lane.find(place_of(position));
    lane.give_back(place_of(position), entry);
  }
  dispatch();
}

bool QueueCore::is_too_long(std::uint64_t count, std::uint64_t bytes) const {
  const auto& length = settings_->max_length;
  const auto& most_bytes = settings_->max_length_bytes;
  return (length && count > static_cast<std::uint64_t>(*length)) ||
         (most_bytes && bytes > static_cast<std::uint64_t>(*most_bytes));
}

// What is too much goes from the head. When that is paged out it comes back first, unless all that
// is paged out together has to go and nobody wants to see it.
void QueueCore::shorten() {
  const bool drops = settings_->overflow == Overflow::kDropHead ||
                     (quorum_ && settings_->overflow == Overflow::kRejectPublishDlx);
  if (!limited_ || !drops) return;
  while (is_too_long(ready_count(), ready_bytes())) {
    if (MessageLane* lane = next_lane()) {
      let_die(*lane, DeathReason::kMaxLength);
    } else if (!drop_paged()) {
      return;
    }
  }
}

bool QueueCore::drop_paged() {
  if (settings_->dead_letter_exchange) return false;
  MessageLane* stalled = nullptr;
  for_each_lane([&stalled](Level, MessageLane& lane) {
    if (!stalled && lane.is_stalled()) stalled = &lane;
  });
  if (!stalled) return false;
  const PagedRange& range = stalled->first_paged();
  if (!is_too_long(ready_count() - range.count + 1, ready_bytes() - range.body_bytes)) return false;
  stalled->drop_first_paged();
  return true;
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

// ---- consumers ----

void QueueCore::list(std::uint32_t index) {
  if (single_active_ && (index != active_ || is_superseded())) return;
  Consumer& consumer = consumers_[index];
  if (consumer.listed) return;
  consumer.listed = true;
  turns_[consumer.options.priority].push(index);
}

void QueueCore::unlist(std::uint32_t index) {
  Consumer& consumer = consumers_[index];
  if (!consumer.listed) return;
  consumer.listed = false;
  turns_[consumer.options.priority].remove(index);
}

std::size_t QueueCore::KeyHash::operator()(const ConsumerKey& key) const {
  const auto& [connection, channel, number] = key;
  const std::uint64_t place = std::uint64_t{connection.slot} << 32 | std::uint64_t{channel} << 16 |
                              static_cast<std::uint16_t>(connection.shard);
  return std::hash<std::uint64_t>()((place ^ number) * 0x9E3779B97F4A7C15u);
}

std::uint32_t QueueCore::find_consumer(const ConsumerKey& key) const {
  const auto found = alive_.find(key);
  return found == alive_.end() ? kNobody : found->second;
}

void QueueCore::subscribe(const ConsumerKey& key, const ConsumerOptions& options) {
  std::uint32_t index;
  if (free_consumers_.empty()) {
    index = static_cast<std::uint32_t>(consumers_.size());
    consumers_.emplace_back();
  } else {
    index = free_consumers_.back();
    free_consumers_.pop_back();
  }
  consumers_[index] = Consumer{key, options, ++subscriptions_};
  consumers_[index].paused = true;
  alive_.emplace(key, index);
  ++consumer_count_;
  exclusive_ = exclusive_ || options.exclusive;
  choose_active();
}

bool QueueCore::cancel(const ConsumerKey& key) {
  const std::uint32_t index = find_consumer(key);
  if (index == kNobody) return false;
  Consumer& consumer = consumers_[index];
  unlist(index);
  if (consumer.options.exclusive) exclusive_ = false;
  consumer.alive = false;
  alive_.erase(key);
  --consumer_count_;
  if (consumer.unacked == 0) release_consumer(index);
  if (index == active_) {
    active_ = kNobody;
    choose_active();
    dispatch();
  }
  return true;
}

void QueueCore::release_consumer(std::uint32_t index) {
  consumers_[index].alive = false;
  free_consumers_.push_back(index);
  if (consumer_count_ != 0 || free_consumers_.size() != consumers_.size()) return;
  std::vector<Consumer>().swap(consumers_);
  std::vector<std::uint32_t>().swap(free_consumers_);
  decltype(alive_)().swap(alive_);
  turns_.clear();
}

void QueueCore::resume(const ConsumerKey& key) {
  const std::uint32_t index = find_consumer(key);
  if (index == kNobody) return;
  Consumer& consumer = consumers_[index];
  if (!consumer.paused) return;
  consumer.paused = false;
  if (consumer.has_room()) list(index);
  dispatch();
}

std::vector<ConsumerKey> QueueCore::consumers() const {
  std::vector<ConsumerKey> keys;
  for (const Consumer& consumer : consumers_) {
    if (consumer.alive) keys.push_back(consumer.key);
  }
  return keys;
}

// ---- single active consumer ----

const ConsumerKey* QueueCore::active_consumer() const {
  return active_ == kNobody ? nullptr : &consumers_[active_].key;
}

// Of the highest priority the one that came first.
std::uint32_t QueueCore::best_consumer() const {
  std::uint32_t best = kNobody;
  for (std::uint32_t index = 0; index != consumers_.size(); ++index) {
    const Consumer& one = consumers_[index];
    if (!one.alive) continue;
    const Consumer* other = best == kNobody ? nullptr : &consumers_[best];
    if (!other || one.options.priority > other->options.priority ||
        (one.options.priority == other->options.priority && one.number < other->number)) {
      best = index;
    }
  }
  return best;
}

// A quorum queue passes activity on to a consumer of higher priority, once the active one has
// settled what it has; a classic queue does not.
bool QueueCore::is_superseded() const {
  if (!quorum_ || active_ == kNobody) return false;
  return consumers_[best_consumer()].options.priority > consumers_[active_].options.priority;
}

void QueueCore::choose_active() {
  if (!single_active_) return;
  if (is_superseded()) {
    unlist(active_);
    if (consumers_[active_].unacked != 0) return;
    active_ = kNobody;
  }
  if (active_ != kNobody) return;
  active_ = best_consumer();
  if (active_ == kNobody) return;
  const Consumer& chosen = consumers_[active_];
  if (!chosen.paused && chosen.has_room()) list(active_);
}

void QueueCore::compact() {
  for_each_lane([](Level, MessageLane& lane) { lane.compact(); });
}

}  // namespace coney
