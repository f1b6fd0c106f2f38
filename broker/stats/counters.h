#pragma once
// What happened to an object since it was made: plain numbers that the owning shard alone writes.
// Counting is one addition in memory that is touched anyway; what they mean is what RabbitMQ's
// management API calls by these names.

#include <array>
#include <cstdint>
#include <memory>

#include "persistence/definitions/records.h"

namespace coney {

// Deliveries as a queue or a channel counts them.
struct DeliveryCounters {
  std::uint64_t deliver = 0;  // to consumers that acknowledge
  std::uint64_t deliver_no_ack = 0;
  std::uint64_t get = 0;  // basic.get
  std::uint64_t get_no_ack = 0;
  std::uint64_t get_empty = 0;
  std::uint64_t redeliver = 0;  // those of all the above but get_empty that were not the first time
  std::uint64_t ack = 0;

  void delivered(bool no_ack, bool redelivered) {
    ++(no_ack ? deliver_no_ack : deliver);
    redeliver += redelivered ? 1 : 0;
  }
  void got(bool no_ack, bool redelivered) {
    ++(no_ack ? get_no_ack : get);
    redeliver += redelivered ? 1 : 0;
  }
  std::uint64_t deliver_get() const { return deliver + deliver_no_ack + get + get_no_ack; }
  bool any() const { return (deliver_get() | get_empty | redeliver | ack) != 0; }
  bool operator==(const DeliveryCounters&) const = default;
};

struct QueueCounters {
  std::uint64_t publish = 0;  // by channels; dead letters are not among them
  DeliveryCounters deliveries;
  // Sent to its dead letter exchange, in the order of DeathReason.
  std::array<std::uint64_t, 4> dead_letters{};
  bool operator==(const QueueCounters&) const = default;
};

struct ChannelCounters {
  std::uint64_t publish = 0;
  std::uint64_t confirm = 0;  // basic.ack; a basic.nack is none
  std::uint64_t return_unroutable = 0;
  std::uint64_t drop_unroutable = 0;
  DeliveryCounters deliveries;
  bool operator==(const ChannelCounters&) const = default;
};

struct ConnectionCounters {
  std::uint64_t recv_oct = 0;
  std::uint64_t recv_cnt = 0;  // reads of the socket
  std::uint64_t send_oct = 0;
  std::uint64_t send_cnt = 0;  // writes to it
  bool operator==(const ConnectionCounters&) const = default;
};

// Of one exchange, as one shard counts what its channels publish there.
struct ExchangeCounters {
  std::shared_ptr<const ExchangeRecord> record;
  std::uint64_t publish_in = 0;
  std::uint64_t publish_out = 0;  // messages times queues
  std::uint64_t told_in = 0, told_out = 0;
};

// Of a whole shard: connections and channels come from their own events.
struct ChurnCounters {
  std::uint64_t queue_declared = 0;  // whether the queue was there or not
  std::uint64_t queue_created = 0;
  std::uint64_t queue_deleted = 0;
  bool operator==(const ChurnCounters&) const = default;
};

}  // namespace coney
