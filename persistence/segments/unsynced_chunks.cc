#include "persistence/segments/unsynced_chunks.h"

#include <utility>

namespace coney {

void UnsyncedChunks::add(const ChunkRef& ref, std::shared_ptr<const Chunk> chunk) {
  std::lock_guard lock(mutex_);
  Kept& kept = files_[ref.file->number()];
  kept.chunks.emplace(ref.offset, std::move(chunk));
  kept.bytes += ref.length;
  bytes_ += ref.length;
}

std::shared_ptr<const Chunk> UnsyncedChunks::find(const ChunkRef& ref) const {
  std::lock_guard lock(mutex_);
  const auto file = files_.find(ref.file->number());
  if (file == files_.end()) return nullptr;
  const auto chunk = file->second.chunks.find(ref.offset);
  return chunk == file->second.chunks.end() ? nullptr : chunk->second;
}

void UnsyncedChunks::forget(SegmentNumber file) {
  Kept kept;  // its chunks are freed outside of the lock
  std::lock_guard lock(mutex_);
  const auto found = files_.find(file);
  if (found == files_.end()) return;
  kept = std::move(found->second);
  bytes_ -= kept.bytes;
  files_.erase(found);
}

std::uint64_t UnsyncedChunks::bytes() const {
  std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace coney
