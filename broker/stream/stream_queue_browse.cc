#include <algorithm>

#include "broker/shard/shard.h"
#include "broker/stream/stream_queue.h"

// Looking at the messages of a stream: its chunks, then what still grows. Nobody ever has one, so
// all are ready.

namespace coney {

void StreamQueue::browse_tail(const BrowseCall& call, QueuePosition from,
                              BrowseSlice& slice) const {
  const std::vector<StreamMessage>& messages = core_.tail().messages;
  const std::uint64_t now = shard_.wall_time();
  std::size_t at = core_.tail().find(from);
  while (call.backward ? at != 0 : at != messages.size()) {
    const StreamMessage& each = messages[call.backward ? --at : at++];
    if (each.offset >= core_.committed()) {
      if (call.backward) continue;
      return;
    }
    if (slice.messages.size() >= call.most) {
      slice.next = MessagePlace{0, call.backward ? each.offset + 1 : each.offset};
      return;
    }
    slice.messages.push_back({.place = {0, each.offset},
                              .message = each.message,
                              .facts = {.time = each.time},
                              .age = now - std::min(now, each.time)});
  }
}

void StreamQueue::browse(const BrowseCall& call, BrowseThen then) {
  if (going_) return then({.gone = true});
  BrowseSlice slice;
  if (!call.ready) return then(std::move(slice));
  QueuePosition from = call.from ? call.from->position : 0;
  if (call.backward) from = std::min(call.from ? from : UINT64_MAX, core_.committed());
  if (call.backward) browse_tail(call, from, slice);
  const bool tail_has_more = slice.next.has_value();
  const auto chunk = call.backward ? core_.chunk_before(from) : core_.chunk_at_or_behind(from);
  if (call.backward && (tail_has_more || !slice.messages.empty())) {
    if (!tail_has_more && chunk) slice.next = slice.messages.back().place;
    return then(std::move(slice));
  }
  if (!chunk || !storage_) {
    if (!call.backward) browse_tail(call, from, slice);
    return then(std::move(slice));
  }
  const auto [first, last] = chunk->positions;
  slice.next = MessagePlace{0, call.backward ? first : last + 1};
  slice.failed = chunk->lost;
  slice.in_chunk = last - first + 1;
  if (chunk->lost) return then(std::move(slice));
  BrowsedChunk browsed{.view = storage_->view(chunk->number), .stream = true};
  browsed.view.positions = call.backward ? PositionRange{first, std::min(last, from - 1)}
                                         : PositionRange{std::max(first, from), last};
  add_chunk(std::move(slice), std::move(browsed), then);
}

}  // namespace coney
