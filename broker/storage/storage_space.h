#pragma once
// What the disk is used for, and what keeps it from being given back: plain values for whoever
// asks.

#include <cstdint>
#include <vector>

#include "broker/ids.h"
#include "persistence/log/log.h"
#include "persistence/segments/segment_store.h"

namespace coney {

// What a queue has in segment files.
struct QueueSpace {
  QueueId queue;
  std::uint64_t live_bytes = 0;  // of its chunks
  std::uint64_t chunks = 0;
  std::uint64_t files = 0;       // in which they are: these stay because of it, among others
  std::uint64_t file_bytes = 0;  // of those files on the disk
};

// Found since the start of the broker; the bytes are in quarantine/.
struct DamageCounts {
  std::uint64_t log_blocks = 0;
  std::uint64_t log_records = 0;  // that were lost with them, as far as they can be counted
  std::uint64_t chunks = 0;
  std::uint64_t chunk_bytes = 0;
  std::uint64_t messages = 0;  // in damaged chunks, as far as they can be counted
};

struct StorageSpace {
  SpaceView segments;
  LogStatus log;
  DamageCounts damage;
  // Those that have most on each shard, most first; some seconds old.
  std::vector<QueueSpace> queues;
};

}  // namespace coney
