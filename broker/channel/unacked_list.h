#pragma once
// What a channel was sent and has not settled, for who asks from outside.

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "broker/ids.h"

namespace coney {

struct UnackedDelivery {
  QueueId queue;
  QueuePosition position = 0;  // its first byte is the message's lane
  DeliveryTag tag = 0;
  ConsumerNumber consumer = 0;  // 0: basic.get
  std::uint64_t age = 0;        // milliseconds, in steps of a tick
  bool in_transaction = false;  // settled, not committed yet
};

struct UnackedCall {
  std::optional<QueueId> queue{};  // of this one only
  std::uint32_t most = 1000;
};

struct UnackedList {
  std::vector<UnackedDelivery> deliveries{};  // oldest first
  bool more = false;                          // there are others, or may be
};

}  // namespace coney
