#include "broker/stream/stream_storage.h"

#include <algorithm>
#include <utility>

#include "broker/log/log.h"
#include "broker/message/stored_message.h"
#include "broker/storage/shard_storage.h"
#include "broker/storage/space_tally.h"

namespace coney {
namespace {

bool has(const std::vector<PositionRange>& lives, QueuePosition position) {
  return lives.empty() ||
         std::any_of(lives.begin(), lives.end(), [position](const PositionRange& range) {
           return range.first <= position && position <= range.last;
         });
}

}  // namespace

StreamStorage::StreamStorage(ShardStorage& shard, StreamCore& core, QueueId id,
                             StoredQueueId stored_id, Durability durability)
    : shard_(shard), core_(core), id_(id), stored_id_(stored_id), durability_(durability) {}

StreamStorage::Held* StreamStorage::find(ChunkNumber number) {
  const std::uint64_t index = static_cast<std::uint64_t>(number) - first_number_;
  return index < chunks_.size() ? &chunks_[index] : nullptr;
}

// ---- in ----

void StreamStorage::published(BodyId body) {
  const StreamMessage& message = core_.tail().messages.back();
  if (labels_.empty() || labels_.back().epoch != shard_.epoch()) {
    labels_.push_back({shard_.epoch(), message.offset});
  }
  const TxId open = shard_.open_transaction();
  if (open != TxId{} && (open_transactions_.empty() || open_transactions_.back().id != open)) {
    open_transactions_.push_back({open, message.offset});
    shard_.joins_transaction(open, id_);
  }
  ++shard_.traffic().written;
  log(message, body);
  await_turn();
}

void StreamStorage::log(const StreamMessage& each, BodyId body) {
  const MessageFacts facts{.time = each.time};
  if (body != BodyId{}) {
    shard_.log().enqueue(stored_id_, each.offset, body, facts);
  } else {
    const StoredMessage stored(*each.message);
    shard_.log().publish(stored_id_, each.offset, ShardStorage::payload(stored, each.message),
                         facts);
  }
}

// What was logged in this turn waits for it to be durable.
void StreamStorage::await_turn() {
  if (durability_ == Durability::kNone) {
    durable_ = core_.end();
    return;
  }
  if (turns_.empty() || turns_.back().number != shard_.turn()) {
    turns_.push_back({shard_.turn(), 0});
    shard_.tell_when(durability_, id_);
  }
  turns_.back().end = core_.end();
}

void StreamStorage::logged(bool durable) {
  const Turn turn = turns_.front();
  turns_.pop_front();
  if (turn.number < relogged_in_) return;
  log_has_failed_ = log_has_failed_ || !durable;
  if (log_has_failed_) return shard_.retry_soon();
  durable_ = turn.end;
}

void StreamStorage::transaction_ended(TxId id) {
  std::erase_if(open_transactions_, [id](const OpenTransaction& open) { return open.id == id; });
}

QueuePosition StreamStorage::committed() const {
  QueuePosition committed = durable_;
  for (const OpenTransaction& open : open_transactions_) {
    committed = std::min(committed, open.first);
  }
  return committed;
}

// ---- chunks ----

void StreamStorage::seal_full() {
  while (core_.tail_is_full(chunk_bytes_)) {
    if (!seal(core_.committed())) return;
  }
}

// One chunk; false: there is nothing to make it of.
bool StreamStorage::seal(QueuePosition end) {
  const auto sealed = core_.seal(chunk_bytes_, end);
  if (!sealed) return false;
  ChunkBuilder builder;
  for (const StreamMessage& each : sealed->page->messages) {
    const StoredMessage stored(*each.message);
    builder.add(each.offset, true, {.time = each.time}, stored.prefix(), stored.data());
  }
  if (core_.consumer_count() != 0) {
    shard_.stream_pages().put(id_, sealed->number, sealed->page);
  }
  chunks_.emplace_back();
  write(sealed->number,
        std::make_shared<const Chunk>(builder.finish(stored_id_, SegmentStream::kDurable)));
  return true;
}

void StreamStorage::write(ChunkNumber number, std::shared_ptr<const Chunk> chunk) {
  find(number)->bytes = chunk;
  core_.set_bytes(number, chunk->bytes().size());
  shard_.write(lane(), number, std::move(chunk));
}

void StreamStorage::dropped(const StreamCore::Dropped& dropped) {
  const auto [first, last] = dropped.positions;
  shard_.log().settle(stored_id_, first, last - first + 1);
  chunks_.front().place.release_rest();
  chunks_.front().old_place.release_rest();
  chunks_.pop_front();
  ++first_number_;
}

void StreamStorage::deleted() {
  for (Held& held : chunks_) {
    held.place.release_rest();
    held.old_place.release_rest();
  }
  chunks_.clear();
}

void StreamStorage::written(ChunkNumber number, StorageResult<ChunkRef> place) {
  Held* held = find(number);
  if (!held) {  // dropped meanwhile
    if (place) LiveChunk(*place).release_rest();
  } else if (held->move == Move::kWriting) {
    held->move = Move::kNone;
    if (place) held->old_place = std::exchange(held->place, LiveChunk(*place));
  } else if (!place) {
    held->failed = true;
  } else {
    held->place = LiveChunk(*place);
    held->bytes.reset();
  }
}

// ---- pages ----

StreamPagePtr StreamStorage::page(ChunkNumber number) {
  if (StreamPagePtr page = shard_.stream_pages().find(id_, number)) return page;
  Held* held = find(number);
  if (!held) return nullptr;
  if (held->bytes) return keep_page(number, *held, *held->bytes);
  ask(*held, number);
  return nullptr;
}

void StreamStorage::read_ahead(ChunkNumber number) {
  if (shard_.stream_pages().has(id_, number)) return;
  Held* held = find(number);
  if (held && !held->bytes) ask(*held, number);
}

ChunkView StreamStorage::view(ChunkNumber number) {
  const Held& held = *find(number);
  return {.bytes = held.bytes, .place = held.place.ref(), .lives = held.lives};
}

void StreamStorage::ask(Held& held, ChunkNumber number) {
  if (std::exchange(held.reading, true)) return;
  if (held.move != Move::kReading) shard_.read(lane(), number, held.place.ref());
}

StreamPagePtr StreamStorage::keep_page(ChunkNumber number, const Held& held, const Chunk& chunk) {
  auto page = std::make_shared<StreamPage>();
  page->messages.reserve(chunk.header().count);
  std::uint64_t unreadable = 0;
  ChunkEntry entry;
  for (ChunkReader reader = chunk.read(); reader.next(entry);) {
    if (!has(held.lives, entry.position)) continue;
    if (MessageRef message = StoredMessage::decode(entry.payload, true)) {
      page->messages.push_back({entry.position, entry.facts.time, std::move(message)});
    } else {
      ++unreadable;
    }
  }
  if (unreadable != 0) {
    report_lost(unreadable, {StorageErrorCode::kCorrupt, "messages of an unknown form"});
  }
  shard_.stream_pages().put(id_, number, page);
  return page;
}

void StreamStorage::read(ChunkNumber number, StorageResult<std::shared_ptr<const Chunk>> chunk) {
  Held* held = find(number);
  if (!held) return;
  if (held->move == Move::kReading) {
    held->move = Move::kNone;
    if (chunk) write_copy(*held, number, **chunk);
  }
  if (!std::exchange(held->reading, false)) return;
  if (chunk) {
    keep_page(number, *held, **chunk);
    core_.page_arrived(number);
  } else if (chunk.error().code == StorageErrorCode::kCorrupt) {
    give_up(number, chunk.error());
  } else {
    held->failed = true;
  }
}

// What was read is damaged: the rest of the stream goes on without it.
void StreamStorage::give_up(ChunkNumber number, const StorageError& error) {
  const std::uint64_t before = core_.count();
  core_.page_lost(number);
  find(number)->place.release_rest();
  report_lost(before - core_.count(), error);
}

void StreamStorage::report_lost(std::uint64_t messages, const StorageError& error) const {
  log::error(log::Category::kStorage, "{} messages of a stream are lost: {}", messages,
             error.message);
}

void StreamStorage::retry() {
  for (std::size_t index = 0; index != chunks_.size(); ++index) {
    Held& held = chunks_[index];
    if (!std::exchange(held.failed, false)) continue;
    if (held.place.ref()) {
      ask(held, number_of(index));
    } else {
      shard_.write(lane(), number_of(index), held.bytes);
    }
  }
  if (log_has_failed_) log_again();
}

// What is not durable. What is part of a transaction waits for its end.
void StreamStorage::log_again() {
  if (!open_transactions_.empty()) return shard_.retry_soon();
  log_has_failed_ = false;
  relogged_in_ = shard_.turn();
  turns_.push_back({relogged_in_, core_.end()});
  shard_.tell_when(durability_, id_);
  const StreamPage& tail = core_.tail();
  for (std::size_t at = tail.find(durable_); at != tail.messages.size(); ++at) {
    log(tail.messages[at], {});
  }
}

// ---- out of the log ----

// Messages in front of it were logged in `up_to` or earlier.
QueuePosition StreamStorage::end_of(LogEpoch up_to) const {
  for (const Label& label : labels_) {
    if (label.epoch > up_to) return label.from;
  }
  return core_.end();
}

void StreamStorage::move_out(LogEpoch up_to) {
  if (labels_.empty() || labels_.front().epoch > up_to) return;
  const QueuePosition end = std::min(end_of(up_to), core_.committed());
  while (!core_.tail().empty() && core_.tail().first() < end) seal(end);
}

bool StreamStorage::has_moved_out(LogEpoch up_to) {
  if (labels_.empty() || labels_.front().epoch > up_to) return true;
  if (!core_.tail().empty() && core_.tail().first() < end_of(up_to)) return false;
  return std::all_of(chunks_.begin(), chunks_.end(),
                     [](const Held& held) { return static_cast<bool>(held.place.ref()); });
}

// Chunks of what retention has taken may still be on disk.
void StreamStorage::moved_out(LogEpoch up_to, bool) {
  while (!labels_.empty() && labels_.front().epoch <= up_to) labels_.pop_front();
  std::vector<PositionRange> live;
  if (core_.begin() != core_.end()) live.push_back({core_.begin(), core_.end() - 1});
  if (core_.end() != 0) shard_.log().queue_state(stored_id_, core_.end(), live);
}

// ---- out of a segment file ----

void StreamStorage::leave(const std::shared_ptr<SegmentFile>& file) {
  for (std::size_t index = 0; index != chunks_.size(); ++index) {
    Held& held = chunks_[index];
    if (held.place.ref().file != file || held.move != Move::kNone) continue;
    held.move = Move::kReading;
    if (!held.reading) shard_.read(lane(), number_of(index), held.place.ref());
  }
}

// When it cannot be written it stays where it is; the file is offered again.
void StreamStorage::write_copy(Held& held, ChunkNumber number, const Chunk& chunk) {
  ChunkBuilder builder;
  ChunkEntry entry;
  for (ChunkReader reader = chunk.read(); reader.next(entry);) {
    if (has(held.lives, entry.position)) {
      builder.add(entry.position, true, entry.facts, {}, entry.payload);
    }
  }
  if (builder.empty()) return;
  held.move = Move::kWriting;
  shard_.write(lane(), number,
               std::make_shared<const Chunk>(builder.finish(stored_id_, SegmentStream::kDurable)));
}

bool StreamStorage::is_leaving(const std::shared_ptr<SegmentFile>& file) const {
  return std::any_of(chunks_.begin(), chunks_.end(), [&file](const Held& held) {
    return held.move != Move::kNone && held.place.ref().file == file;
  });
}

void StreamStorage::left(const std::shared_ptr<SegmentFile>& file) {
  for (Held& held : chunks_) {
    if (held.old_place.ref().file != file) continue;
    held.old_place.release_rest();
    held.old_place = {};
  }
}

// ---- restart ----

// What the log alone has may stand in front of a chunk: the next one could not be written.
void StreamStorage::restore(RecoveredQueue& recovered) {
  for (const auto& [first, last] : recovered.unsaid) {
    shard_.log().settle(stored_id_, first, last - first + 1);
  }
  const RecoveredMessage* next = recovered.messages.data();
  const RecoveredMessage* const end = next + recovered.messages.size();
  if (next != end) labels_.push_back({LogEpoch{}, next->position});
  for (RecoveredChunk& chunk : recovered.chunks) {
    const RecoveredMessage* const behind = std::find_if(
        next, end,
        [&chunk](const RecoveredMessage& each) { return each.position > chunk.positions.first; });
    restore_between(next, behind);
    next = behind;
    restore_chunk(std::move(chunk));
  }
  for (; next != end; ++next) restore_tail(*next);
  core_.restored(recovered.next_position);
  durable_ = core_.end();
  seal_full();
}

void StreamStorage::restore_chunk(RecoveredChunk chunk) {
  core_.restore_chunk(chunk.positions, chunk.count, chunk.place.length);
  Held held;
  held.place = LiveChunk(std::move(chunk.place));
  held.lives = std::move(chunk.lives);
  chunks_.push_back(std::move(held));
}

void StreamStorage::restore_between(const RecoveredMessage* first, const RecoveredMessage* end) {
  ChunkBuilder builder;
  const RecoveredMessage* begin = first;
  auto finish = [&] {
    if (builder.empty()) return;
    const std::uint32_t count = builder.count();
    auto chunk = std::make_shared<const Chunk>(builder.finish(stored_id_, SegmentStream::kDurable));
    chunks_.emplace_back();
    const ChunkNumber number = core_.restore_chunk({begin->position, std::prev(first)->position},
                                                   count, chunk->bytes().size());
    write(number, std::move(chunk));
    begin = first;
  };
  for (; first != end; ++first) {
    if (!builder.has_room_for(first->payload->size())) finish();
    builder.add(first->position, true, first->facts, {}, *first->payload);
  }
  finish();
}

void StreamStorage::restore_tail(const RecoveredMessage& each) {
  if (MessageRef message = StoredMessage::decode(*each.payload, true)) {
    core_.restore_tail({each.position, each.facts.time, std::move(message)});
  } else {
    report_lost(1, {StorageErrorCode::kCorrupt, "not a message"});
  }
}

QueueSpace StreamStorage::space() const {
  SpaceTally tally;
  for (const Held& held : chunks_) {
    tally.add(held.place);
    tally.add(held.old_place);
  }
  return tally.total(id_, chunks_.size());
}

}  // namespace coney
