#pragma once
// One stream's thread: writes chunks to its open segment, syncs, closes and removes files, and
// offers for compaction. What each failure leads to is in segment_store.h.

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <thread>
#include <vector>

#include "persistence/file/file.h"
#include "persistence/segments/mailbox.h"
#include "persistence/segments/open_segment.h"
#include "persistence/segments/segment_store.h"
#include "persistence/segments/segment_table.h"
#include "persistence/segments/unsynced_chunks.h"

namespace coney {

struct WriteRequest {
  std::shared_ptr<const Chunk> chunk;
  SegmentSink* sink = nullptr;
  SegmentCookie cookie = 0;
};

struct SyncRequest {
  SegmentSink* sink = nullptr;
  SegmentCookie cookie = 0;
  std::shared_ptr<SegmentFile> moved_from;
};

struct WriterWork {
  std::vector<WriteRequest> writes;
  std::vector<SyncRequest> syncs;
  std::vector<std::shared_ptr<SegmentFile>> changed;  // released
  std::vector<std::shared_ptr<SegmentFile>> ended;    // offers

  bool empty() const { return writes.empty() && syncs.empty() && changed.empty() && ended.empty(); }
};

// The files know it for as long as anybody knows them, longer than the store may be there.
class WriterMailbox : public Mailbox<WriterWork>, public SegmentWatch {
 public:
  void space_changed(std::shared_ptr<SegmentFile> file) override {
    post([&](WriterWork& work) { work.changed.push_back(std::move(file)); });
  }
};

class SegmentWriter {
 public:
  struct Context {
    FileSystem& files;
    std::filesystem::path directory;
    SegmentStream stream;
    SegmentNumber next;  // of the first file that it makes
    std::uint32_t salt;  // see ChunkHeader
    SegmentOptions options;
    CompactionSink& compaction;
  };

  // Starts the thread. `found` are the files that are there already.
  SegmentWriter(Context context, std::vector<std::shared_ptr<SegmentFile>> found);
  // Does what was posted, closes the open file and ends the thread.
  ~SegmentWriter();

  // Any thread.
  WriterMailbox& mailbox() { return *mailbox_; }
  const UnsyncedChunks& unsynced() const { return unsynced_; }
  const SegmentTable& table() const { return table_; }
  std::uint64_t bytes_in_flight() const { return in_flight_.load(std::memory_order_relaxed); }
  std::uint64_t given_up() const { return given_up_count_.load(std::memory_order_relaxed); }
  void write(WriteRequest request);

 private:
  using Clock = std::chrono::steady_clock;
  using FilePtr = std::shared_ptr<SegmentFile>;

  void run();
  void handle(WriterWork work);
  void close();

  // Writing.
  void write_all(std::span<const WriteRequest> requests);
  StorageResult<std::vector<ChunkRef>> write_group(std::span<const WriteRequest> group);
  std::size_t group_size(std::span<const WriteRequest> requests) const;
  void answer(std::span<const WriteRequest> group, StorageResult<std::vector<ChunkRef>> refs);
  StorageResult<void> make_active();
  StorageResult<void> prove_disk();
  void leave_active();

  // Syncing.
  bool durable() const { return context_.stream == SegmentStream::kDurable; }
  void answer(std::span<const SyncRequest> requests);
  StorageResult<void> everything_synced(const FilePtr& but_for) const;
  void sync_open();
  StorageResult<void> sync_segment(OpenSegment& segment);
  void close_segments();
  bool close_segment(OpenSegment& segment);
  void give_up(OpenSegment& segment, const StorageError& error);

  // Space.
  bool is_open(const FilePtr& file) const;
  void consider_all();
  void consider(const FilePtr& file);
  void remove(const FilePtr& file);
  void finish_removals();
  void forget(const FilePtr& file);
  void offer_some();
  void offer(const FilePtr& file);
  StorageResult<SegmentDirectory> directory_of(const FilePtr& file);
  void end_offer(const FilePtr& file);
  void try_again(const FilePtr& file);
  void retry_what_is_due();
  void postpone();

  Context context_;
  std::shared_ptr<WriterMailbox> mailbox_ = std::make_shared<WriterMailbox>();
  UnsyncedChunks unsynced_;
  SegmentTable table_;
  std::atomic<std::uint64_t> in_flight_{0};
  std::atomic<std::uint64_t> given_up_count_{0};

  // The thread's own.
  std::unique_ptr<OpenSegment> active_;
  std::vector<std::unique_ptr<OpenSegment>> closing_;  // full, or a write to it failed
  std::map<FilePtr, SegmentDirectory> given_up_;       // their sync failed
  std::vector<FilePtr> changed_;                       // to be considered
  std::set<FilePtr> postponed_;                        // to be considered again later
  std::set<FilePtr> removed_;                          // but not yet for good
  std::vector<FilePtr> candidates_;                    // to be offered
  std::set<FilePtr> offers_;                           // that the sink has
  std::optional<Clock::time_point> retry_at_;
  std::thread thread_;
};

}  // namespace coney
