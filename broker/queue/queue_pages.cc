#include "broker/queue/queue_pages.h"

#include <algorithm>

#include "broker/message/stored_message.h"
#include "broker/storage/space_tally.h"

namespace coney {
namespace {

constexpr std::uint64_t kNear = 2 * kChunkTargetMessages;      // positions until it is needed
constexpr std::uint64_t kEnoughAhead = 4 * kChunkTargetBytes;  // put back and not delivered
constexpr int kReadsAtOnce = 4;

}  // namespace

void QueuePages::release_all() {
  for (Held& held : chunks_) {
    held.place.release_rest();
    held.old_place.release_rest();
  }
  chunks_.clear();
}

// ---- finding ----

QueuePages::Chunks::iterator QueuePages::find(ChunkNumber number) {
  return std::find_if(chunks_.begin(), chunks_.end(),
                      [number](const Held& held) { return held.number == number; });
}

QueuePages::Chunks::iterator QueuePages::at_or_behind(QueuePosition position) {
  return std::lower_bound(
      chunks_.begin(), chunks_.end(), position,
      [](const Held& held, QueuePosition at) { return held.positions.last < at; });
}

// REQUIRES: lane_.is_paged().
QueuePages::Held& QueuePages::first_paged() {
  return *at_or_behind(lane_.first_paged().first);
}

QueuePages::Held& QueuePages::add(Chunk chunk) {
  const ChunkHeader& header = chunk.header();
  Held held;
  held.number = ChunkNumber{++last_number_};
  held.positions = header.positions;
  held.count = held.live = header.count;
  held.bytes = std::make_shared<const Chunk>(std::move(chunk));
  Held& added = *chunks_.insert(at_or_behind(held.positions.first), std::move(held));
  disk_.write(added.number, added.bytes);
  return added;
}

// ---- out of memory ----

void QueuePages::page_out(std::uint64_t keep) {
  const auto from = lane_.first_to_page_out(keep);
  if (!from || *from >= keep_from_) return;
  auto at = at_or_behind(*from);
  if (at == chunks_.end() || at->positions.first > *from) {
    write_rest(*from);
    at = at_or_behind(*from);
  }
  lane_.page_out(*from, at->positions.last);
  at->paged_from = *from;
  at->paged_count = lane_.last_paged().count;
}

// A chunk of what stands from there on, up to the next one that there is.
void QueuePages::write_rest(QueuePosition from) {
  const auto next = at_or_behind(from);
  const QueuePosition limit =
      std::min(keep_from_, next == chunks_.end() ? UINT64_MAX : next->positions.first);
  ChunkBuilder builder;
  lane_.visit(from, [&](const ResidentMessage& each) {
    const StoredMessage stored(*each.message);
    const std::size_t size = stored.prefix().size() + stored.data().size();
    if (each.position >= limit || !builder.has_room_for(size)) return false;
    builder.add(each.position, each.message->persistent(), each.facts, stored.prefix(),
                stored.data(), !each.tracked);
    return true;
  });
  const auto stream = builder.all_left_out() ? SegmentStream::kSpill : SegmentStream::kDurable;
  add(builder.finish(id_, stream));
}

// ---- back into memory ----

bool QueuePages::is_near() const {
  return lane_.first_paged().first - lane_.next_fresh() < kNear;
}

void QueuePages::read_ahead() {
  const bool stalled = lane_.is_stalled();
  // What was put back is gone when nothing is left to deliver: delivered, or paged out again.
  while (!ahead_.empty() && (stalled || ahead_.front().first < lane_.next_fresh())) {
    ahead_bytes_ -= ahead_.front().second;
    ahead_.pop_front();
  }
  if (!lane_.is_paged() || !is_near()) return;
  take_what_is_there();
  if (!lane_.is_paged() || !is_near() || ahead_bytes_ >= kEnoughAhead) return;
  auto at = at_or_behind(lane_.first_paged().first);
  for (int n = 0; n != kReadsAtOnce && at != chunks_.end(); ++n, ++at) {
    if (!at->paged_from || at->bytes || at->reading || at->failed || at->corrupt) continue;
    at->reading = true;
    disk_.read(at->number, at->place.ref());
  }
}

// In order: a chunk that is there waits for those in front of it.
void QueuePages::take_what_is_there() {
  while (lane_.is_paged() && is_near() && ahead_bytes_ < kEnoughAhead) {
    Held& held = first_paged();
    if (held.corrupt) {
      give_up(held);
      continue;
    }
    if (!held.bytes) return;
    const std::shared_ptr<const Chunk> chunk =
        held.place.ref() ? std::move(held.bytes) : held.bytes;
    put_back(held, *chunk);
  }
}

bool QueuePages::is_wanted(const Held& held, const ChunkEntry& entry) const {
  if (entry.position < *held.paged_from || (held.restored && entry.left_out)) return false;
  return is_in(held.lives, entry.position);
}

// As the log or the time before the restart has changed them.
MessageFacts QueuePages::facts_of(const Held& held, const ChunkEntry& entry) const {
  return newest_facts(entry, held.counts, delivered_);
}

void QueuePages::put_back(Held& held, const Chunk& chunk) {
  const std::uint64_t resident = held.live - held.paged_count;
  std::uint64_t count = 0, unreadable = 0;
  const bool durable = chunk.header().stream == SegmentStream::kDurable;
  ChunkEntry entry;
  for (ChunkReader reader = chunk.read(); reader.next(entry);) {
    if (!is_wanted(held, entry)) continue;
    MessageRef message = StoredMessage::decode(entry.payload, entry.persistent);
    if (!message) {
      ++unreadable;
      lane_.departures().push_back({entry.position, 1});
      continue;
    }
    ++count;
    lane_.put_back(entry.position, std::move(message), facts_of(held, entry),
                   durable && !entry.left_out, true);
  }
  if (unreadable != 0) {
    disk_.lost(unreadable, {StorageErrorCode::kCorrupt, "messages of an unknown form"});
  }
  held.live = resident + count + unreadable;
  held.paged_from.reset();
  held.paged_count = 0;
  held.reading = false;
  ahead_.emplace_back(held.positions.last, chunk.bytes().size());
  ahead_bytes_ += chunk.bytes().size();
  if (held.live == 0) shrink(find(held.number), 0);
  lane_.paged_in();
}

// What was read is damaged: the rest of the queue goes on without it.
void QueuePages::give_up(Held& held) {
  disk_.lost(held.paged_count, *held.corrupt);
  held.corrupt.reset();
  lane_.give_up_first_paged();  // heard of by departed()
}

// ---- leaving ----

void QueuePages::departed(const PositionRun& run) {
  std::erase(departing_, run);
  for (auto at = at_or_behind(run.first); at != chunks_.end() && at->positions.first < run.end();) {
    QueuePosition first = std::max(run.first, at->positions.first);
    QueuePosition end = std::min(run.end(), at->positions.last + 1);
    std::uint64_t left = 0;
    if (at->paged_from && end > *at->paged_from) {  // as a whole: it was dropped
      left = at->paged_count;
      end = *at->paged_from;
      at->paged_from.reset();
      at->paged_count = 0;
    }
    if (first < end) left += end - first;
    at = shrink(at, left);
  }
}

namespace {

// `gone` ascends.
std::vector<PositionRange> without(const std::vector<PositionRange>& ranges,
                                   const std::vector<QueuePosition>& gone) {
  std::vector<PositionRange> left;
  auto next = gone.begin();
  for (PositionRange range : ranges) {
    next = std::lower_bound(next, gone.end(), range.first);
    for (; next != gone.end() && *next <= range.last; ++next) {
      if (range.first < *next) left.push_back({range.first, *next - 1});
      range.first = *next + 1;
    }
    if (range.first <= range.last) left.push_back(range);
  }
  return left;
}

void add_to(std::vector<PositionRun>& runs, QueuePosition position) {
  if (!runs.empty() && runs.back().end() == position) {
    ++runs.back().count;
  } else {
    runs.push_back({position, 1});
  }
}

}  // namespace

bool QueuePages::is_paged_out(const Held& held, QueuePosition position) const {
  return held.paged_from && position >= *held.paged_from && is_in(held.lives, position);
}

std::vector<PositionRun> QueuePages::remove(const std::vector<ReadyMessage>& messages) {
  std::vector<PositionRun> removed;
  bool next_may_differ = false;
  for (auto each = messages.begin(); each != messages.end();) {
    const auto at = at_or_behind(each->position);
    if (at == chunks_.end()) break;
    std::vector<QueuePosition> gone;
    std::uint64_t paged = 0;
    for (; each != messages.end() && each->position <= at->positions.last; ++each) {
      if (is_paged_out(*at, each->position)) {
        next_may_differ = lane_.remove_paged(*each) || next_may_differ;
        add_to(removed, each->position);
        ++paged;
      } else if (each->position < at->positions.first || lane_.find(each->position)) {
        continue;
      }
      gone.push_back(each->position);
    }
    if (gone.empty()) continue;
    if (at->lives.empty()) at->lives = {at->positions};
    at->lives = without(at->lives, gone);
    at->paged_count -= paged;
    if (at->paged_count == 0) at->paged_from.reset();
    shrink(at, paged);
  }
  if (next_may_differ) lane_.paged_removed();
  return removed;
}

// Fewer messages live in a chunk; without any it goes. Returns the next one.
QueuePages::Chunks::iterator QueuePages::shrink(Chunks::iterator at, std::uint64_t messages) {
  at->live -= std::min(messages, at->live);
  const ChunkRef& place = at->place.ref();
  if (at->live == 0) {
    leave_behind(place);
    leave_behind(at->old_place.ref());
    at->old_place.release_rest();
    at->place.release_rest();
    return chunks_.erase(at);
  }
  const auto keep = static_cast<std::uint32_t>(place.length * at->live / at->count);
  if (place && at->place.live_bytes() > keep) at->place.release(at->place.live_bytes() - keep);
  return std::next(at);
}

// While the file is there a restart would find the chunk in it.
void QueuePages::leave_behind(const ChunkRef& place) {
  if (!place || place.file->stream() != SegmentStream::kDurable) return;
  if (!left_behind_.empty() && left_behind_.back().lock() == place.file) return;
  left_behind_.push_back(place.file);
}

// ---- answers ----

void QueuePages::written(ChunkNumber number, StorageResult<ChunkRef> place) {
  const auto at = find(number);
  if (at == chunks_.end()) {  // nobody needs it any more
    if (!place) return;
    leave_behind(*place);
    LiveChunk(*place).release_rest();
  } else if (at->move == Move::kWriting) {
    take_new_place(*at, place);
  } else if (!place) {
    at->failed = true;
  } else {
    at->place = LiveChunk(*place);
    at->bytes.reset();
    shrink(at, 0);
  }
}

void QueuePages::read(ChunkNumber number, StorageResult<std::shared_ptr<const Chunk>> chunk) {
  const auto at = find(number);
  if (at == chunks_.end()) return;
  if (at->move == Move::kReading) {
    at->move = Move::kNone;
    if (chunk) write_copy(*at, **chunk);
  }
  // What was read to be moved is not kept: it may not be needed for long.
  if (!std::exchange(at->reading, false) || !at->paged_from) return;
  if (chunk) {
    at->bytes = std::move(*chunk);
  } else if (chunk.error().code == StorageErrorCode::kCorrupt) {
    at->corrupt = chunk.error();
  } else {
    at->failed = true;
  }
}

void QueuePages::retry() {
  for (Held& held : chunks_) {
    if (!std::exchange(held.failed, false) || held.place.ref()) continue;
    disk_.write(held.number, held.bytes);
  }
}

// ---- to another file ----

void QueuePages::leave(const std::shared_ptr<SegmentFile>& file) {
  for (Held& held : chunks_) {
    if (held.place.ref().file != file || held.move != Move::kNone) continue;
    held.move = Move::kReading;
    if (!held.reading) disk_.read(held.number, held.place.ref());
  }
}

bool QueuePages::is_leaving(const std::shared_ptr<SegmentFile>& file) const {
  return std::any_of(chunks_.begin(), chunks_.end(), [&file](const Held& held) {
    return held.move != Move::kNone && held.place.ref().file == file;
  });
}

void QueuePages::left(const std::shared_ptr<SegmentFile>& file) {
  for (Held& held : chunks_) {
    if (held.old_place.ref().file != file) continue;
    leave_behind(held.old_place.ref());
    held.old_place.release_rest();
    held.old_place = {};
  }
}

bool QueuePages::lives(const Held& held, const ChunkEntry& entry) {
  if (held.paged_from && entry.position >= *held.paged_from) return is_wanted(held, entry);
  return lane_.has_stored(entry.position) ||
         std::any_of(departing_.begin(), departing_.end(), [&](const PositionRun& run) {
           return run.first <= entry.position && entry.position < run.end();
         });
}

// A chunk of those of its messages that still live.
void QueuePages::write_copy(Held& held, const Chunk& chunk) {
  ChunkBuilder builder;
  ChunkEntry entry;
  for (ChunkReader reader = chunk.read(); reader.next(entry);) {
    if (!lives(held, entry)) continue;
    builder.add(entry.position, entry.persistent, facts_of(held, entry), {}, entry.payload,
                entry.left_out);
  }
  if (builder.empty()) return;
  held.move = Move::kWriting;
  held.copied = builder.count();
  disk_.write(held.number,
              std::make_shared<const Chunk>(builder.finish(id_, chunk.header().stream)));
}

// When it could not be written it stays where it is; the file is offered again.
void QueuePages::take_new_place(Held& held, const StorageResult<ChunkRef>& place) {
  held.move = Move::kNone;
  if (!place) return;
  held.old_place = std::exchange(held.place, LiveChunk(*place));
  // Those that left since the copy was made are still counted in it.
  held.count = held.copied;
  shrink(find(held.number), 0);
}

// ---- copies of what is in memory ----

// Fills chunks with what no chunk has, never across one that there is.
class QueuePages::Storing {
 public:
  explicit Storing(QueuePages& pages) : pages_(pages), departing_(pages.departing_) {
    std::sort(departing_.begin(), departing_.end(),
              [](const PositionRun& a, const PositionRun& b) { return a.first > b.first; });
  }

