#include "broker/storage/shard_storage.h"

#include <algorithm>
#include <random>

#include "broker/connection/connection.h"
#include "broker/log/log.h"
#include "broker/message/stored_message.h"
#include "broker/queue/queue.h"
#include "broker/shard/shard.h"

namespace coney {
namespace {

constexpr SegmentCookie kRetirementCookie = 0;
constexpr std::uint64_t kTicksPerPageAge = 20;  // 5 s

}  // namespace

void ShardStorage::attach(NodeStorage& node) {
  node_ = &node;
  queue_window_ = node.queue_window();
  // Ids of this process: a random start keeps them apart from those of earlier ones.
  std::random_device random;
  last_id_ = (std::uint64_t{random()} << 32 | random()) >> 8 |
             std::uint64_t{static_cast<std::uint8_t>(shard_.id())} << 56;
}

LogShard ShardStorage::log_shard() const {
  return static_cast<LogShard>(shard_.id());
}

std::uint64_t ShardStorage::new_id() {
  return ++last_id_;
}

// ---- what the turn has to say ----

LogPayload ShardStorage::payload(const StoredMessage& stored, const MessageRef& message) {
  LogPayload payload{stored.prefix(), stored.data(), nullptr};
  if (payload.data.size() >= LogPayload::kReferenceFrom) {
    payload.keep = std::make_shared<const MessageRef>(message);
  }
  return payload;
}

BodyId ShardStorage::log_body(const MessageRef& message) {
  const BodyId id{new_id()};
  const StoredMessage stored(*message);
  batch_.body(id, payload(stored, message));
  return id;
}

void ShardStorage::confirm_when(Durability durability, const ConfirmMail& confirm) {
  auto& confirms = (durability == Durability::kFsync ? for_sync_ : for_write_).confirms;
  if (!confirms.empty()) {
    ConfirmMail& last = confirms.back();
    if (last.publisher == confirm.publisher && last.channel == confirm.channel &&
        last.sequence + last.count == confirm.sequence) {
      last.count += confirm.count;
      return;
    }
  }
  confirms.push_back(confirm);
}

void ShardStorage::call_when(Durability durability, Done done) {
  (durability == Durability::kFsync ? for_sync_ : for_write_).others.push_back(std::move(done));
}

void ShardStorage::tell_when(Durability durability, QueueId queue) {
  (durability == Durability::kFsync ? for_sync_ : for_write_).queues.push_back(queue);
}

// ---- transactions ----

void ShardStorage::begin_part(TxId id) {
  open_part_ = id;
  records_before_ = batch_.records();
  batch_.begin_tx(id);
}

bool ShardStorage::end_part() {
  open_part_ = {};
  batch_.end_tx();
  return batch_.records() != records_before_;
}

void ShardStorage::commit(TxId id, Durability durability, bool logged, std::vector<ShardId> others,
                          Done done) {
  const std::size_t answers = others.size();
  Commit commit{durability, logged, std::move(others), answers, std::move(done)};
  if (answers == 0) return finish(id, std::move(commit));
  commits_.emplace(id, std::move(commit));
}

void ShardStorage::part_logged(TxId id, bool logged) {
  const auto at = commits_.find(id);
  at->second.logged = at->second.logged || logged;
  if (--at->second.answers != 0) return;
  Commit commit = std::move(at->second);
  commits_.erase(at);
  finish(id, std::move(commit));
}

// What every shard has logged of it stands in front of this.
void ShardStorage::finish(TxId id, Commit commit) {
  if (!commit.logged) return commit.done(true);
  batch_.commit_tx(id);
  const bool waits = commit.durability != Durability::kNone;
  Waiting& waiting = commit.durability == Durability::kFsync ? for_sync_ : for_write_;
  waiting.others.push_back([this, id, others = std::move(commit.others),
                            done = waits ? commit.done : Done()](bool durable) {
    transaction_ended(id);
    for (ShardId other : others) shard_.post(other, TransactionEndedMail{id});
    if (done) done(durable);
  });
  if (!waits) commit.done(true);
}

void ShardStorage::transaction_ended(TxId id) {
  const auto at = joined_.find(id);
  if (at == joined_.end()) return;
  for (QueueId queue : at->second) {
    if (Queue* joined = shard_.find(queue)) joined->transaction_ended(id);
  }
  joined_.erase(at);
}

bool ShardStorage::congested() const {
  return attached() && node_->congested();
}

void ShardStorage::submit() {
  if (batch_.empty() && for_sync_.empty() && for_write_.empty()) return;
  const LogWish wish = !for_sync_.empty()    ? LogWish::kSynced
                       : !for_write_.empty() ? LogWish::kWritten
                                             : LogWish::kNothing;
  const LogSequence sequence = node_->log().submit(log_shard(), std::move(batch_), wish);
  hand_over(for_sync_, waiting_for_sync_, sequence);
  hand_over(for_write_, waiting_for_write_, sequence);
  ++turn_;
}

void ShardStorage::hand_over(Waiting& waiting, std::deque<Waiting>& to, LogSequence sequence) {
  if (waiting.empty()) return;
  waiting.sequence = sequence;
  to.push_back(std::exchange(waiting, {}));
}

void ShardStorage::after_mail() {
  if (!attached()) return;
  congested_ = congested();
  if (std::exchange(epoch_is_new_, false)) node_->log().seen_epoch(log_shard(), epoch_);
  if (std::exchange(retirement_.finished, false)) {
    node_->log().moved(log_shard(), retirement_.up_to);
    start_retirement();  // of a newer one that was asked for meanwhile
  }
}

// ---- who waits ----

void ShardStorage::settle(std::deque<Waiting>& waiting, LogSequence up_to, bool durable) {
  while (!waiting.empty() && waiting.front().sequence <= up_to) {
    Waiting done = std::move(waiting.front());
    waiting.pop_front();
    for (ConfirmMail& confirm : done.confirms) {
      confirm.accepted = durable;
      tell(confirm);
    }
    for (Done& other : done.others) other(durable);
    for (QueueId id : done.queues) {
      if (Queue* queue = shard_.find(id)) queue->logged(durable);
    }
  }
}

void ShardStorage::tell(const ConfirmMail& confirm) {
  if (confirm.publisher.shard != shard_.id()) {
    shard_.post(confirm.publisher.shard, confirm);
  } else if (Connection* connection = shard_.find(confirm.publisher)) {
    connection->on_confirm(confirm);
  }
}

void ShardStorage::handle(LogNewsMail& mail) {
  switch (mail.kind) {
    case LogNewsMail::Kind::kWritten:
      settle(waiting_for_write_, LogSequence{mail.number}, true);
      break;
    case LogNewsMail::Kind::kSynced:
      settle(waiting_for_write_, LogSequence{mail.number}, true);
      settle(waiting_for_sync_, LogSequence{mail.number}, true);
      break;
    case LogNewsMail::Kind::kFailed:
      settle(waiting_for_write_, LogSequence{mail.number}, false);
      settle(waiting_for_sync_, LogSequence{mail.number}, false);
      break;
    case LogNewsMail::Kind::kRecovered:
      retirement_.doubtful = LogEpoch{mail.number};
      start_retirement();
      break;
    case LogNewsMail::Kind::kEpoch:
      epoch_ = LogEpoch{mail.number};
      epoch_is_new_ = true;
      break;
    case LogNewsMail::Kind::kRetire:
      retirement_.wanted = std::max(retirement_.wanted, std::optional(LogEpoch{mail.number}));
      start_retirement();
      break;
  }
  shard_.storage_news();
}

// ---- moving out of the log ----

template <typename Visit>
void ShardStorage::for_each_tenant(Visit visit) {
  shard_.for_each_queue([&](Queue& queue) { queue.visit_tenants(visit); });
}

template <typename Visit>
void ShardStorage::for_each_logging_tenant(Visit visit) {
  for_each_tenant([&](DiskTenant& tenant) {
    if (tenant.logs()) visit(tenant);
  });
}

void ShardStorage::start_retirement() {
  if (retirement_.running || retirement_.finished) return;
  if (retirement_.doubtful && *retirement_.doubtful < epoch_) {
    retirement_.wanted = std::max(retirement_.wanted, retirement_.doubtful);
  }
  if (!retirement_.wanted) return;
  // What a restart brings to queues that wait for it is in the log's oldest files.
  if (shard_.restoring()) return;
  retirement_.up_to = *std::exchange(retirement_.wanted, std::nullopt);
  retirement_.running = true;
  for_each_logging_tenant([&](DiskTenant& tenant) { tenant.move_out(retirement_.up_to); });
  node_->segments().sync(*this, kRetirementCookie);
}

void ShardStorage::end_retirement(bool synced) {
  retirement_.running = false;
  bool done = synced;
  for_each_logging_tenant(
      [&](DiskTenant& tenant) { done = done && tenant.has_moved_out(retirement_.up_to); });
  if (!done) {  // tried again with the next tick
    retirement_.wanted = std::max(retirement_.wanted, std::optional(retirement_.up_to));
    retry_chunks_ = true;
    return;
  }
  const bool whole = retirement_.doubtful && *retirement_.doubtful <= retirement_.up_to;
  for_each_logging_tenant([&](DiskTenant& tenant) { tenant.moved_out(retirement_.up_to, whole); });
  if (whole) retirement_.doubtful.reset();
  retirement_.finished = true;
}

void ShardStorage::tick() {
  if (!attached()) return;
  queue_window_ = node_->queue_window();
  if (std::exchange(retry_chunks_, false)) {
    node_->refused(-std::exchange(refused_bytes_, 0));  // on their way again
    shard_.for_each_queue([](Queue& queue) { queue.retry_disk(); });
  }
  ++ticks_;
  if (ticks_ % kTicksPerPageAge == 0) stream_pages_.age();
  start_retirement();
  std::erase_if(leaving_, [this](Leaving& leaving) { return go_on(leaving); });
  if (ticks_ % kTicksPerSpace == 0) tell_space();
  shard_.storage_news();
}

// ---- segments that are to go ----

void ShardStorage::handle(CompactMail& mail) {
  leaving_.push_back({std::move(mail.compaction)});
}

// True when it is done with.
bool ShardStorage::go_on(Leaving& leaving) {
  if (leaving.cookie != 0 || shard_.restoring()) return false;
  const auto& file = leaving.compaction->file;
  if (!std::exchange(leaving.begun, true)) {
    for_each_tenant([&](DiskTenant& tenant) { tenant.leave(file); });
  }
  bool moving = false;
  for_each_tenant([&](DiskTenant& tenant) { moving = moving || tenant.is_leaving(file); });
  if (moving) return false;
  if (file->stream() == SegmentStream::kDurable) {
    leaving.cookie = ++last_cookie_;
    node_->segments().sync(*this, leaving.cookie, file);
    return false;
  }
  finish(leaving);
  return true;
}

void ShardStorage::finish(const Leaving& leaving) {
  for_each_tenant([&](DiskTenant& tenant) { tenant.left(leaving.compaction->file); });
  if (--leaving.compaction->shards_left == 0) {
    node_->segments().compaction_ended(leaving.compaction->file);
  }
}

void ShardStorage::handle(SegmentsSyncedMail& mail) {
  if (mail.cookie == kRetirementCookie) return end_retirement(mail.ok);
  const auto at = std::find_if(leaving_.begin(), leaving_.end(), [&](const Leaving& leaving) {
    return leaving.cookie == mail.cookie;
  });
  if (at == leaving_.end()) return;
  if (!mail.ok) {  // again with the next tick
    at->cookie = 0;
    return;
  }
  finish(*at);
  leaving_.erase(at);
}

void ShardStorage::tell_space() {
  std::vector<QueueSpace> spaces;
  for_each_tenant([&spaces](const DiskTenant& tenant) {
    const QueueSpace space = tenant.space();
    if (space.chunks == 0) return;
    if (!spaces.empty() && spaces.back().queue == space.queue) {  // another lane
      spaces.back().live_bytes += space.live_bytes;
      spaces.back().chunks += space.chunks;
      spaces.back().files += space.files;
      spaces.back().file_bytes += space.file_bytes;
    } else {
      spaces.push_back(space);
    }
  });
  const std::size_t count = std::min(spaces.size(), kMostSpaces);
  std::partial_sort(spaces.begin(), spaces.begin() + static_cast<std::ptrdiff_t>(count),
                    spaces.end(),
                    [](const auto& a, const auto& b) { return a.live_bytes > b.live_bytes; });
  spaces.resize(count);
  node_->tell_space(shard_.id(), std::move(spaces));
}

// ---- chunks ----

SegmentCookie ShardStorage::remember(const LaneId& lane, ChunkNumber number, std::int64_t bytes) {
  requests_.emplace(++last_cookie_, Request{lane, number, bytes, {}});
  return last_cookie_;
}

ShardStorage::Request ShardStorage::forget(SegmentCookie cookie) {
  const auto at = requests_.find(cookie);
  Request request = std::move(at->second);
  requests_.erase(at);
  return request;
}

void ShardStorage::write(const LaneId& lane, ChunkNumber number,
                         std::shared_ptr<const Chunk> chunk) {
  const auto bytes = static_cast<std::int64_t>(chunk->bytes().size());
  node_->segments().write(std::move(chunk), *this, remember(lane, number, bytes));
}

void ShardStorage::read(const LaneId& lane, ChunkNumber number, const ChunkRef& place) {
  node_->segments().read(place, *this, remember(lane, number, place.length));
}

void ShardStorage::read_once(const ChunkRef& place, ChunkThen then) {
  const SegmentCookie cookie = remember({}, {}, place.length);
  requests_.at(cookie).then = std::move(then);
  node_->segments().read(place, *this, cookie);
}

void ShardStorage::handle(ChunkWrittenMail& mail) {
  const Request request = forget(mail.cookie);
  if (!*mail.place) {
    retry_chunks_ = true;
    refused_bytes_ += request.bytes;
    node_->refused(request.bytes);
  }
  if (Queue* queue = shard_.find(request.lane.queue)) {
    queue->chunk_written(request.lane.level, request.number, std::move(*mail.place));
  } else if (*mail.place) {
    LiveChunk(**mail.place).release_rest();
  }
  shard_.storage_news();
}

void ShardStorage::handle(ChunkReadMail& mail) {
  const Request request = forget(mail.cookie);
  if (request.then) return request.then(std::move(*mail.chunk));
  const bool damaged = !*mail.chunk && mail.chunk->error().code == StorageErrorCode::kCorrupt;
  if (damaged) node_->tell_damage(static_cast<std::uint64_t>(request.bytes));
  retry_chunks_ = retry_chunks_ || !*mail.chunk;
  if (Queue* queue = shard_.find(request.lane.queue)) {
    queue->chunk_read(request.lane.level, request.number, std::move(*mail.chunk));
  }
}

// ---- from other threads ----

void ShardStorage::send(Mail mail) {
  std::vector<Mail> batch;
  batch.push_back(std::move(mail));
  shard_.deliver_mail(batch);
}

void ShardStorage::written(LogSequence up_to) {
  send(LogNewsMail{LogNewsMail::Kind::kWritten, static_cast<std::uint64_t>(up_to)});
}
void ShardStorage::synced(LogSequence up_to) {
  send(LogNewsMail{LogNewsMail::Kind::kSynced, static_cast<std::uint64_t>(up_to)});
}
void ShardStorage::failed(LogSequence up_to, const StorageError& error) {
  node_->log_failed(error);
  send(LogNewsMail{LogNewsMail::Kind::kFailed, static_cast<std::uint64_t>(up_to)});
}
void ShardStorage::recovered(LogEpoch up_to) {
  node_->log_recovered();
  send(LogNewsMail{LogNewsMail::Kind::kRecovered, static_cast<std::uint64_t>(up_to)});
}
void ShardStorage::epoch(LogEpoch now) {
  send(LogNewsMail{LogNewsMail::Kind::kEpoch, static_cast<std::uint64_t>(now)});
}
void ShardStorage::retire(LogEpoch up_to) {
  send(LogNewsMail{LogNewsMail::Kind::kRetire, static_cast<std::uint64_t>(up_to)});
}

void ShardStorage::chunk_written(SegmentCookie cookie, StorageResult<ChunkRef> where) {
  send(ChunkWrittenMail{cookie, std::make_unique<StorageResult<ChunkRef>>(std::move(where))});
}
void ShardStorage::chunk_read(SegmentCookie cookie,
                              StorageResult<std::shared_ptr<const Chunk>> chunk) {
  send(ChunkReadMail{
      cookie, std::make_unique<StorageResult<std::shared_ptr<const Chunk>>>(std::move(chunk))});
}
void ShardStorage::segments_synced(SegmentCookie cookie, StorageResult<void> result) {
  send(SegmentsSyncedMail{cookie, result.has_value()});
}

}  // namespace coney
