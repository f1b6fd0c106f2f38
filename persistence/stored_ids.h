#pragma once
// What the disk calls things. Strong ids, so that a queue is not taken for a transaction.

#include <cstdint>

namespace coney {

// A durable queue for its whole life; given out once and never again. 0 names no queue.
enum class StoredQueueId : std::uint64_t {};

// A queue with priorities has a lane of messages for each, and for the disk each lane is a queue of
// its own: the id of the queue with the lane in its first byte. Lane 0 has the queue's id.
using QueueLevel = std::uint8_t;
inline constexpr int kLevelShift = 56;
inline StoredQueueId stored_lane(StoredQueueId queue, QueueLevel level) {
  return StoredQueueId{static_cast<std::uint64_t>(queue) | std::uint64_t{level} << kLevelShift};
}
inline StoredQueueId stored_queue(StoredQueueId lane) {
  return StoredQueueId{static_cast<std::uint64_t>(lane) & ((std::uint64_t{1} << kLevelShift) - 1)};
}
inline QueueLevel stored_level(StoredQueueId lane) {
  return static_cast<QueueLevel>(static_cast<std::uint64_t>(lane) >> kLevelShift);
}

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
