#include "broker/storage/node_storage.h"

#include <algorithm>
#include <unordered_map>

#include "broker/log/log.h"
#include "broker/shard/shard.h"
#include "broker/storage/compaction.h"
#include "broker/storage/shard_storage.h"

namespace coney {
namespace {

constexpr auto kCategory = log::Category::kStorage;

void report(const Recovery& recovery) {
  std::uint64_t messages = 0;
  for (const auto& [id, queue] : recovery.queues) messages += queue.count();
  log::info(kCategory, "{} messages in {} queues: {} chunks in segments, {} records in the log",
            messages, recovery.queues.size(), recovery.segments.report.chunks,
            recovery.log.records);
  for (const StorageError& error : recovery.segments.report.errors) {
    log::error(kCategory, "{}", error.message);
  }
  for (const std::string& problem : recovery.log.problems) log::error(kCategory, "{}", problem);
}

std::unordered_map<StoredQueueId, std::vector<RecoveredLane>> lanes_by_queue(Recovery& recovery) {
  std::unordered_map<StoredQueueId, std::vector<RecoveredLane>> lanes;
  for (auto& [id, queue] : recovery.queues) {
    lanes[stored_queue(id)].push_back({stored_level(id), std::move(queue)});
  }
  return lanes;
}

DamageCounts damage_of(const Recovery& recovery) {
  const SegmentScanReport& segments = recovery.segments.report;
  return {.log_blocks = recovery.log.bad_blocks,
          .log_records = recovery.log.lost_records,
          .chunks = segments.damaged_chunks,
          .chunk_bytes = segments.damaged_bytes,
          .messages = segments.damaged_messages};
}

}  // namespace

StorageResult<std::unique_ptr<NodeStorage>> NodeStorage::open(
    const StorageOptions& options, const DataDirectoryPaths& directory, std::vector<Shard*> shards,
    const std::vector<KnownQueue>& queues) {
  std::unique_ptr<NodeStorage> storage(new NodeStorage(options, std::move(shards)));
  auto marks = DeliveryMap::open(directory.deliveries_path(), directory.quarantine_path());
  if (!marks) return marks.error();
  storage->delivery_map_ = std::move(*marks);
  std::vector<StoredQueueId> known;
  for (const KnownQueue& queue : queues) known.push_back(queue.stored_id);
  auto recovery = recover(*options.files, directory, known, storage->delivery_map_.get());
  if (!recovery) return recovery.error();
  report(*recovery);
  storage->last_queue_ = recovery->last_queue;
  storage->damage_ = damage_of(*recovery);
  storage->delivery_map_->keep_only(known);
  if (auto started = storage->start(directory, *recovery); !started) return started.error();
  auto lanes = lanes_by_queue(*recovery);
  for (const KnownQueue& queue : queues) {
    std::vector<Mail> mail;
    mail.push_back(RestoreQueueMail{queue.id, std::move(lanes[queue.stored_id])});
    storage->shards_[static_cast<std::size_t>(queue.id.shard)]->deliver_mail(mail);
  }
  return storage;
}

StorageResult<void> NodeStorage::start(const DataDirectoryPaths& directory,
                                       const Recovery& recovery) {
  std::vector<LogSink*> sinks;
  for (Shard* shard : shards_) {
    shard->storage().attach(*this);
    sinks.push_back(&shard->storage());
  }
  SegmentOptions segment_options;
  segment_options.segment_bytes = options_.segment_bytes;
  auto segments =
      SegmentStore::open(*options_.files, directory, recovery.segments, *this, segment_options);
  if (!segments) return segments.error();
  segments_ = std::move(*segments);
  LogOptions log_options;
  log_options.directory = directory.wal_path();
  log_options.file_bytes = options_.log_file_bytes;
  auto log = Log::open(*options_.files, log_options, recovery.log.history, std::move(sinks));
  if (!log) return log.error();
  log_ = std::move(*log);
  return {};
}

NodeStorage::~NodeStorage() {
  if (log_) {
    if (auto closed = log_->close(); !closed) {
      log::error(kCategory, "closing the log: {}", closed.error().message);
    }
  }
  segments_.reset();
  if (!delivery_map_) return;
  if (auto synced = delivery_map_->sync(); !synced) {
    log::error(kCategory, "{}", synced.error().message);
  }
}

void NodeStorage::memory_used(std::uint64_t used, std::uint64_t limit) {
  // Full up to half of the limit, a sixteenth where the alarm is near.
  std::uint64_t window = options_.queue_window;
  if (used > limit / 2) window /= 2;
  if (used > limit / 10 * 7) window /= 8;
  queue_window_.store(window, std::memory_order_relaxed);
}

bool NodeStorage::congested() const {
  return log_->pending_bytes() > kMostPending || segments_->bytes_in_flight() > kMostPending ||
         refused_bytes_.load(std::memory_order_relaxed) > std::int64_t{kMostPending};
}

// ---- what the disk is used for ----

StorageSpace NodeStorage::space() const {
  StorageSpace space{segments_->space(), log_->status(), {}, {}};
  {
    std::lock_guard lock(space_mutex_);
    space.damage = damage_;
    for (const auto& queues : shard_spaces_) {
      space.queues.insert(space.queues.end(), queues.begin(), queues.end());
    }
  }
  std::sort(space.queues.begin(), space.queues.end(),
            [](const auto& a, const auto& b) { return a.live_bytes > b.live_bytes; });
  return space;
}

void NodeStorage::tell_space(ShardId shard, std::vector<QueueSpace> queues) {
  std::lock_guard lock(space_mutex_);
  shard_spaces_[static_cast<std::size_t>(shard)] = std::move(queues);
}

void NodeStorage::tell_damage(std::uint64_t bytes) {
  std::lock_guard lock(space_mutex_);
  ++damage_.chunks;
  damage_.chunk_bytes += bytes;
}

// ---- from the log's thread ----

void NodeStorage::log_failed(const StorageError& error) {
  if (std::exchange(log_is_failing_, true)) return;
  log::error(kCategory, "the log cannot be written, publishers get nacks: {}", error.message);
}

void NodeStorage::log_recovered() {
  if (!std::exchange(log_is_failing_, false)) return;
  log::notice(kCategory, "the log is written again");
}

// ---- from the segment store's threads ----

void NodeStorage::compact(std::shared_ptr<SegmentFile> file, std::vector<StoredChunk>) {
  auto compaction =
      std::make_shared<Compaction>(std::move(file), static_cast<std::uint32_t>(shards_.size()));
  for (Shard* shard : shards_) {
    std::vector<Mail> mail;
    mail.push_back(CompactMail{compaction});
    shard->deliver_mail(mail);
  }
}

void NodeStorage::trouble(const StorageError& error) {
  log::error(kCategory, "{}", error.message);
}

}  // namespace coney
