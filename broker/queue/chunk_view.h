#pragma once
// What a queue knows of a chunk of its messages beside the bytes: which of them it still has, and
// what has changed since they were written. A value, for whoever reads the chunk elsewhere. Pure.

#include <memory>
#include <vector>

#include "persistence/recovery/position_counts.h"
#include "persistence/segments/chunk.h"
#include "persistence/segments/segment_file.h"

namespace coney {

// Does the position lie in one of the ranges? They ascend; none at all: it does.
bool is_in(const std::vector<PositionRange>& ranges, QueuePosition position);

// The entry's facts with what is known of later counts (ascending), and that everything in front of
// `delivered` was delivered before a restart.
MessageFacts newest_facts(const ChunkEntry& entry, const std::vector<CountedRange>& counts,
                          QueuePosition delivered);

struct ChunkView {
  std::shared_ptr<const Chunk> bytes{};  // null: at `place`
  ChunkRef place{};
  PositionRange positions{};           // what is meant of it
  bool restored = false;               // a restart has left some out
  std::vector<PositionRange> lives{};  // empty: all
  std::vector<CountedRange> counts{};
  QueuePosition delivered = 0;

  bool has(const ChunkEntry& entry) const;
  MessageFacts facts_of(const ChunkEntry& entry) const {
    return newest_facts(entry, counts, delivered);
  }
};

}  // namespace coney
