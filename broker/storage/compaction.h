#pragma once
// A segment that every shard is to leave. Shared by them; the last one to have left ends it.

#include <atomic>
#include <cstdint>
#include <memory>

#include "persistence/segments/segment_file.h"

namespace coney {

struct Compaction {
  Compaction(std::shared_ptr<SegmentFile> of, std::uint32_t shards)
      : file(std::move(of)), shards_left(shards) {}

  const std::shared_ptr<SegmentFile> file;
  std::atomic<std::uint32_t> shards_left;
};

}  // namespace coney
