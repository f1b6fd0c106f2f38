#include "broker/queue/queue_storage.h"

#include <algorithm>

#include "broker/log/log.h"
#include "broker/message/stored_message.h"
#include "broker/storage/shard_storage.h"

namespace coney {
namespace {

// A queue without a stored id spills under a number that no stored queue has.
StoredQueueId spill_id(QueueId id) {
  return StoredQueueId{std::uint64_t{1} << 63 | std::uint64_t{id.generation} << 32 | id.slot};
}

}  // namespace

QueueStorage::QueueStorage(ShardStorage& shard, MessageLane& lane, LaneId id,
                           StoredQueueId stored_id, Durability durability)
    : shard_(shard),
      lane_(lane),
      id_(id),
      stored_id_(stored_id),
      durability_(durability),
      pages_(lane, *this, logs() ? stored_id : spill_id(id.queue)) {
  if (!logs()) return;
  auto slot = shard_.delivery_map().slot(stored_id);
  if (slot) {
    mark_ = *slot;
  } else {
    log::error(log::Category::kStorage, "{}", slot.error().message);
  }
}

bool QueueStorage::published(QueuePosition position, const MessageRef& message, BodyId body) {
  auto& departures = lane_.departures();
  if (!departures.empty() && departures.back() == PositionRun{position, 1}) {
    departures.pop_back();
    return false;
  }
  if (labels_.empty() || labels_.back().epoch != shard_.epoch()) {
    labels_.push_back({shard_.epoch(), position});
  }
  if (OpenTransaction* open = open_transaction(); open && open->first_published > position) {
    open->first_published = position;
    keep_published();
  }
  ++shard_.traffic().written;
  const MessageLane::Entry* entry = lane_.find(position);
  const MessageFacts facts = entry ? entry->facts() : MessageFacts{};
  if (body != BodyId{}) {
    shard_.log().enqueue(stored_id_, position, body, facts);
  } else {
    const StoredMessage stored(*message);
    shard_.log().publish(stored_id_, position, ShardStorage::payload(stored, message), facts);
  }
  return true;
}

// The one whose part is being logged; null: none is.
QueueStorage::OpenTransaction* QueueStorage::open_transaction() {
  const TxId id = shard_.open_transaction();
  if (id == TxId{} || !logs()) return nullptr;
  if (open_transactions_.empty() || open_transactions_.back().id != id) {
    open_transactions_.push_back({id});
    shard_.joins_transaction(id, id_.queue);
  }
  return &open_transactions_.back();
}

void QueueStorage::transaction_ended(TxId id) {
  const auto at = std::find_if(open_transactions_.begin(), open_transactions_.end(),
                               [id](const OpenTransaction& open) { return open.id == id; });
  if (at == open_transactions_.end()) return;
  for (const PositionRun& run : at->departed) pages_.departed(run);
  open_transactions_.erase(at);
  std::erase(move_waits_for_, id);
  keep_published();
}

void QueueStorage::keep_published() {
  QueuePosition first = UINT64_MAX;
  for (const OpenTransaction& open : open_transactions_) {
    first = std::min(first, open.first_published);
  }
  pages_.keep_from(first);
}

void QueueStorage::returned(QueuePosition first, std::uint64_t count) {
  if (!logs()) return;
  PositionRun run;
  DeliveryCounts counts;
  auto log_run = [&] {
    if (run.count != 0) shard_.log().returned(stored_id_, run.first, run.count, counts);
    run = {};
  };
  for (QueuePosition at = first; at != first + count; ++at) {
    const MessageLane::Entry* entry = lane_.find(at);
    if (!entry || !entry->tracked() || entry->counts().acquired == 0) continue;
    if (run.end() != at || counts != entry->counts()) {
      log_run();
      run.first = at;
      counts = entry->counts();
    }
    ++run.count;
  }
  log_run();
}

// Paging in makes the queue deliver, which makes messages leave.
void QueueStorage::changed(std::size_t lanes) {
  take_departures();
  while (lane_.is_paged()) {
    pages_.read_ahead();
    if (lane_.departures().empty()) break;
    take_departures();
  }
  mark_delivered();
  if (shard_.exceeds_window(lane_, lanes) && !shard_.congested()) {
    pages_.page_out(shard_.queue_window() / lanes / 4);
  }
}

void QueueStorage::take_departures() {
  for (const PositionRun& run : lane_.departures()) {
    if (logs()) shard_.log().settle(stored_id_, run.first, run.count);
    if (OpenTransaction* open = open_transaction()) {
      open->departed.push_back(run);
      pages_.departing(run);
    } else if (!pages_.empty()) {
      pages_.departed(run);
    }
  }
  lane_.departures().clear();
}

std::uint64_t QueueStorage::remove(const std::vector<ReadyMessage>& messages) {
  std::uint64_t removed = 0;
  for (const PositionRun& run : pages_.remove(messages)) {
    if (logs()) shard_.log().settle(stored_id_, run.first, run.count);
    removed += run.count;
  }
  return removed;
}

// Before the bytes leave. It never falls: after a restart what is delivered again stands in front
// of it.
void QueueStorage::mark_delivered() {
  if (!logs() || lane_.next_fresh() <= marked_) return;
  marked_ = lane_.next_fresh();
  mark_.mark(marked_);
}

void QueueStorage::deleted() {
  pages_.release_all();
  if (logs()) shard_.delivery_map().release(stored_id_);
}

// ---- restart ----

void QueueStorage::restore(RecoveredQueue& recovered) {
  QueuePosition begin = recovered.next_position;
  if (!recovered.chunks.empty()) begin = recovered.chunks.front().positions.first;
  if (!recovered.messages.empty()) begin = std::min(begin, recovered.messages.front().position);
  lane_.restore(begin, recovered.next_position);
  for (const auto& file : recovered.left_behind) pages_.restore_left_behind(file);
  for (RecoveredChunk& chunk : recovered.chunks) {
    pages_.restore(std::move(chunk), recovered.delivered);
  }
  std::uint64_t unreadable = 0;
  for (const RecoveredMessage& each : recovered.messages) {
    if (MessageRef message = StoredMessage::decode(*each.payload, true)) {
      MessageFacts facts = each.facts;
      facts.redelivered = facts.redelivered || each.position < recovered.delivered;
      lane_.put_back(each.position, std::move(message), facts, true, false);
    } else {
      ++unreadable;
    }
  }
  if (unreadable != 0) lost(unreadable, {StorageErrorCode::kCorrupt, "not a message"});
  for (const PositionRange& range : recovered.unsaid) {
    shard_.log().settle(stored_id_, range.first, range.last - range.first + 1);
  }
  if (!recovered.messages.empty()) labels_.push_back({LogEpoch{}, begin});
  marked_ = recovered.delivered;
  lane_.restored();
}

// ---- the disk ----

void QueueStorage::write(ChunkNumber number, std::shared_ptr<const Chunk> chunk) {
  shard_.write(id_, number, std::move(chunk));
}
void QueueStorage::read(ChunkNumber number, const ChunkRef& place) {
  shard_.read(id_, number, place);
}
void QueueStorage::lost(std::uint64_t messages, const StorageError& error) {
  log::error(log::Category::kStorage, "{} messages of a queue are lost: {}", messages,
             error.message);
}

void QueueStorage::written(ChunkNumber number, StorageResult<ChunkRef> place) {
  pages_.written(number, std::move(place));
}
void QueueStorage::read(ChunkNumber number, StorageResult<std::shared_ptr<const Chunk>> chunk) {
  const std::uint64_t resident = lane_.resident_count();
  pages_.read(number, std::move(chunk));
  if (lane_.resident_count() > resident) shard_.traffic().read += lane_.resident_count() - resident;
}
void QueueStorage::retry() {
  pages_.retry();
}

// ---- moving out of the log ----

// Messages in front of it were logged in `up_to` or earlier.
QueuePosition QueueStorage::end_of(LogEpoch up_to) const {
  for (const Label& label : labels_) {
    if (label.epoch > up_to) return label.from;
  }
  return lane_.end();
}

void QueueStorage::move_out(LogEpoch up_to) {
  // A message that may come back, if its transaction does not count, is in the log alone.
  move_waits_for_.clear();
  for (const OpenTransaction& open : open_transactions_) {
    if (!open.departed.empty()) move_waits_for_.push_back(open.id);
  }
  if (labels_.empty() || labels_.front().epoch > up_to) return;
  pages_.store(end_of(up_to));
}

bool QueueStorage::has_moved_out(LogEpoch up_to) {
  if (!move_waits_for_.empty()) return false;
  return labels_.empty() || labels_.front().epoch > up_to || pages_.stores(end_of(up_to));
}

// What the log has said of messages in chunks goes with its old files.
void QueueStorage::moved_out(LogEpoch up_to, bool whole) {
  while (!labels_.empty() && labels_.front().epoch <= up_to) labels_.pop_front();
  if (whole || pages_.has_gaps()) {
    shard_.log().queue_state(stored_id_, lane_.end(), pages_.live_positions());
  }
  for (const CountedRange& each : pages_.counts()) {
    const auto [first, last] = each.positions;
    shard_.log().returned(stored_id_, first, last - first + 1, each.counts);
  }
}

}  // namespace coney
