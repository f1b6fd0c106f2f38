#pragma once
// Durable chunks that were written and are not known to be on the disk: kept, so that they can be
// read and moved when a sync fails, after which the file's pages may be gone. One of the store's
// locks; any thread.

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

#include "persistence/segments/segment_file.h"

namespace coney {

class UnsyncedChunks {
 public:
  void add(const ChunkRef& ref, std::shared_ptr<const Chunk> chunk);
  // nullptr when the file has to be read.
  std::shared_ptr<const Chunk> find(const ChunkRef& ref) const;
  // All of this file are on the disk, or nobody wants them any more.
  void forget(SegmentNumber file);
  std::uint64_t bytes() const;

 private:
  struct Kept {
    std::map<std::uint32_t, std::shared_ptr<const Chunk>> chunks;  // by offset
    std::uint64_t bytes = 0;
  };

  mutable std::mutex mutex_;
  std::map<SegmentNumber, Kept> files_;
  std::uint64_t bytes_ = 0;
};

}  // namespace coney
