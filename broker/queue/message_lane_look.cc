#include "broker/queue/message_lane.h"

// What management does with a lane: looking, and taking messages out of the middle.

namespace coney {

const PagedRange* MessageLane::paged_at_or_behind(QueuePosition position) const {
  const auto at = std::lower_bound(
      paged_.begin(), paged_.end(), position,
      [](const PagedRange& range, QueuePosition wanted) { return range.last < wanted; });
  return at == paged_.end() ? nullptr : &*at;
}

const PagedRange* MessageLane::paged_before(QueuePosition position) const {
  const auto behind = std::lower_bound(
      paged_.begin(), paged_.end(), position,
      [](const PagedRange& range, QueuePosition wanted) { return range.first < wanted; });
  return behind == paged_.begin() ? nullptr : &*std::prev(behind);
}

std::uint64_t MessageLane::remove_ready(const std::vector<QueuePosition>& positions) {
  std::uint64_t removed = 0;
  bool had_returned = false;
  for (QueuePosition position : positions) {
    Entry* entry = messages_.find(position);
    if (!entry || entry->state() == State::kUnacked) continue;
    ready_bytes_ -= entry->message->body().size();
    if (entry->state() == State::kReturned) {
      had_returned = true;
    } else {
      --fresh_;
      resident_bytes_ -= entry->message->size();
    }
    erase(position, *entry);
    ++removed;
  }
  if (!had_returned) return removed;
  decltype(returned_) left;
  for (; !returned_.empty(); returned_.pop()) {
    if (messages_.find(returned_.top().position)) left.push(returned_.top());
  }
  returned_ = std::move(left);
  return removed;
}

}  // namespace coney
