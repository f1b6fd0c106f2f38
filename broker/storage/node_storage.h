#pragma once
// What a node keeps on disk of its queues: the log, the segments, how far each queue has delivered,
// and what a restart makes of them. Opened before the shards' threads run and closed after them; in
// between any thread may use what it gives out.

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "broker/ids.h"
#include "broker/storage/storage_options.h"
#include "broker/storage/storage_space.h"
#include "persistence/data_directory.h"
#include "persistence/deliveries/delivery_map.h"
#include "persistence/log/log.h"
#include "persistence/recovery/recovery.h"
#include "persistence/segments/segment_store.h"

namespace coney {

class Shard;

class NodeStorage final : private CompactionSink {
 public:
  struct KnownQueue {
    StoredQueueId stored_id{};
    QueueId id;
  };

  // Attaches itself to the shards and mails what it has found to each of the queues.
  // Errors: those of the log and the segments.
  static StorageResult<std::unique_ptr<NodeStorage>> open(const StorageOptions& options,
                                                          const DataDirectoryPaths& directory,
                                                          std::vector<Shard*> shards,
                                                          const std::vector<KnownQueue>& queues);
  // Everything that was handed over is written and synced.
  ~NodeStorage() override;

  Log& log() { return *log_; }
  SegmentStore& segments() { return *segments_; }
  DeliveryMap& delivery_map() { return *delivery_map_; }
  // The highest that was on disk when it was opened.
  StoredQueueId last_queue() const { return last_queue_; }

  // Any thread.
  StorageSpace space() const;
  // A shard says now and then which of its queues have most in segments.
  void tell_space(ShardId shard, std::vector<QueueSpace> queues);
  // A chunk could not be read.
  void tell_damage(std::uint64_t bytes);

  // Bytes of ready messages that one queue may keep in memory: fewer the more memory is in use.
  std::uint64_t queue_window() const { return queue_window_.load(std::memory_order_relaxed); }
  void memory_used(std::uint64_t used, std::uint64_t limit);

  // More is on its way to the disk than should wait in memory: publishers should.
  bool congested() const;
  // So many bytes more (or fewer) of chunks wait in memory for the disk to take them.
  void refused(std::int64_t bytes) { refused_bytes_.fetch_add(bytes, std::memory_order_relaxed); }

  // For the shards' sinks, on the log's thread.
  void log_failed(const StorageError& error);
  void log_recovered();

 private:
  static constexpr std::uint64_t kMostPending = 24 * 1024 * 1024;  // bytes on their way to the disk

  NodeStorage(const StorageOptions& options, std::vector<Shard*> shards)
      : options_(options),
        shards_(std::move(shards)),
        queue_window_(options.queue_window),
        shard_spaces_(shards_.size()) {}

  StorageResult<void> start(const DataDirectoryPaths& directory, const Recovery& recovery);

  // CompactionSink
  void compact(std::shared_ptr<SegmentFile> file, std::vector<StoredChunk> chunks) override;
  void trouble(const StorageError& error) override;

  const StorageOptions options_;
  const std::vector<Shard*> shards_;
  std::unique_ptr<DeliveryMap> delivery_map_;
  std::unique_ptr<SegmentStore> segments_;
  std::unique_ptr<Log> log_;
  std::atomic<std::uint64_t> queue_window_;
  std::atomic<std::int64_t> refused_bytes_{0};
  StoredQueueId last_queue_{};
  // Not on the way of any message: taken by shards every few seconds, and by who asks.
  mutable std::mutex space_mutex_;
  std::vector<std::vector<QueueSpace>> shard_spaces_;
  DamageCounts damage_;
  bool log_is_failing_ = false;  // the log's thread
};

}  // namespace coney
