#pragma once
// Strong ids of the broker. A QueueId or ConnectionId names a slot on one shard together with the
// generation of its occupant: looking up an id whose occupant is gone finds nothing, so ids may be
// kept and mailed for as long as one likes.

#include <compare>
#include <cstdint>
#include <functional>

#include "persistence/stored_ids.h"

namespace coney {

enum class ShardId : std::uint8_t {};

template <typename Tag>
struct SlotId {
  ShardId shard{};
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;  // 0: names nothing

  bool valid() const { return generation != 0; }
  friend auto operator<=>(const SlotId&, const SlotId&) = default;
};

using QueueId = SlotId<struct QueueTag>;
using ConnectionId = SlotId<struct ConnectionTag>;

// The messages of one priority in a queue.
struct LaneId {
  QueueId queue;
  QueueLevel level = 0;
};

using ChannelNumber = std::uint16_t;    // spec: short; 0 is the connection itself
using DeliveryTag = std::uint64_t;      // per channel, from 1
using PublishSequence = std::uint64_t;  // per channel in confirm mode, from 1; 0: nobody waits

using ConsumerNumber = std::uint32_t;  // the channel's own number of a consumer

// A consumer as its queue knows it: whom to deliver to.
struct ConsumerKey {
  ConnectionId connection;
  ChannelNumber channel = 0;
  ConsumerNumber number = 0;
  friend auto operator<=>(const ConsumerKey&, const ConsumerKey&) = default;
};

}  // namespace coney
