#include "broker/queue/queue_core.h"

// Who consumes, and who of them is the active one.

namespace coney {

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

}  // namespace coney
