#pragma once
// What a restart has found of a queue on disk.

#include <cstdint>
#include <vector>

#include "broker/message/message.h"
#include "persistence/segments/segment_file.h"
#include "persistence/stored_ids.h"

namespace coney {

struct RestoredChunk {
  ChunkRef place;
  PositionRange positions;
  std::uint64_t count = 0;           // messages that live
  std::uint64_t payload_bytes = 0;   // of those, about
  std::vector<PositionRange> lives;  // which; empty: all
};

struct RestoredQueue {
  struct Entry {
    QueuePosition position = 0;
    bool redelivered = false;
    MessageRef message;
  };
  QueuePosition next_position = 0;
  QueuePosition delivered = 0;        // everything in front of it has been delivered before
  std::vector<RestoredChunk> chunks;  // ascending, disjoint
  std::vector<Entry> entries;         // ascending, none of them in a chunk
};

}  // namespace coney
