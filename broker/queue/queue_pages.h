#pragma once
// The part of a queue that segments on disk hold: which chunk has which positions, what of it still
// lives, and when messages leave memory or come back. Runs on the queue's shard only; writing and
// reading happen elsewhere and are answered by written() and read().
//
// Chunks never overlap. One with tracked messages may have others between them: marked, so that a
// restart leaves them out. A chunk is *resident* while its messages are in the lane,
// else the lane has its range as paged out. The bytes of a chunk that is not written yet stay in
// memory, so whatever the disk does, nothing depends on it for order or content.

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "broker/queue/chunk_view.h"
#include "broker/queue/message_lane.h"
#include "broker/storage/storage_space.h"
#include "persistence/recovery/recovery.h"
#include "persistence/segments/chunk.h"
#include "persistence/segments/segment_file.h"

namespace coney {

// Names a chunk of one queue as long as the queue lives.
enum class ChunkNumber : std::uint64_t {};

// How a queue reaches the disk.
class QueueDisk {
 public:
  virtual ~QueueDisk() = default;
  // Answered by QueuePages::written().
  virtual void write(ChunkNumber number, std::shared_ptr<const Chunk> chunk) = 0;
  // Answered by QueuePages::read().
  virtual void read(ChunkNumber number, const ChunkRef& place) = 0;
  // Messages could not be read back and are given up.
  virtual void lost(std::uint64_t messages, const StorageError& error) = 0;
};

class QueuePages {
 public:
  // Chunks of tracked messages are there after a restart. `id` is any number where none is tracked.
  QueuePages(MessageLane& lane, QueueDisk& disk, StoredQueueId id)
      : lane_(lane), disk_(disk), id_(id) {}
  QueuePages(const QueuePages&) = delete;
  QueuePages& operator=(const QueuePages&) = delete;

  bool empty() const { return chunks_.empty(); }
  // What stands there or behind stays in memory: it does not count yet (an open transaction).
  void keep_from(QueuePosition position) { keep_from_ = position; }
  // The queue is deleted: nothing of it is needed on disk. Just destroyed, everything stays there.
  void release_all();

  // Takes one chunk's worth out of memory, but nothing of the first `keep` bytes.
  void page_out(std::uint64_t keep);
  // Asks for what will be needed soon.
  void read_ahead();
  // These messages have left the queue (MessageLane::departures).
  void departed(const PositionRun& run);
  // Takes those of these (ascending) that are paged out out of the queue, and says which they were.
  // Those that were in memory have been taken out of the lane before: they are not brought back
  // either when their chunk is paged out again.
  std::vector<PositionRun> remove(const std::vector<ReadyMessage>& messages);

  // They have left the queue in a transaction that is open: on disk they have not yet, until
  // departed() is called for the same run.
  void departing(const PositionRun& run) { departing_.push_back(run); }

  // Answers of the disk. kCorrupt of a read gives the messages up, any other error is for retry().
  void written(ChunkNumber number, StorageResult<ChunkRef> place);
  void read(ChunkNumber number, StorageResult<std::shared_ptr<const Chunk>> chunk);
  void retry();

  // Writes a copy of every tracked message in front of `end` that no chunk has yet.
  void store(QueuePosition end);
  // Chunks that are written have all tracked messages in front of `end`.
  bool stores(QueuePosition end);
  // The positions of all tracked or stored messages of the queue, in order.
  std::vector<PositionRange> live_positions();
  // Some messages of chunks that are still on disk have left: the log has to say which.
  bool has_gaps();
  // Of messages in chunks that were given back how often, as far as the log alone may know it.
  std::vector<CountedRange> counts();

  // What it takes in segments; the queue is for the caller to name.
  QueueSpace space(QueueId queue) const;

  // How messages that are paged out can be read without putting them back. nullopt: they are
  // damaged. REQUIRES: a range of the lane.
  std::optional<ChunkView> view(const PagedRange& range);

  // Starts to move what lives in a file elsewhere. Call left() when nothing is_leaving() any more
  // and what was written since is synced: then the file is released.
  void leave(const std::shared_ptr<SegmentFile>& file);
  bool is_leaving(const std::shared_ptr<SegmentFile>& file) const;
  void left(const std::shared_ptr<SegmentFile>& file);

  // What a restart has found. REQUIRES: nothing was paged yet; ascending. Messages in front of
  // `delivered` have been delivered before.
  void restore(RecoveredChunk chunk, QueuePosition delivered);
  // A restart has found chunks of the queue there of which nothing lives.
  void restore_left_behind(const std::shared_ptr<SegmentFile>& file);

 private:
  enum class Move : std::uint8_t { kNone, kReading, kWriting };
  struct Held {
    ChunkNumber number{};
    PositionRange positions;
    std::uint64_t count = 0;             // of messages when it was written or restored
    std::uint64_t live = 0;              // of them
    std::shared_ptr<const Chunk> bytes;  // until it is written; or read, and not yet its turn
    LiveChunk place;                     // once it is written
    LiveChunk old_place;                 // it has moved from there, which is to be released
    Move move = Move::kNone;
    std::uint64_t copied = 0;          // messages in the copy that is being written
    std::vector<PositionRange> lives;  // restored, or some were removed: which; empty: all
    std::vector<CountedRange> counts;  // restored: higher than those that the chunk has
    // From here to its end it is paged out; its messages in front of that are in memory.
    std::optional<QueuePosition> paged_from;
    std::uint64_t paged_count = 0;
    bool restored = false;  // a restart has found it
    bool reading = false;   // for the queue; a move reads by itself
    bool failed = false;    // to be tried again
    std::optional<StorageError> corrupt;
  };
  using Chunks = std::deque<Held>;
  class Storing;

  std::vector<PositionRange> positions_held();
  bool lives(const Held& held, const ChunkEntry& entry);
  Chunks::iterator find(ChunkNumber number);
  Chunks::iterator at_or_behind(QueuePosition position);  // the first that ends there or later
  Held& add(Chunk chunk);
  Held& first_paged();
  bool is_near() const;
  void write_rest(QueuePosition from);
  void take_what_is_there();
  void put_back(Held& held, const Chunk& chunk);
  bool is_wanted(const Held& held, const ChunkEntry& entry) const;
  MessageFacts facts_of(const Held& held, const ChunkEntry& entry) const;
  void give_up(Held& held);
  void write_copy(Held& held, const Chunk& chunk);
  void take_new_place(Held& held, const StorageResult<ChunkRef>& place);
  Chunks::iterator shrink(Chunks::iterator at, std::uint64_t messages);
  void leave_behind(const ChunkRef& place);
  bool is_paged_out(const Held& held, QueuePosition position) const;

  MessageLane& lane_;
  QueueDisk& disk_;
  const StoredQueueId id_;
  Chunks chunks_;  // ascending positions
  std::uint64_t last_number_ = 0;
  QueuePosition keep_from_ = UINT64_MAX;
  std::vector<PositionRun> departing_;
  QueuePosition delivered_ = 0;  // before the restart
  // What was put back and not delivered yet: last position and bytes.
  std::deque<std::pair<QueuePosition, std::uint64_t>> ahead_;
  // Files that still hold chunks of which nothing lives.
  std::vector<std::weak_ptr<SegmentFile>> left_behind_;
  std::uint64_t ahead_bytes_ = 0;
};

}  // namespace coney
