#pragma once
// Who wants to know what the shards count. Given to the server before it starts; without one
// nothing is collected. Events of one shard come in their order; what is opened and closed is told
// within a quarter of a second, what has changed once a second.

#include <vector>

#include "broker/stats/stats_event.h"

namespace coney {

class StatsReceiver {
 public:
  virtual ~StatsReceiver() = default;

  // Any shard's thread. It must not wait for anything.
  virtual void take(std::vector<StatsEvent> events) = 0;
  // Any thread. False: what was given has not been read yet; updates wait, and come later with
  // what has changed until then.
  virtual bool keeps_up() const = 0;
};

}  // namespace coney
