#include "broker/storage/node_storage.h"

#include "broker/log/log.h"
#include "broker/shard/shard.h"
#include "broker/storage/compaction.h"
#include "broker/storage/shard_storage.h"
#include "persistence/log/log_reader.h"
#include "persistence/segments/segment_scan.h"

namespace coney {
namespace {

constexpr auto kCategory = log::Category::kStorage;

// What an earlier process has logged is not read back yet.
class ForgottenRecords final : public LogVisitor {
  void publish(StoredQueueId, QueuePosition, EntryState, std::string_view,
               std::string_view) override {}
  void body(BodyId, std::string_view, std::string_view) override {}
  void enqueue(StoredQueueId, QueuePosition, EntryState, BodyId) override {}
  void settle(StoredQueueId, PositionRange) override {}
  void returned(StoredQueueId, PositionRange) override {}
  void queue_state(StoredQueueId, QueuePosition, std::span<const PositionRange>) override {}
};

}  // namespace

StorageResult<std::unique_ptr<NodeStorage>> NodeStorage::open(
    const DataDirectoryPaths& directory, std::vector<Shard*> shards,
    const std::vector<KnownQueue>& queues) {
  std::unique_ptr<NodeStorage> storage(new NodeStorage(std::move(shards)));
  FileSystem& files = real_file_system();
  auto found = scan_segments(files, directory);
  if (!found) return found.error();
  auto segments = SegmentStore::open(files, directory, *found, *storage);
  if (!segments) return segments.error();
  storage->segments_ = std::move(*segments);
  std::vector<LogSink*> sinks;
  for (Shard* shard : storage->shards_) {
    shard->storage().attach(*storage);
    sinks.push_back(&shard->storage());
  }
  LogOptions options;
  options.directory = directory.wal_path();
  ForgottenRecords records;
  auto history = read_log(files, directory.wal_path(), directory.quarantine_path(), records);
  if (!history) return history.error();
  auto log = Log::open(files, options, history->history, std::move(sinks));
  if (!log) return log.error();
  storage->log_ = std::move(*log);
  for (const KnownQueue& queue : queues) {
    std::vector<Mail> mail;
    mail.push_back(RestoreQueueMail{queue.id, std::make_unique<RestoredQueue>()});
    storage->shards_[static_cast<std::size_t>(queue.id.shard)]->deliver_mail(mail);
  }
  return storage;
}

NodeStorage::~NodeStorage() {
  if (log_) {
    if (auto closed = log_->close(); !closed) {
      log::error(kCategory, "closing the log: {}", closed.error().message);
    }
  }
  segments_.reset();
}

void NodeStorage::memory_used(std::uint64_t used, std::uint64_t limit) {
  // Full at half of the limit, an eighth of that close to it.
  std::uint64_t window = kQueueWindow;
  if (used > limit / 2) window /= 2;
  if (used > limit / 10 * 7) window /= 8;
  queue_window_.store(window, std::memory_order_relaxed);
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
