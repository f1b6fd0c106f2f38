#pragma once
// The files of one stream that are on the disk. One of the store's locks; any thread.

#include <memory>
#include <mutex>
#include <set>

#include "persistence/segments/segment_file.h"
#include "persistence/segments/segment_store.h"

namespace coney {

class SegmentTable {
 public:
  void add(std::shared_ptr<SegmentFile> file);
  void remove(const std::shared_ptr<SegmentFile>& file);
  bool has(const std::shared_ptr<SegmentFile>& file) const;
  SpaceView::Stream space() const;

 private:
  mutable std::mutex mutex_;
  std::set<std::shared_ptr<SegmentFile>> files_;
};

}  // namespace coney
