#pragma once
// How far a queue has delivered, as one word in deliveries.map: the position behind the highest one
// that was ever handed to a consumer, and eight bits that tell a damaged word. Pure.
//
// A wrong mark never loses a message: it only decides which messages are called redelivered after a
// restart, and where new positions begin.

#include <cstdint>
#include <optional>

#include "persistence/stored_ids.h"

namespace coney {

// Marks hold positions below this: a queue with a million messages a second gets there in 2283
// years.
inline constexpr QueuePosition kMarkLimit = QueuePosition{1} << 56;

// Every single wrong bit in `word` or `queue` shows, of other damage all but 1 in 256.
constexpr std::uint8_t mark_check(std::uint64_t word) {
  word ^= word >> 32;
  word ^= word >> 16;
  word ^= word >> 8;
  return static_cast<std::uint8_t>(~word);
}

// Positions beyond the limit are kept as the limit's last.
constexpr std::uint64_t encode_mark(StoredQueueId queue, QueuePosition next) {
  if (next >= kMarkLimit) next = kMarkLimit - 1;
  return next << 8 | mark_check(next ^ static_cast<std::uint64_t>(queue));
}

// nullopt: damaged.
constexpr std::optional<QueuePosition> decode_mark(StoredQueueId queue, std::uint64_t word) {
  const QueuePosition next = word >> 8;
  if (encode_mark(queue, next) != word) return std::nullopt;
  return next;
}

}  // namespace coney
