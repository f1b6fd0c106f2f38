#pragma once
// What the disk calls things. Strong ids, so that a queue is not taken for a transaction.

#include <cstdint>

namespace coney {

// A durable queue for its whole life; given out once and never again. 0 names no queue.
enum class StoredQueueId : std::uint64_t {};

// A message in its queue, in order of arrival, from 0; for its whole life, also after a requeue.
using QueuePosition = std::uint64_t;

// The one copy in the log of a message that went to several queues. Given out once and never again.
enum class BodyId : std::uint64_t {};

// Log records that count together or not at all. Given out once and never again; 0 is no
// transaction.
enum class TxId : std::uint64_t {};

// A shard as the log's sink list knows it: 0, 1, ...
using LogShard = std::uint32_t;

// Positions first, first + 1, ..., last. REQUIRES: first <= last.
struct PositionRange {
  QueuePosition first = 0;
  QueuePosition last = 0;

  friend bool operator==(const PositionRange&, const PositionRange&) = default;
};

}  // namespace coney
