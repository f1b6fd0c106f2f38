#include "broker/queue/message_lane.h"

namespace coney {

QueuePosition MessageLane::append(MessageRef message, bool tracked, const MessageFacts& facts) {
  ready_bytes_ += message->body().size();
  resident_bytes_ += message->size();
  timed_ = timed_ || facts.time != 0;
  ++fresh_;
  return messages_.push_back(Entry(std::move(message), facts, tracked));
}

bool MessageLane::has_next() {
  if (!returned_.empty()) return true;
  return fresh_ != 0 && (paged_.empty() || peek() < paged_.front().first);
}

QueuePosition MessageLane::peek() {
  if (!returned_.empty()) return returned_.top().position;
  const QueuePosition limit = paged_.empty() ? messages_.end() : paged_.front().first;
  if (next_fresh_ < limit) next_fresh_ = std::min(messages_.next(next_fresh_), limit);
  return next_fresh_;
}

MessageLane::Entry& MessageLane::take(QueuePosition& position) {
  position = peek();
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

void MessageLane::give_back(QueuePosition position, Entry& entry) {
  entry.set_state(State::kReturned);
  ready_bytes_ += entry.message->body().size();
  returned_.push({order_ == ReturnOrder::kOldPlace ? position : ++returns_, position});
}

void MessageLane::departed(QueuePosition position) {
  if (!departures_.empty() && departures_.back().end() == position) {
    ++departures_.back().count;
  } else {
    departures_.push_back({position, 1});
  }
}

void MessageLane::erase(QueuePosition position, const Entry& entry) {
  if (entry.tracked() || entry.stored()) departed(position);
  messages_.erase(position);
}

void MessageLane::compact() {
  std::vector<PositionRun>().swap(departures_);
  if (!messages_.empty() || is_paged()) return;
  messages_.compact();
  next_fresh_ = messages_.end();
  returned_ = {};
  timed_ = false;
}

}  // namespace coney
