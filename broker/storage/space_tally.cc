#include "broker/storage/space_tally.h"

#include <algorithm>

namespace coney {

QueueSpace SpaceTally::total(QueueId queue, std::uint64_t chunks) {
  std::sort(files_.begin(), files_.end());
  files_.erase(std::unique(files_.begin(), files_.end()), files_.end());
  QueueSpace space{
      .queue = queue, .live_bytes = live_bytes_, .chunks = chunks, .files = files_.size()};
  for (const SegmentFile* file : files_) space.file_bytes += file->disk_bytes();
  return space;
}

}  // namespace coney
