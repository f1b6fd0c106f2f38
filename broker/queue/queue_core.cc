#include "broker/queue/queue_core.h"

#include <algorithm>

namespace coney {

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
  auto from = waiting.begin() + static_cast<std::ptrdiff_t>(head);
  waiting.erase(std::find(from, waiting.end(), consumer));
  if (empty()) {
    waiting.clear();
    head = 0;
  }
}

// ---- messages in ----

QueuePosition QueueCore::publish(MessageRef message, bool tracked) {
  ready_bytes_ += message->body().size();
  resident_bytes_ += message->size();
  const QueuePosition position =
      messages_.push_back(Entry{std::move(message), kNobody, State::kFresh, false, tracked, false});
  ++fresh_;
  if (consumer_count_ != 0) dispatch();
  return position;
}

// ---- messages out ----

QueueCore::Turns* QueueCore::next_turns() {
  for (auto& [priority, turns] : turns_) {
    if (!turns.empty()) return &turns;
  }
  return nullptr;
}

// False also when the next one is paged out.
bool QueueCore::has_next() {
  if (ready_count() == 0) return false;
  return returned_.empty() ? paged_.empty() || peek_next() < paged_.front().first : true;
}

void QueueCore::dispatch() {
  while (has_next()) {
    Turns* turns = next_turns();
    if (!turns) return;
    deliver_next(*turns);
  }
}

QueuePosition QueueCore::peek_next() {
  if (!returned_.empty()) return returned_.top();
  const QueuePosition limit = paged_.empty() ? messages_.end() : paged_.front().first;
  if (next_fresh_ < limit) next_fresh_ = std::min(messages_.next(next_fresh_), limit);
  return next_fresh_;
}

// Takes the head out of the ready messages; the caller decides what becomes of the entry.
QueueCore::Entry& QueueCore::take_next(QueuePosition& position) {
  position = peek_next();
  Entry& entry = *messages_.find(position);
  if (!returned_.empty()) {
    returned_.pop();
  } else {
    ++next_fresh_;
    --fresh_;
    resident_bytes_ -= entry.message->size();
  }
  ready_bytes_ -= entry.message->body().size();
  return entry;
}

void QueueCore::departed(QueuePosition position) {
  if (!departures_.empty() && departures_.back().end() == position) {
    ++departures_.back().count;
  } else {
    departures_.push_back({position, 1});
  }
}

void QueueCore::erase(QueuePosition position, const Entry& entry) {
  if (entry.tracked || entry.stored) departed(position);
  messages_.erase(position);
}

// One message to the consumer whose turn it is, or the consumer out of the list.
bool QueueCore::deliver_next(Turns& turns) {
  const std::uint32_t index = turns.front();
  Consumer& consumer = consumers_[index];
  const bool no_ack = consumer.options.no_ack;
  const std::size_t bytes = messages_.find(peek_next())->message->size();
  if (!sink_.admit(consumer.options, bytes)) {
    consumer.paused = true;
    consumer.listed = false;
    turns.pop();
    return false;
  }
  QueuePosition position;
  Entry& entry = take_next(position);
  const bool redelivered = entry.redelivered;
  if (no_ack) {
    MessageRef message = std::move(entry.message);
    erase(position, entry);
    turns.rotate();
    sink_.deliver(consumer.key, consumer.options, position, redelivered, std::move(message));
    return true;
  }
  entry.state = State::kUnacked;
  entry.consumer = index;
  ++consumer.unacked;
  if (consumer.has_room()) {
    turns.rotate();
  } else {
    consumer.listed = false;
    turns.pop();
  }
  sink_.deliver(consumer.key, consumer.options, position, redelivered, entry.message);
  return true;
}

std::optional<QueueDelivery> QueueCore::get(bool no_ack) {
  if (!has_next()) return std::nullopt;
  QueueDelivery delivery;
  Entry& entry = take_next(delivery.position);
  delivery.redelivered = entry.redelivered;
  delivery.ready_left = ready_count();
  if (no_ack) {
    delivery.message = std::move(entry.message);
    erase(delivery.position, entry);
  } else {
    delivery.message = entry.message;
    entry.state = State::kUnacked;
    entry.consumer = kNobody;
  }
  return delivery;
}

// ---- settling ----

void QueueCore::settled(std::uint32_t index) {
  if (index == kNobody) return;
  Consumer& consumer = consumers_[index];
  --consumer.unacked;
  if (!consumer.alive) {
    if (consumer.unacked == 0) release_consumer(index);
  } else if (!consumer.listed && !consumer.paused && consumer.has_room()) {
    list(index);
  }
}

void QueueCore::acknowledge(QueuePosition first, std::uint64_t count) {
  for (QueuePosition at = first; at != first + count; ++at) {
    Entry* entry = messages_.find(at);
    if (!entry || entry->state != State::kUnacked) continue;
    const std::uint32_t consumer = entry->consumer;
    erase(at, *entry);
    settled(consumer);
  }
  dispatch();
}

void QueueCore::requeue(QueuePosition first, std::uint64_t count, bool redelivered) {
  for (QueuePosition at = first; at != first + count; ++at) {
    Entry* entry = messages_.find(at);
    if (!entry || entry->state != State::kUnacked) continue;
    entry->state = State::kReturned;
    entry->redelivered = entry->redelivered || redelivered;
    ready_bytes_ += entry->message->body().size();
    returned_.push(at);
    settled(entry->consumer);
  }
  dispatch();
}

std::uint64_t QueueCore::purge() {
  const std::uint64_t purged = ready_count();
  while (ready_count() != 0) {
    if (!has_next()) {
      drop_first_paged();
      continue;
    }
    QueuePosition position;
    const Entry& entry = take_next(position);
    erase(position, entry);
  }
  return purged;
}

// ---- consumers ----

void QueueCore::list(std::uint32_t index) {
  consumers_[index].listed = true;
  turns_[consumers_[index].options.priority].push(index);
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
  consumers_[index] = Consumer{key, options};
  consumers_[index].paused = true;
  alive_.emplace(key, index);
  ++consumer_count_;
  exclusive_ = exclusive_ || options.exclusive;
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

void QueueCore::compact() {
  std::vector<PositionRun>().swap(departures_);
  if (!messages_.empty() || is_paged()) return;
  messages_.compact();
  next_fresh_ = messages_.end();
  returned_ = {};
}

}  // namespace coney
