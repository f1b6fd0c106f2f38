#pragma once
// The numbers that are kept for queues, channels, vhosts and the node, in one order, so that they
// are added up and sampled alike. A queue has those up to kOldestReadyAt, a vhost those up to
// kSendOct, the node all of them; what is a queue's alone stays 0 elsewhere.

#include <array>
#include <cstdint>

#include "broker/stats/stats_event.h"

namespace coney::management {

enum Column : std::size_t {
  kPublish,
  kConfirm,
  kReturnUnroutable,
  kDropUnroutable,
  kDeliver,
  kDeliverNoAck,
  kGet,
  kGetNoAck,
  kGetEmpty,
  kRedeliver,
  kAck,
  kReady,
  kUnacknowledged,
  kDeadLetter,     // of a queue
  kOldestReadyAt,  // of a queue: milliseconds since 1970, 0: nothing is ready, or nobody knows
  kRecvOct,
  kSendOct,
  kDiskReads,
  kDiskWrites,
  kConnectionCreated,
  kConnectionClosed,
  kChannelCreated,
  kChannelClosed,
  kQueueDeclared,
  kQueueCreated,
  kQueueDeleted,
  kColumns,
};

inline constexpr std::size_t kMessageColumns = kAck + 1;
inline constexpr std::size_t kQueueColumns = kOldestReadyAt + 1;
inline constexpr std::size_t kVhostColumns = kSendOct + 1;

using MessageCounts = std::array<std::uint64_t, kMessageColumns>;
using QueueCounts = std::array<std::uint64_t, kQueueColumns>;
using Totals = std::array<std::uint64_t, kColumns>;

MessageCounts message_counts(const ChannelCounters& counters);
QueueCounts queue_counts(const QueueCounters& counters, const QueueGauges& gauges);

// Has anything been counted of these columns?
template <std::size_t Size>
bool any(const std::array<std::uint64_t, Size>& counts, Column first, Column last) {
  for (std::size_t column = first; column <= last; ++column) {
    if (counts[column] != 0) return true;
  }
  return false;
}

}  // namespace coney::management
