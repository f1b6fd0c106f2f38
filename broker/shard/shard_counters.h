#pragma once
// What happened on a shard, for metrics: plain numbers that the shard alone writes.

#include <cstdint>

namespace coney {

struct ShardCounters {
  std::uint64_t consumer_timeout_warnings = 0;  // consumers that have kept a delivery for long
  std::uint64_t consumer_timeouts = 0;          // consumers cancelled and channels closed for it
};

}  // namespace coney
