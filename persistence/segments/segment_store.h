#pragma once
// Messages that are too many to be kept in memory: chunks, in append-only files.
//
//   segments/  the durable stream: there after a restart, once synced
//   spill/     transient messages: never synced, removed at start
//
// Shards hand over chunks and ask for them; what came of it is told to a sink, on a thread of the
// store. Writes and reads of one caller are done in order, each kind for itself.
//
// A file that is full is closed. When nothing in it is alive it is removed; when less than half of
// it is, it is offered to the CompactionSink, whose business it is to move the rest: so the disk
// holds at most twice what is alive, and the two files being written.
//
// What failed was told: a chunk that could not be written is not there, and the next one goes to
// another file. After a sync that failed nobody knows what is on the disk: the file is given up,
// its chunks stay readable from memory, it is offered to the CompactionSink however much of it is
// alive, and sync() keeps failing until everything in it has been moved and released.
//
// A file is removed only after everything that was written before is synced. So what was moved can
// be released at once: at any moment, one of both is on the disk.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "persistence/data_directory.h"
#include "persistence/file/file.h"
#include "persistence/segments/chunk.h"
#include "persistence/segments/segment_file.h"
#include "persistence/storage_error.h"

namespace coney {

// Whatever the caller finds its request again by.
using SegmentCookie = std::uint64_t;

// One per shard. Called on threads of the store, several at once: the implementation posts to its
// shard and returns. REQUIRES: outlives the store.
class SegmentSink {
 public:
  virtual ~SegmentSink() = default;
  // The chunk can be read from now on, and survives a restart after a later sync. Errors: kNoSpace,
  // kIo; then it is not there, and writing it again may succeed.
  virtual void chunk_written(SegmentCookie cookie, StorageResult<ChunkRef> where) = 0;
  // Errors: kCorrupt (its bytes are in quarantine/ now), kIo, kCannotOpen.
  virtual void chunk_read(SegmentCookie cookie,
                          StorageResult<std::shared_ptr<const Chunk>> chunk) = 0;
  // Everything that this sink was told to be written before it asked is on the disk. On an error
  // nothing is known; ask again.
  virtual void segments_synced(SegmentCookie cookie, StorageResult<void> result) = 0;
};

// A chunk as a segment's directory has it; all its messages may be dead.
struct StoredChunk {
  StoredQueueId queue{};
  PositionRange positions;
  std::uint32_t count = 0;
  ChunkRef ref;
  std::uint32_t left_out = 0;  // of its messages, at a restart
};

// Called on threads of the store, several at once. REQUIRES: outlives the store.
class CompactionSink {
 public:
  virtual ~CompactionSink() = default;
  // Write what is alive in these chunks to new ones, then release the old. Every offer is ended by
  // SegmentStore::compaction_ended. Of each stream at most kMostOffers are open at a time.
  virtual void compact(std::shared_ptr<SegmentFile> file, std::vector<StoredChunk> chunks) = 0;
  // Something failed that is nobody's request: for the log.
  virtual void trouble(const StorageError& error) = 0;
};

struct SpaceView {
  struct Stream {
    std::uint64_t live = 0;  // bytes of chunks
    std::uint64_t dead = 0;  // bytes of files that are not live
    std::uint64_t files = 0;
  };
  Stream durable;
  Stream spill;
  std::uint64_t given_up = 0;  // files whose sync failed and that are not yet empty
};

struct SegmentOptions {
  std::uint64_t segment_bytes = 32 << 20;       // a file of this size is closed
  std::uint64_t sync_bytes = 8 << 20;           // so much is synced without being asked
  std::uint64_t most_unsynced = 64 << 20;       // above this, writes fail while no sync succeeds
  std::chrono::milliseconds retry_after{1000};  // for what the disk refused, and unfinished offers
};

struct SegmentScan;

class SegmentStore {
 public:
  static constexpr std::size_t kMostOffers = 2;  // to CompactionSink, of each stream

  // Goes on behind what scan_segments found, in new files, and removes what is in spill/. `found`
  // has the files that were there; those without live bytes are removed, sparse ones offered.
  // Errors: kCannotOpen, kNoSpace, kIo.
  static StorageResult<std::unique_ptr<SegmentStore>> open(FileSystem& files,
                                                           const DataDirectoryPaths& paths,
                                                           const SegmentScan& found,
                                                           CompactionSink& compaction,
                                                           SegmentOptions options = {});
  SegmentStore(const SegmentStore&) = delete;
  SegmentStore& operator=(const SegmentStore&) = delete;
  // Answers everything that was asked, syncs, closes the files and ends the threads. What was
  // released last may still be on the disk.
  ~SegmentStore();

  // Any thread. `chunk` is kept until it is written, a durable one until it is synced.
  // REQUIRES: the chunk was finished for this stream.
  void write(std::shared_ptr<const Chunk> chunk, SegmentSink& sink, SegmentCookie cookie);
  // Any thread. A chunk that was released meanwhile may or may not be there.
  void read(const ChunkRef& ref, SegmentSink& sink, SegmentCookie cookie);
  // Any thread. See SegmentSink::segments_synced. Whoever moves the rest of a file elsewhere and
  // wants to release it only when that is synced says which it is: whether that file itself could
  // be synced does not matter then.
  void sync(SegmentSink& sink, SegmentCookie cookie,
            std::shared_ptr<SegmentFile> moved_from = nullptr);
  // Any thread. The offer of this file is done with, whatever could be moved. If the file is still
  // sparse it is offered again later.
  void compaction_ended(const std::shared_ptr<SegmentFile>& file);

  // Of chunks handed over and not yet written. Any thread. A caller that is ahead of the disk
  // waits.
  std::uint64_t bytes_in_flight() const;
  // Any thread.
  SpaceView space() const;

 private:
  class State;
  explicit SegmentStore(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace coney
