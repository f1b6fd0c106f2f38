#include <algorithm>

#include "broker/queue/message_queue.h"
#include "broker/shard/shard.h"
#include "broker/storage/shard_storage.h"

// Looking at the messages of a queue, lane by lane.

namespace coney {

// Where in a lane the look goes on.
struct MessageQueue::LaneCursor {
  QueueLevel level = 0;
  MessageLane* lane = nullptr;
  QueuePosition position = 0;           // forward the next one, backward the one behind it
  std::optional<BrowsedChunk> paged{};  // what comes next is on disk
  bool lost = false;                    // and damaged
  std::uint64_t in_chunk = 0;

  MessagePlace place() const { return {level, position}; }
};

namespace {

bool is_full(const BrowseCall& call, const BrowseSlice& slice) {
  return slice.messages.size() + slice.passed >= call.most;
}

}  // namespace

// A message that is in memory. False: the slice is full.
bool MessageQueue::look_at(const LaneCursor& at, QueuePosition position, const BrowseCall& call,
                           BrowseSlice& slice) {
  if (is_full(call, slice)) return false;
  const MessageLane::Entry& entry = *at.lane->find(position);
  const bool held = entry.state() == MessageLane::State::kUnacked;
  if (held ? !call.held : !call.ready) {
    ++slice.passed;
    return true;
  }
  BrowsedMessage message{
      .place = {at.level, position}, .message = entry.message, .facts = entry.facts()};
  if (held) {
    const QueueCore::Held how = core_.held_as(entry);
    message.state = how == QueueCore::Held::kDead      ? MessageState::kDead
                    : how == QueueCore::Held::kDelayed ? MessageState::kDelayed
                                                       : MessageState::kUnacked;
    if (const ConsumerKey* consumer = core_.holder(entry)) message.consumer = *consumer;
  }
  if (const auto arrived = at.lane->arrivals().of(position)) {
    message.age = std::uint64_t{shard_.ticks() - *arrived} * Shard::kTickInterval.count();
  }
  slice.messages.push_back(std::move(message));
  return true;
}

// A chunk is a slice of its own. False: it is the next one, or what was asked for.
bool MessageQueue::stop_at_paged(LaneCursor& at, const PagedRange& range, const BrowseCall& call,
                                 BrowseSlice& slice) {
  if (is_full(call, slice)) return false;
  if (!call.ready) {
    ++slice.passed;
    return true;
  }
  if (!slice.messages.empty() || slice.passed != 0) return false;
  BrowsedChunk chunk{.view = {}, .level = at.level, .arrivals = at.lane->arrivals()};
  auto view = storage_of(at.level).view(range);
  at.lost = !view;
  at.in_chunk = range.count;
  if (view) chunk.view = std::move(*view);
  chunk.view.positions = call.backward
                             ? PositionRange{range.first, std::min(range.last, at.position - 1)}
                             : PositionRange{std::max(range.first, at.position), range.last};
  at.paged = std::move(chunk);
  at.position = call.backward ? range.first : range.last + 1;
  return false;
}

// Both: false when the slice ends in this lane.
bool MessageQueue::look_forward(LaneCursor& at, const BrowseCall& call, BrowseSlice& slice) {
  MessageLane& lane = *at.lane;
  while (true) {
    const PagedRange* paged = lane.paged_at_or_behind(at.position);
    if (!paged || at.position < paged->first) {
      const QueuePosition end = paged ? paged->first : lane.end();
      const QueuePosition next = std::min(lane.next_resident(at.position), end);
      at.position = std::max(at.position, next);
      if (next < end) {
        if (!look_at(at, next, call, slice)) return false;
        at.position = next + 1;
        continue;
      }
      if (!paged) return true;
    }
    if (!stop_at_paged(at, *paged, call, slice)) return false;
    at.position = paged->last + 1;
  }
}

bool MessageQueue::look_backward(LaneCursor& at, const BrowseCall& call, BrowseSlice& slice) {
  MessageLane& lane = *at.lane;
  while (true) {
    const PagedRange* paged = lane.paged_before(at.position);
    if (!paged || at.position > paged->last + 1) {
      const auto previous = lane.previous_resident(at.position, paged ? paged->last + 1 : 0);
      if (previous) {
        if (!look_at(at, *previous, call, slice)) return false;
        at.position = *previous;
        continue;
      }
      if (!paged) return true;
      at.position = paged->last + 1;
    }
    if (!stop_at_paged(at, *paged, call, slice)) return false;
    at.position = paged->first;
  }
}

void MessageQueue::browse(const BrowseCall& call, BrowseThen then) {
  if (going_) return then({.gone = true});
  std::vector<LaneCursor> lanes;
  core_.for_each_lane([&](QueueLevel level, MessageLane& lane) {
    lanes.push_back({level, &lane, call.backward ? lane.end() : 0});
  });
  if (call.backward) std::reverse(lanes.begin(), lanes.end());
  BrowseSlice slice;
  for (LaneCursor& at : lanes) {
    if (call.from && (call.backward ? at.level < call.from->level : at.level > call.from->level)) {
      continue;
    }
    if (call.from && at.level == call.from->level) {
      at.position =
          call.backward ? std::min(call.from->position, at.position) : call.from->position;
    }
    if (call.backward ? look_backward(at, call, slice) : look_forward(at, call, slice)) continue;
    slice.next = at.place();
    slice.failed = at.lost;
    slice.in_chunk = at.in_chunk;
    if (!at.paged || at.lost) break;
    return add_chunk(std::move(slice), std::move(*at.paged), then);
  }
  then(std::move(slice));
}

}  // namespace coney