  void take(const ResidentMessage& each) {
    const auto next = pages_.at_or_behind(each.position) - pages_.chunks_.begin();
    const bool cut = passes_departing(each.position);
    if (cut || next != next_ || !has_room_for(each)) finish();
    next_ = pages_.at_or_behind(each.position) - pages_.chunks_.begin();
    for (const ResidentMessage& one : between_) add(one, true);
    forget_between();
    add(each, false);
  }

  // Is not to be stored, but goes along when it stands between others: a chunk is paged out as a
  // whole.
  void pass(const ResidentMessage& each) {
    if (builder_.empty()) return;
    if (!has_room_for(each)) return finish();
    bytes_between_ += bytes_of(each);
    between_.push_back(each);
  }

  void finish() {
    forget_between();
    if (builder_.empty()) return;
    pages_.add(builder_.finish(pages_.id_, SegmentStream::kDurable));
    for (QueuePosition position : positions_) pages_.lane_.mark_stored(position);
    positions_.clear();
  }

 private:
  static std::size_t bytes_of(const ResidentMessage& each) {
    const StoredMessage stored(*each.message);
    return stored.prefix().size() + stored.data().size();
  }
  bool has_room_for(const ResidentMessage& each) const {
    return builder_.empty() || (builder_.has_room_for(bytes_between_ + bytes_of(each)) &&
                                builder_.count() + between_.size() < kChunkTargetMessages);
  }
  void add(const ResidentMessage& each, bool left_out) {
    const StoredMessage stored(*each.message);
    builder_.add(each.position, each.message->persistent(), each.facts, stored.prefix(),
                 stored.data(), left_out);
    positions_.push_back(each.position);
  }
  void forget_between() {
    between_.clear();
    bytes_between_ = 0;
  }
  // A hole in a chunk says that its message has left. This one may come back.
  bool passes_departing(QueuePosition position) {
    const std::size_t before = departing_.size();
    while (!departing_.empty() && departing_.back().first < position) departing_.pop_back();
    return departing_.size() != before;
  }

