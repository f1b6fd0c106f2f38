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

std::uint64_t MessageLane::remove_ready(const std::vector<ReadyMessage>& messages) {
  std::uint64_t removed = 0;
  bool had_returned = false;
  for (const ReadyMessage& message : messages) {
    const QueuePosition position = message.position;
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

// Of restored ranges sizes are known roughly: the last message takes what is left.
bool MessageLane::remove_paged(const ReadyMessage& message) {
  const auto at = std::lower_bound(
      paged_.begin(), paged_.end(), message.position,
      [](const PagedRange& range, QueuePosition wanted) { return range.last < wanted; });
  PagedRange& range = *at;
  const bool last = range.count == 1;
  const std::uint64_t bytes =
      last ? range.body_bytes : std::min(message.body_bytes, range.body_bytes);
  const bool tracked = range.tracked == range.count || (message.persistent && range.tracked != 0);
  --range.count;
  range.body_bytes -= bytes;
  range.tracked -= tracked ? 1 : 0;
  --paged_count_;
  paged_bytes_ -= bytes;
  paged_tracked_ -= tracked ? 1 : 0;
  --fresh_;
  ready_bytes_ -= bytes;
  if (!last) return false;
  const bool first = at == paged_.begin();
  paged_.erase(at);
  return first;
}

void MessageLane::paged_removed() {
  keep_places();
  owner_.lane_has_more();
}

}  // namespace coney
