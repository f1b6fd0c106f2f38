#pragma once
// What a stream keeps on disk: log records of what was published, and chunks in segments, which
// take over once they are full. Used on the stream's shard.
//
// A message counts (is committed) when its record is as durable as the vhost asks for and its
// transaction, if it has one, has ended. Only committed messages go into chunks, so that what a
// chunk has at an offset never becomes another message.

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "broker/config/config.h"
#include "broker/ids.h"
#include "broker/storage/disk_tenant.h"
#include "broker/stream/stream_core.h"
#include "persistence/recovery/recovery.h"

namespace coney {

class ShardStorage;

class StreamStorage final : public DiskTenant {
 public:
  StreamStorage(ShardStorage& shard, StreamCore& core, QueueId id, StoredQueueId stored_id,
                Durability durability);

  Durability durability() const { return durability_; }
  std::size_t chunk_bytes() const { return chunk_bytes_; }
  void set_chunk_bytes(std::size_t bytes) { chunk_bytes_ = bytes; }

  // ---- what happens to the stream ----
  // The last message of the tail was published. `body` 0: it is logged here.
  void published(BodyId body);
  // The oldest of the turns that published something is durable, or lost.
  void logged(bool durable);
  void transaction_ended(TxId id);
  // Everything in front of it is committed.
  QueuePosition committed() const;
  // Makes chunks of what is committed and fills one.
  void seal_full();
  void dropped(const StreamCore::Dropped& dropped);
  void restore(RecoveredQueue& recovered);
  void deleted();

  // ---- pages ----
  // Null: read() tells the core when it is there.
  StreamPagePtr page(ChunkNumber number);
  void read_ahead(ChunkNumber number);
  // How a chunk can be read without becoming a page. REQUIRES: the core has it.
  ChunkView view(ChunkNumber number);

  // ---- answers of the disk ----
  void written(ChunkNumber number, StorageResult<ChunkRef> place);
  void read(ChunkNumber number, StorageResult<std::shared_ptr<const Chunk>> chunk);
  void retry();

  // ---- DiskTenant ----
  bool logs() const override { return true; }
  void move_out(LogEpoch up_to) override;
  bool has_moved_out(LogEpoch up_to) override;
  void moved_out(LogEpoch up_to, bool whole) override;
  void leave(const std::shared_ptr<SegmentFile>& file) override;
  bool is_leaving(const std::shared_ptr<SegmentFile>& file) const override;
  void left(const std::shared_ptr<SegmentFile>& file) override;
  QueueSpace space() const override;

 private:
  enum class Move : std::uint8_t { kNone, kReading, kWriting };
  struct Held {
    std::shared_ptr<const Chunk> bytes;  // until it is written
    LiveChunk place;                     // once it is written
    LiveChunk old_place;                 // it has moved from there, which is to be released
    std::vector<PositionRange> lives;    // restored: which of it; empty: all
    Move move = Move::kNone;
    bool reading = false;
    bool failed = false;  // to be tried again
  };
  // From this offset on messages were logged in this epoch or later.
  struct Label {
    LogEpoch epoch{};
    QueuePosition from = 0;
  };
  struct OpenTransaction {
    TxId id{};
    QueuePosition first = 0;
  };
  // Records of a turn that are not durable yet.
  struct Turn {
    std::uint64_t number = 0;
    QueuePosition end = 0;
  };

  Held* find(ChunkNumber number);
  ChunkNumber number_of(std::size_t index) const { return ChunkNumber{first_number_ + index}; }
  LaneId lane() const { return {id_, 0}; }
  void log(const StreamMessage& each, BodyId body);
  void await_turn();
  void log_again();
  bool seal(QueuePosition end);
  void write(ChunkNumber number, std::shared_ptr<const Chunk> chunk);
  void ask(Held& held, ChunkNumber number);
  StreamPagePtr keep_page(ChunkNumber number, const Held& held, const Chunk& chunk);
  void give_up(ChunkNumber number, const StorageError& error);
  void write_copy(Held& held, ChunkNumber number, const Chunk& chunk);
  QueuePosition end_of(LogEpoch up_to) const;
  void restore_chunk(RecoveredChunk chunk);
  void restore_between(const RecoveredMessage* first, const RecoveredMessage* end);
  void restore_tail(const RecoveredMessage& each);
  void report_lost(std::uint64_t messages, const StorageError& error) const;

  ShardStorage& shard_;
  StreamCore& core_;
  const QueueId id_;
  const StoredQueueId stored_id_;
  const Durability durability_;
  std::size_t chunk_bytes_ = kStreamChunkBytes;
  std::deque<Held> chunks_;  // those of the core
  std::uint64_t first_number_ = 1;
  std::deque<Label> labels_;
  std::vector<OpenTransaction> open_transactions_;
  std::deque<Turn> turns_;
  QueuePosition durable_ = 0;      // everything in front of it is in the log, or in a chunk
  bool log_has_failed_ = false;    // what is not durable has to be logged again
  std::uint64_t relogged_in_ = 0;  // earlier turns say nothing any more
};

}  // namespace coney
