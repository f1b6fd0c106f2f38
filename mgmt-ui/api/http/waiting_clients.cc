#include "mgmt-ui/api/http/waiting_clients.h"

#include <utility>

namespace coney::management {

UnreadAnswers::Place UnreadAnswers::add(std::size_t bytes, Clock::time_point now,
                                        std::function<void()> give_up) {
  bytes_ += bytes;
  std::size_t more = bytes_ > kMost ? bytes_ - kMost : 0;
  const auto shortest = bytes_ > kMostAnyway ? Clock::duration::zero() : Clock::duration(kStuck);
  for (Unread& one : unread_) {
    if (more == 0 || now - one.progress < shortest) break;
    if (one.give_up) std::exchange(one.give_up, nullptr)();
    more -= std::min(more, one.bytes);
  }
  return unread_.insert(unread_.end(), Unread{bytes, now, std::move(give_up)});
}

void UnreadAnswers::progressed(Place place, Clock::time_point now) {
  place->progress = now;
  unread_.splice(unread_.end(), unread_, place);
}

void UnreadAnswers::remove(Place place) {
  bytes_ -= place->bytes;
  unread_.erase(place);
}

bool IdleConnections::end_one(std::string_view address) {
  for (Idle& one : idle_) {
    if (!one.end || (!address.empty() && one.address != address)) continue;
    std::exchange(one.end, nullptr)();
    return true;
  }
  return false;
}

}  // namespace coney::management
