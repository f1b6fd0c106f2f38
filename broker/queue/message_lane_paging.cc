#include "broker/queue/message_lane.h"

// Messages that wait on disk, and what a restart brings back.

namespace coney {

std::optional<QueuePosition> MessageLane::first_to_page_out(std::uint64_t keep) {
  QueuePosition at = next_fresh_;
  if (!paged_.empty()) {
    at = messages_.next(paged_.back().last + 1);
  } else {
    std::uint64_t kept = 0;
    const QueuePosition next = at = messages_.next(at);
    for (; at != messages_.end(); at = messages_.next(at + 1)) {
      kept += messages_.find(at)->message->size();
      if (kept > keep && at != next) break;
    }
  }
  return at == messages_.end() ? std::nullopt : std::optional(at);
}

void MessageLane::mark_stored(QueuePosition position) {
  if (Entry* entry = messages_.find(position)) entry->set_stored();
}

bool MessageLane::has_stored(QueuePosition position) {
  const Entry* entry = messages_.find(position);
  return entry && entry->stored();
}

void MessageLane::page_out(QueuePosition first, QueuePosition last) {
  PagedRange range{first, last};
  // The places are kept before anything goes, or the window would move on.
  if (paged_.empty()) messages_.keep_place(first);
  for (auto at = messages_.next(first); at <= last && at != messages_.end();
       at = messages_.next(at + 1)) {
    const Entry& entry = *messages_.find(at);
    ++range.count;
    range.body_bytes += entry.message->body().size();
    range.tracked += entry.tracked() ? 1 : 0;
    resident_bytes_ -= entry.message->size();
    messages_.erase(at);
  }
  tracked_ -= range.tracked;
  add_paged(range);
}

void MessageLane::add_paged(const PagedRange& range) {
  paged_.push_back(range);
  paged_count_ += range.count;
  paged_bytes_ += range.body_bytes;
  paged_tracked_ += range.tracked;
}

PagedRange MessageLane::take_first_paged() {
  const PagedRange range = paged_.front();
  paged_.pop_front();
  paged_count_ -= range.count;
  paged_bytes_ -= range.body_bytes;
  paged_tracked_ -= range.tracked;
  return range;
}

void MessageLane::put_back(QueuePosition position, MessageRef message, const MessageFacts& facts,
                           bool tracked, bool stored) {
  ready_bytes_ += message->body().size();
  resident_bytes_ += message->size();
  tracked_ += tracked ? 1 : 0;
  timed_ = timed_ || facts.time != 0;
  ++fresh_;
  Entry entry(std::move(message), facts, tracked);
  if (stored) entry.set_stored();
  messages_.insert(position, std::move(entry));
}

void MessageLane::paged_in() {
  const PagedRange range = take_first_paged();
  fresh_ -= range.count;  // put_back has counted them
  ready_bytes_ -= range.body_bytes;
  keep_places();
  owner_.lane_has_more();
}

void MessageLane::drop_first_paged() {
  const PagedRange range = take_first_paged();
  fresh_ -= range.count;
  ready_bytes_ -= range.body_bytes;
  departures_.push_back({range.first, range.last - range.first + 1});
  keep_places();
}

void MessageLane::keep_places() {
  if (paged_.empty()) {
    messages_.keep_no_place();
  } else {
    messages_.keep_place(paged_.front().first);
  }
}

void MessageLane::restore(QueuePosition begin, QueuePosition end) {
  messages_.start_at(begin, end);
  next_fresh_ = begin;
}

void MessageLane::restore_paged(const PagedRange& range) {
  add_paged(range);
  fresh_ += range.count;
  ready_bytes_ += range.body_bytes;
}

void MessageLane::restored() {
  keep_places();
  owner_.lane_has_more();
}

}  // namespace coney
