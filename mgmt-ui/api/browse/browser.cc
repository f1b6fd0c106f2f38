#include "mgmt-ui/api/browse/browser.h"

#include <algorithm>

namespace coney::management {

void Browser::step() {
  BrowseCall call = order_.call;
  call.most = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(BrowseCall::kMost, order_.scan - outcome_.scanned));
  services_.browse(queue_, call, [self = shared_from_this()](BrowseSlice slice) {
    self->take(std::move(slice));
  });
}

void Browser::take(BrowseSlice slice) {
  outcome_.gone = slice.gone;
  if (slice.gone) return finish(std::nullopt, false);
  if (slice.failed && !tried_twice_) {  // a chunk may have been consumed or moved meanwhile
    tried_twice_ = true;
    return step();
  }
  tried_twice_ = false;
  if (slice.failed) outcome_.unreadable += slice.in_chunk;
  outcome_.scanned += slice.passed;
  std::vector<BrowsedMessage> messages = std::move(slice.messages);
  if (slice.chunk) {
    messages = messages_of(*slice.chunk, outcome_.unreadable);
    if (order_.call.backward) std::ranges::reverse(messages);
  }
  if (visit_all(std::move(messages), slice.next.has_value())) go_on_at(slice.next);
}

MessagePlace Browser::behind(const BrowsedMessage& message) const {
  MessagePlace place = message.place;
  if (!order_.call.backward) ++place.position;
  return place;
}

// False: the walk goes on elsewhere, or has ended.
bool Browser::visit_all(std::vector<BrowsedMessage> messages, bool more_follows) {
  std::uint64_t bytes = 0;
  for (std::size_t at = 0; at != messages.size(); ++at) {
    const BrowsedMessage& message = messages[at];
    const bool last = at + 1 == messages.size();
    ++outcome_.scanned;
    const std::size_t cost = filter_.cost(*message.message);
    bytes += cost;
    bytes_ += cost;
    if (filter_.matches(message) && !visit_(message)) {
      finish(last && !more_follows ? std::nullopt : std::optional(behind(message)), false);
      return false;
    }
    if (last) break;
    if (is_spent() || bytes >= kTurnBytes) {
      go_on_at(behind(message));
      return false;
    }
  }
  return true;
}

void Browser::go_on_at(std::optional<MessagePlace> next) {
  if (!next || is_spent()) return finish(next, next.has_value());
  order_.call.from = next;
  step();
}

void Browser::finish(std::optional<MessagePlace> next, bool limited) {
  outcome_.next = next;
  outcome_.scan_limited = limited;
  done_(outcome_);
}

}  // namespace coney::management
