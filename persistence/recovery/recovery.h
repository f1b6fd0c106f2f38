#pragma once
// What a data directory holds of each queue: segments, log and delivery marks put together. Done at
// start, before the log and the segment store are opened, and by `coney --fsck`. One thread.
//
// A message is where a segment has it, else in the log. What the log says of positions (settled,
// which of them live) holds wherever the message is. Queues that are not known were deleted: what
// is there of them is released.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "persistence/data_directory.h"
#include "persistence/deliveries/delivery_map.h"
#include "persistence/file/file.h"
#include "persistence/log/log_reader.h"
#include "persistence/recovery/position_counts.h"
#include "persistence/segments/segment_scan.h"
#include "persistence/storage_error.h"
#include "persistence/stored_ids.h"

namespace coney {

struct RecoveredMessage {
  QueuePosition position = 0;
  MessageFacts facts;
  std::shared_ptr<const std::string> payload;  // prefix and data; shared by the queues it went to
};

struct RecoveredChunk {
  ChunkRef place;
  PositionRange positions;
  std::uint32_t count = 0;           // of messages that live; not those that are left_out
  std::uint32_t written = 0;         // of messages in it
  std::vector<PositionRange> lives;  // where those are; empty: all of it lives
  // What the log has said of its messages' counts: they were given back, and of these counts and
  // those in the chunk the higher ones hold. Ascending.
  std::vector<CountedRange> counts;
};

struct RecoveredQueue {
  QueuePosition next_position = 0;
  QueuePosition delivered = 0;             // everything in front of it may have been delivered
  std::vector<RecoveredChunk> chunks;      // ascending, disjoint
  std::vector<RecoveredMessage> messages;  // ascending, in no chunk
  // Where chunks lie of which nothing lives. The log alone knows that.
  std::vector<std::shared_ptr<SegmentFile>> left_behind;
  // Of these the log knows no end: they had left when a chunk was written around them, and what
  // said so did not reach the disk. The log has to be told, as chunks do not stay.
  std::vector<PositionRange> unsaid;
  std::uint64_t count() const;  // of messages
  bool is_empty() const { return chunks.empty() && messages.empty() && left_behind.empty(); }
};

// What a lane of a queue (stored_ids.h) has.
struct RecoveredLane {
  QueueLevel level = 0;
  RecoveredQueue queue;
};

struct Recovery {
  // Every known one, and their lanes of which anything is there.
  std::unordered_map<StoredQueueId, RecoveredQueue> queues;
  SegmentScan segments;
  LogReport log;
  std::uint64_t unknown_queues = 0;  // deleted, with something left
  StoredQueueId last_queue{};        // the highest id that a chunk or a record names
};

// `repair`: torn tails are cut and damaged bytes go to quarantine; without it nothing is changed.
// Errors: kNewerVersion, and what cannot be listed or opened.
StorageResult<Recovery> recover(FileSystem& files, const DataDirectoryPaths& paths,
                                std::span<const StoredQueueId> known, const DeliveryMap* marks,
                                bool repair = true);

}  // namespace coney
