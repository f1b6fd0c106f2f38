#include "persistence/segments/segment_file.h"

#include <algorithm>

namespace coney {

void SegmentFile::release(std::uint64_t bytes) {
  if (bytes == 0) return;
  const std::uint64_t before = live_.fetch_sub(bytes, std::memory_order_acq_rel);
  const std::uint64_t total = chunk_bytes();
  const std::uint64_t now = before - bytes;
  const bool became_sparse = before * 2 >= total && now * 2 < total;
  if ((now == 0 || became_sparse) && watch_) watch_->space_changed(shared_from_this());
}

void SegmentFile::add(std::uint64_t bytes) {
  live_.fetch_add(bytes, std::memory_order_acq_rel);
  chunk_bytes_.fetch_add(bytes, std::memory_order_acq_rel);
}

void LiveChunk::release(std::uint32_t bytes) {
  bytes = std::min(bytes, left_);
  left_ -= bytes;
  if (ref_.file) ref_.file->release(bytes);
}

}  // namespace coney
