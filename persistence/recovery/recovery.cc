#include "persistence/recovery/recovery.h"

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_set>
#include <utility>

#include "persistence/recovery/position_set.h"
#include "persistence/segments/chunk.h"

namespace coney {
namespace {

// A queue while the log is being read.
struct Building {
  std::vector<StoredChunk> chunks;      // as they were found; by first position once sorted
  std::vector<StoredChunk> unreadable;  // copies of which there are others
  std::map<QueuePosition, RecoveredMessage> messages;
  PositionSet gone;
  PositionSet passed_over;  // what a chunk with holes may have, and may have let go
  PositionCounts counts;
  QueuePosition end = 0;  // behind every position that was seen

  void seen(QueuePosition position) { end = std::max(end, position + 1); }

  // The one that has this position between its first and last, or null. REQUIRES: the chunks are
  // sorted.
  const StoredChunk* chunk_around(QueuePosition position) const {
    auto at = std::upper_bound(chunks.begin(), chunks.end(), position,
                               [](QueuePosition wanted, const StoredChunk& chunk) {
                                 return wanted < chunk.positions.first;
                               });
    if (at == chunks.begin() || std::prev(at)->positions.last < position) return nullptr;
    return &*std::prev(at);
  }
};

using Queues = std::unordered_map<StoredQueueId, Building>;

// A lane of a known queue is known; null: the queue was deleted.
Building* find_known(Queues& queues, StoredQueueId id) {
  const auto at = queues.find(id);
  if (at != queues.end()) return &at->second;
  return queues.contains(stored_queue(id)) ? &queues[id] : nullptr;
}

class LogMerge final : public LogVisitor {
 public:
  LogMerge(Queues& queues, StoredQueueId& last) : queues_(queues), last_(last) {}

  void publish(StoredQueueId queue, QueuePosition position, const MessageFacts& facts,
               std::string_view prefix, std::string_view data) override {
    Building* to = find(queue);
    if (to && is_needed(*to, position, facts)) put(*to, position, facts, join(prefix, data));
  }

  void body(BodyId id, std::string_view prefix, std::string_view data) override {
    bodies_[id] = join(prefix, data);
  }

  void enqueue(StoredQueueId queue, QueuePosition position, const MessageFacts& facts,
               BodyId body) override {
    Building* to = find(queue);
    if (!to || !is_needed(*to, position, facts)) return;
    const auto at = bodies_.find(body);
    if (at == bodies_.end()) return;  // in a block that is damaged
    put(*to, position, facts, at->second);
  }

  void settle(StoredQueueId queue, PositionRange range) override {
    Building* of = find(queue);
    if (!of) return;
    of->seen(range.last);
    of->messages.erase(of->messages.lower_bound(range.first), of->messages.upper_bound(range.last));
    of->gone.add(range);
    of->counts.remove(range);
  }

  void returned(StoredQueueId queue, PositionRange range, DeliveryCounts counts) override {
    Building* of = find(queue);
    if (!of) return;
    of->seen(range.last);
    of->counts.raise(range, counts);
  }

  // Messages had no counts in chunks then, so that what is here is all of it.
  void returned_once(StoredQueueId queue, PositionRange range) override {
    Building* of = find(queue);
    if (!of) return;
    of->seen(range.last);
    of->counts.add_one(range);
  }

  void queue_state(StoredQueueId queue, QueuePosition next_position,
                   std::span<const PositionRange> live) override {
    Building* of = find(queue);
    if (!of || next_position == 0) return;
    of->seen(next_position - 1);
    PositionSet lives;
    for (const PositionRange& range : live) lives.add(range);
    for (const PositionRange& range : lives.missing({0, next_position - 1})) {
      settle(queue, range);
    }
  }

 private:
  using Payload = std::shared_ptr<const std::string>;

  Building* find(StoredQueueId queue) {
    last_ = std::max(last_, stored_queue(queue));
    return find_known(queues_, queue);
  }

  static Payload join(std::string_view prefix, std::string_view data) {
    std::string bytes;
    bytes.reserve(prefix.size() + data.size());
    bytes.append(prefix).append(data);
    return std::make_shared<const std::string>(std::move(bytes));
  }

  static bool has_holes(const StoredChunk& chunk) {
    return chunk.positions.last - chunk.positions.first >= chunk.count;
  }

  static void put(Building& to, QueuePosition position, const MessageFacts& facts,
                  Payload payload) {
    to.messages[position] = {position, facts, std::move(payload)};
  }

  // What is not in a chunk that covers its position had left the queue when that was written. What
  // a transaction publishes counts from its commit on and may have been settled in front of that.
  static bool is_needed(Building& of, QueuePosition position, const MessageFacts& facts) {
    of.seen(position);
    if (of.gone.contains(position)) return false;
    if (facts.counts != DeliveryCounts{}) of.counts.raise({position, position}, facts.counts);
    const StoredChunk* chunk = of.chunk_around(position);
    if (chunk && has_holes(*chunk)) of.passed_over.add({position, position});
    return !chunk;
  }