  QueuePages& pages_;
  std::vector<PositionRun> departing_;  // still ahead, the first one last
  ChunkBuilder builder_;
  std::ptrdiff_t next_ = 0;  // index of the chunk behind what is in the builder
  std::vector<QueuePosition> positions_;
  std::vector<ResidentMessage> between_;
  std::size_t bytes_between_ = 0;
};

void QueuePages::store(QueuePosition end) {
  Storing storing(*this);
  lane_.visit(0, [&](const ResidentMessage& each) {
    if (each.position >= std::min(end, keep_from_)) return false;
    if (each.stored) return true;
    each.tracked ? storing.take(each) : storing.pass(each);
    return true;
  });
  storing.finish();
}

bool QueuePages::stores(QueuePosition end) {
  for (const Held& held : chunks_) {
    if (!held.place.ref() && held.positions.first < end) return false;
  }
  bool all = true;
  lane_.visit(0, [&](const ResidentMessage& each) {
    if (each.position >= end) return false;
    all = !each.tracked || each.stored;
    return all;
  });
  return all;
}

std::vector<PositionRange> QueuePages::live_positions() {
  std::vector<PositionRange> ranges = positions_held();
  if (departing_.empty()) return ranges;
  for (const PositionRun& run : departing_) ranges.push_back({run.first, run.end() - 1});
  std::sort(ranges.begin(), ranges.end(),
            [](const PositionRange& a, const PositionRange& b) { return a.first < b.first; });
  return ranges;
}

// Those that are in the queue.
std::vector<PositionRange> QueuePages::positions_held() {
  std::vector<PositionRange> ranges;
  auto add = [&ranges](PositionRange range) {
    if (!ranges.empty() && ranges.back().last + 1 == range.first) {
      ranges.back().last = range.last;
    } else {
      ranges.push_back(range);
    }
  };
  auto add_paged = [&add](const Held& held) {
    if (held.lives.empty()) return add({*held.paged_from, held.positions.last});
    for (const PositionRange& range : held.lives) {
      if (range.last >= *held.paged_from)
        add({std::max(range.first, *held.paged_from), range.last});
    }
  };
  auto paged = chunks_.begin();
  auto add_paged_before = [&](QueuePosition position) {
    for (; paged != chunks_.end(); ++paged) {
      if (!paged->paged_from) continue;
      if (*paged->paged_from >= position) return;
      add_paged(*paged);
    }
  };
  lane_.visit(0, [&](const ResidentMessage& each) {
    if (!each.tracked && !each.stored) return true;
    add_paged_before(each.position);
    add({each.position, each.position});
    return true;
  });
  add_paged_before(UINT64_MAX);
  return ranges;
}

std::optional<ChunkView> QueuePages::view(const PagedRange& range) {
  const Held& held = *at_or_behind(range.first);
  if (held.corrupt) return std::nullopt;
  return ChunkView{.bytes = held.bytes,
                   .place = held.place.ref(),
                   .positions = {range.first, range.last},
                   .restored = held.restored,
                   .lives = held.lives,
                   .counts = held.counts,
                   .delivered = delivered_};
}

QueueSpace QueuePages::space(QueueId queue) const {
  SpaceTally tally;
  for (const Held& held : chunks_) {
    tally.add(held.place);
    tally.add(held.old_place);
  }
  return tally.total(queue, chunks_.size());
}

bool QueuePages::has_gaps() {
  std::erase_if(left_behind_, [](const auto& file) { return file.expired(); });
  return !left_behind_.empty() || std::any_of(chunks_.begin(), chunks_.end(), [](const Held& held) {
    // What left before it moved is still in the old place.
    return held.live != held.count || !held.lives.empty() || held.old_place.ref();
  });
}

std::vector<CountedRange> QueuePages::counts() {
  std::vector<CountedRange> all;
  for (const Held& held : chunks_) {
    if (held.paged_from) all.insert(all.end(), held.counts.begin(), held.counts.end());
  }
  bool follows = false;
  lane_.visit(0, [&](const ResidentMessage& each) {
    const DeliveryCounts counts = each.facts.counts;
    if (!each.tracked || !each.stored || counts == DeliveryCounts{}) return true;
    follows =
        follows && all.back().positions.last + 1 == each.position && all.back().counts == counts;
    if (follows) {
      ++all.back().positions.last;
    } else {
      all.push_back({{each.position, each.position}, counts});
    }
    follows = true;
    return true;
  });
  return all;
}

void QueuePages::restore(RecoveredChunk chunk, QueuePosition delivered) {
  delivered_ = delivered;
  Held held;
  held.number = ChunkNumber{++last_number_};
  held.positions = chunk.positions;
  held.count = chunk.written;
  held.live = held.paged_count = chunk.count;
  held.place = LiveChunk(std::move(chunk.place));
  held.lives = std::move(chunk.lives);
  held.counts = std::move(chunk.counts);
  held.paged_from = held.positions.first;
  held.restored = true;
  const std::uint64_t bytes = std::uint64_t{held.place.ref().length} * chunk.count / chunk.written;
  lane_.restore_paged({held.positions.first, held.positions.last, chunk.count, bytes, chunk.count});
  chunks_.push_back(std::move(held));
  shrink(std::prev(chunks_.end()), 0);
}

void QueuePages::restore_left_behind(const std::shared_ptr<SegmentFile>& file) {
  left_behind_.push_back(file);
}

}  // namespace coney
