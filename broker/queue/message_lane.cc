#include "broker/queue/message_lane.h"

namespace coney {

void MessageLane::compact() {
  std::vector<PositionRun>().swap(departures_);
  if (!messages_.empty() || is_paged()) return;
  messages_.compact();
  next_fresh_ = messages_.end();
  returned_ = {};
  timed_ = false;
}

}  // namespace coney