  Queues& queues_;
  StoredQueueId& last_;
  std::unordered_map<BodyId, Payload> bodies_;
};

class Recovering {
 public:
  Recovering(FileSystem& files, const DataDirectoryPaths& paths, bool repair)
      : files_(files), paths_(paths), repair_(repair) {}

  StorageResult<Recovery> run(std::span<const StoredQueueId> known, const DeliveryMap* marks) {
    SegmentScanOptions options;
    options.repair = repair_;
    auto scan = scan_segments(files_, paths_, options);
    if (!scan) return scan.error();
    recovery_.segments = std::move(*scan);
    for (StoredQueueId queue : known) queues_[queue];
    if (marks) {
      for (StoredQueueId lane : marks->queues()) find_known(queues_, lane);
    }
    sort_chunks();
    if (auto done = read(); !done) return done.error();
    for (auto& [id, building] : queues_) {
      recovery_.queues.emplace(id, finish(id, building, marks));
    }
    return std::move(recovery_);
  }

 private:
  static bool starts_first(const StoredChunk& a, const StoredChunk& b) {
    return a.positions.first < b.positions.first;
  }

  void sort_chunks() {
    std::unordered_set<StoredQueueId> unknown;
    for (const StoredChunk& chunk : recovery_.segments.chunks) {
      recovery_.last_queue = std::max(recovery_.last_queue, stored_queue(chunk.queue));
      if (Building* of = find_known(queues_, chunk.queue)) {
        of->chunks.push_back(chunk);
        of->seen(chunk.positions.last);
      } else {
        unknown.insert(chunk.queue);
        LiveChunk(chunk.ref).release_rest();
      }
    }
    recovery_.unknown_queues = unknown.size();
    for (auto& [id, building] : queues_) {
      std::stable_sort(building.chunks.begin(), building.chunks.end(), starts_first);
      drop_unreadable_copies(building);
    }
  }

  // Of chunks that overlap (copies that a crash has left) those that cannot be read would only hide
  // the others, and no two may be left that do.
  void drop_unreadable_copies(Building& building) {
    std::vector<StoredChunk> good, bad;
    QueuePosition end = 0;  // behind all chunks so far
    for (std::size_t i = 0; i != building.chunks.size(); ++i) {
      const StoredChunk& chunk = building.chunks[i];
      const bool overlaps = chunk.positions.first < end ||
                            (i + 1 != building.chunks.size() &&
                             building.chunks[i + 1].positions.first <= chunk.positions.last);
      (overlaps && !read_chunk(chunk.ref) ? bad : good).push_back(chunk);
      end = std::max(end, chunk.positions.last + 1);
    }
    if (bad.empty()) return;
    for (const StoredChunk& chunk : bad) {
      const bool alone = std::none_of(good.begin(), good.end(), [&](const StoredChunk& other) {
        return other.positions.first <= chunk.positions.last &&
               chunk.positions.first <= other.positions.last;
      });
      (alone ? good : building.unreadable).push_back(chunk);
    }
    std::stable_sort(good.begin(), good.end(), starts_first);
    building.chunks = std::move(good);
  }

  StorageResult<void> read() {
    LogMerge merge(queues_, recovery_.last_queue);
    std::optional<std::filesystem::path> quarantine;
    if (repair_) quarantine = paths_.quarantine_path();
    auto report = read_log(files_, paths_.wal_path(), quarantine, merge);
    if (!report) return report.error();
    recovery_.log = std::move(*report);
    return {};
  }

  RecoveredQueue finish(StoredQueueId id, Building& building, const DeliveryMap* marks) {
    RecoveredQueue queue;
    PositionSet covered;
    for (const StoredChunk& stored : building.chunks) {
      take_chunk(stored, building, covered, queue);
    }
    for (const StoredChunk& stored : building.unreadable) leave_behind(stored, queue);
    for (auto& [position, message] : building.messages) {
      if (!covered.contains(position)) queue.messages.push_back(std::move(message));
    }
    count_messages(building, queue);
    find_unsaid(building, queue);
    const auto mark = marks ? marks->find(id) : std::optional<QueuePosition>(0);
    queue.next_position = std::max(building.end, mark.value_or(0));
    queue.delivered = mark.value_or(queue.next_position);
    return queue;
  }

  static void count_messages(const Building& building, RecoveredQueue& queue) {
    if (building.counts.empty()) return;
    for (RecoveredChunk& chunk : queue.chunks) chunk.counts = building.counts.in(chunk.positions);
    for (RecoveredMessage& message : queue.messages) {
      const auto found = building.counts.in({message.position, message.position});
      if (found.empty()) continue;
      message.facts.counts = message.facts.counts.highest(found.front().counts);
      message.facts.redelivered = true;
    }
  }

