#include "persistence/segments/segment_table.h"

#include <algorithm>

namespace coney {

void SegmentTable::add(std::shared_ptr<SegmentFile> file) {
  std::lock_guard lock(mutex_);
  files_.insert(std::move(file));
}

void SegmentTable::remove(const std::shared_ptr<SegmentFile>& file) {
  std::lock_guard lock(mutex_);
  files_.erase(file);
}

bool SegmentTable::has(const std::shared_ptr<SegmentFile>& file) const {
  std::lock_guard lock(mutex_);
  return files_.contains(file);
}

SpaceView::Stream SegmentTable::space() const {
  SpaceView::Stream space;
  std::lock_guard lock(mutex_);
  for (const auto& file : files_) {
    const std::uint64_t disk = file->disk_bytes();
    const std::uint64_t live = std::min(file->live_bytes(), disk);
    space.live += live;
    space.dead += disk - live;
  }
  space.files = files_.size();
  return space;
}

}  // namespace coney
