#pragma once
// Adds up what the chunks of a queue, or of a lane of it, take on the disk.

#include <vector>

#include "broker/storage/storage_space.h"
#include "persistence/segments/segment_file.h"

namespace coney {

class SpaceTally {
 public:
  void add(const LiveChunk& place) {
    if (!place.ref()) return;
    live_bytes_ += place.live_bytes();
    const SegmentFile* file = place.ref().file.get();
    if (files_.empty() || files_.back() != file) files_.push_back(file);
  }
  QueueSpace total(QueueId queue, std::uint64_t chunks);

 private:
  std::uint64_t live_bytes_ = 0;
  std::vector<const SegmentFile*> files_;
};

}  // namespace coney
