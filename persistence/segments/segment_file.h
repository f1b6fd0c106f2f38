#pragma once
// A segment file as those see it who have messages in it: which one it is and how much of it is
// still alive. The file itself is opened by the store's threads only.

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "persistence/segments/chunk.h"

namespace coney {

class SegmentFile;

// Told by SegmentFile::release, on the releasing thread, when a file may have become worth
// removing or compacting.
class SegmentWatch {
 public:
  virtual ~SegmentWatch() = default;
  virtual void space_changed(std::shared_ptr<SegmentFile> file) = 0;
};

class SegmentFile : public std::enable_shared_from_this<SegmentFile> {
 public:
  SegmentFile(SegmentStream stream, SegmentNumber number, std::filesystem::path path)
      : stream_(stream), number_(number), path_(std::move(path)) {}

  SegmentStream stream() const { return stream_; }
  SegmentNumber number() const { return number_; }
  const std::filesystem::path& path() const { return path_; }

  // `bytes` of its chunks hold no message any more that anybody wants. Any thread, a few
  // nanoseconds. When everything that was written has been released the file is removed.
  // REQUIRES: what is released of a chunk in all is at most its length; LiveChunk sees to that.
  void release(std::uint64_t bytes);

  // Of chunks, without the file's own header and footer. Any thread.
  std::uint64_t live_bytes() const { return live_.load(std::memory_order_acquire); }
  std::uint64_t chunk_bytes() const { return chunk_bytes_.load(std::memory_order_acquire); }
  // What it takes on the disk. Any thread.
  std::uint64_t disk_bytes() const { return disk_bytes_.load(std::memory_order_acquire); }
  // Less than half of it is alive: moving that elsewhere frees more than it takes.
  bool sparse() const { return live_bytes() * 2 < chunk_bytes(); }

  // It was removed, for good: no chunk of it will be found at a start, not even a dead one. Until
  // then the log has to know what is dead in it. Any thread.
  bool gone() const { return gone_.load(std::memory_order_acquire); }

  // --- for the store and the scan ----------------------------------------------------------------

  // A chunk was written, or found at start. REQUIRES: called by one thread at a time.
  void add(std::uint64_t bytes);
  void set_disk_bytes(std::uint64_t bytes) { disk_bytes_.store(bytes, std::memory_order_release); }
  void set_gone() { gone_.store(true, std::memory_order_release); }
  // REQUIRES: called once, before other threads release.
  void watch(std::shared_ptr<SegmentWatch> watch) { watch_ = std::move(watch); }

 private:
  const SegmentStream stream_;
  const SegmentNumber number_;
  const std::filesystem::path path_;
  std::shared_ptr<SegmentWatch> watch_;
  std::atomic<std::uint64_t> live_{0};
  std::atomic<std::uint64_t> chunk_bytes_{0};
  std::atomic<std::uint64_t> disk_bytes_{0};
  std::atomic<bool> gone_{false};
};

// Where a chunk is.
struct ChunkRef {
  std::shared_ptr<SegmentFile> file;
  std::uint32_t offset = 0;
  std::uint32_t length = 0;

  explicit operator bool() const { return file != nullptr; }
  friend bool operator==(const ChunkRef&, const ChunkRef&) = default;
};

// A chunk and how much of it is alive, for the one queue that owns it: message by message it gives
// back exactly the chunk's length. Destroying it releases nothing: at a stop everything stays.
// The queue's shard only.
class LiveChunk {
 public:
  LiveChunk() = default;
  explicit LiveChunk(ChunkRef ref) : ref_(std::move(ref)), left_(ref_.length) {}

  const ChunkRef& ref() const { return ref_; }
  std::uint32_t live_bytes() const { return left_; }

  // A message is gone: ChunkEntry::bytes, or an estimate for one that was not read. The chunk's
  // header goes with release_rest(), when the last is gone.
  void release(std::uint32_t bytes);
  void release_rest() { release(left_); }

 private:
  ChunkRef ref_;
  std::uint32_t left_ = 0;
};

}  // namespace coney