  // A chunk of which all lives is not read. One of which only a part does, or that overlaps with
  // another (a copy that a crash has left), is read to know exactly what is in it.
  void take_chunk(const StoredChunk& stored, Building& building, PositionSet& covered,
                  RecoveredQueue& queue) {
    const bool copy = covered.intersects(stored.positions);
    const bool touched = building.gone.intersects(stored.positions);
    RecoveredChunk chunk{
        stored.ref, stored.positions, stored.count - stored.left_out, stored.count, {}};
    if (chunk.count == 0 || (touched && building.gone.missing(stored.positions).empty())) {
      return leave_behind(stored, queue);
    }
    std::vector<QueuePosition> positions;
    // A chunk that cannot be read is left as it is: what is wrong is said when it is needed.
    if ((copy || touched) && read_positions(stored.ref, positions)) {
      chunk.count = 0;
      for (QueuePosition position : positions) {
        if (building.gone.contains(position) || (copy && covered.contains(position))) continue;
        ++chunk.count;
        add(chunk.lives, position);
      }
      if (chunk.count == 0) return leave_behind(stored, queue);
      if (copy && is_between(queue, chunk.lives)) {
        // Its rest stands between what others have: as if it were in the log.
        take_as_messages(stored, chunk.lives, building);
        return leave_behind(stored, queue);
      }
      chunk.positions = {chunk.lives.front().first, chunk.lives.back().last};
      if (chunk.count == stored.count - stored.left_out) chunk.lives.clear();
    }
    for (const PositionRange& range :
         chunk.lives.empty() ? std::vector{chunk.positions} : chunk.lives) {
      covered.add(range);
    }
    queue.chunks.push_back(std::move(chunk));
  }

  // What was passed over because of a chunk, and is in none of those that are left.
  void find_unsaid(const Building& building, RecoveredQueue& queue) {
    const auto passed_over = building.passed_over.all();
    if (passed_over.empty()) return;
    PositionSet known = building.gone;
    for (const RecoveredChunk& chunk : queue.chunks) {
      if (building.passed_over.intersects(chunk.positions)) add_positions(chunk, known);
    }
    for (const PositionRange& range : passed_over) {
      const auto missing = known.missing(range);
      queue.unsaid.insert(queue.unsaid.end(), missing.begin(), missing.end());
    }
  }

  void add_positions(const RecoveredChunk& chunk, PositionSet& to) {
    std::vector<QueuePosition> positions;
    if (!chunk.lives.empty()) {
      for (const PositionRange& range : chunk.lives) to.add(range);
    } else if (read_positions(chunk.place, positions)) {
      for (QueuePosition position : positions) to.add({position, position});
    } else {
      to.add(chunk.positions);
    }
  }

  static void leave_behind(const StoredChunk& stored, RecoveredQueue& queue) {
    LiveChunk(stored.ref).release_rest();
    auto& files = queue.left_behind;
    if (files.empty() || files.back() != stored.ref.file) files.push_back(stored.ref.file);
  }

  static void add(std::vector<PositionRange>& ranges, QueuePosition position) {
    if (!ranges.empty() && ranges.back().last + 1 == position) {
      ++ranges.back().last;
    } else {
      ranges.push_back({position, position});
    }
  }

  // Chunks come by first position: whatever does not lie behind the last one is between.
  static bool is_between(const RecoveredQueue& queue, const std::vector<PositionRange>& lives) {
    return !queue.chunks.empty() && lives.front().first <= queue.chunks.back().positions.last;
  }

  void take_as_messages(const StoredChunk& stored, const std::vector<PositionRange>& lives,
                        Building& building) {
    PositionSet wanted;
    for (const PositionRange& range : lives) wanted.add(range);
    if (auto chunk = read_chunk(stored.ref)) {
      ChunkEntry entry;
      for (ChunkReader reader = chunk->read(); reader.next(entry);) {
        if (entry.left_out || !wanted.contains(entry.position)) continue;
        building.messages[entry.position] = {entry.position, entry.facts,
                                             std::make_shared<const std::string>(entry.payload)};
      }
    }
  }

  std::optional<Chunk> read_chunk(const ChunkRef& ref) {
    auto file = files_.open(ref.file->path(), OpenMode::kRead);
    if (!file) return std::nullopt;
    ByteBuffer bytes(ref.length);
    auto read = (*file)->read_at(ref.offset, bytes.span());
    if (!read || *read != ref.length) return std::nullopt;
    auto chunk = Chunk::parse(std::move(bytes));
    if (!chunk) return std::nullopt;
    return std::move(*chunk);
  }

  bool read_positions(const ChunkRef& ref, std::vector<QueuePosition>& positions) {
    auto chunk = read_chunk(ref);
    if (!chunk) return false;
    ChunkEntry entry;
    for (ChunkReader reader = chunk->read(); reader.next(entry);) {
      if (!entry.left_out) positions.push_back(entry.position);
    }
    return true;
  }

  FileSystem& files_;
  const DataDirectoryPaths& paths_;
  const bool repair_;
  Queues queues_;
  Recovery recovery_;
};

}  // namespace

std::uint64_t RecoveredQueue::count() const {
  std::uint64_t count = messages.size();
  for (const RecoveredChunk& chunk : chunks) count += chunk.count;
  return count;
}

StorageResult<Recovery> recover(FileSystem& files, const DataDirectoryPaths& paths,
                                std::span<const StoredQueueId> known, const DeliveryMap* marks,
                                bool repair) {
  return Recovering(files, paths, repair).run(known, marks);
}

}  // namespace coney
