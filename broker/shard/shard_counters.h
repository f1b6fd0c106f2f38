#pragma once
// What happened on a shard, for metrics: plain numbers that the shard alone writes.

#include <array>
#include <cstddef>
#include <cstdint>

#include "broker/stats/latency_histogram.h"

namespace coney {

struct ShardCounters {
  // Bytes of a message's body, of those published here: up to each of the limits, and above.
  static constexpr std::array<std::uint32_t, 8> kSizeLimits{
      100, 1'000, 10'000, 100'000, 1'000'000, 10'000'000, 50'000'000, 100'000'000};
  // In the order of DeathReason.
  static constexpr std::size_t kDeathReasons = 4;

  std::uint64_t consumer_timeout_warnings = 0;  // consumers that have kept a delivery for long
  std::uint64_t consumer_timeouts = 0;          // consumers cancelled and channels closed for it

  std::array<std::uint64_t, kSizeLimits.size() + 1> message_sizes{};
  std::uint64_t message_bytes = 0;
  // Samples: from a publish to its first delivery, and to its confirm.
  LatencyHistogram time_in_queue, confirm_latency;
  // Sent to a dead letter exchange; of classic queues, of quorum queues.
  std::array<std::array<std::uint64_t, kDeathReasons>, 2> dead_lettered{};

  void count_message(std::size_t size) {
    std::size_t limit = 0;
    while (limit != kSizeLimits.size() && size > kSizeLimits[limit]) ++limit;
    ++message_sizes[limit];
    message_bytes += size;
  }
};

}  // namespace coney
