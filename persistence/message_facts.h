#pragma once
// What the disk keeps of a message in one queue beside its bytes: the same message in another queue
// has its own.

#include <algorithm>
#include <cstdint>

namespace coney {

// Both only grow, so that of two values the higher one is the newer.
struct DeliveryCounts {
  std::uint32_t returned = 0;  // how often a client gave it back
  std::uint32_t acquired = 0;  // how often it was delivered and came back in any way

  DeliveryCounts highest(DeliveryCounts other) const {
    return {std::max(returned, other.returned), std::max(acquired, other.acquired)};
  }
  friend bool operator==(const DeliveryCounts&, const DeliveryCounts&) = default;
};

struct MessageFacts {
  std::uint64_t time = 0;  // milliseconds since 1970, 0: none; what it means the queue knows
  DeliveryCounts counts;
  bool redelivered = false;

  friend bool operator==(const MessageFacts&, const MessageFacts&) = default;
};

}  // namespace coney
