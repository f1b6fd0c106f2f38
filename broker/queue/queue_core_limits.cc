#include "broker/arguments/value_check.h"
#include "broker/queue/queue_core.h"

// Messages that may not stay, and those that have to wait before they are tried again.

namespace coney {

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
  if (held_) [[unlikely]]
    return;
  MessageLane* lane = next_lane();
  for (; lane && lane->is_timed() && is_expired(*lane, now_); lane = next_lane()) {
    let_die(*lane, DeathReason::kExpired);
  }
}

std::optional<std::uint64_t> QueueCore::next_expiry() {
  std::optional<std::uint64_t> next;
  if (!delayed_.empty()) next = delayed_.top().time;
  MessageLane* lane = held_ ? nullptr : next_lane();
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
  if (!limited_ || !drops || held_) return;
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

}  // namespace coney
