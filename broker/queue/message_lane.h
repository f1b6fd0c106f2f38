#pragma once
// The messages of a queue that have one priority, in their order; most queues have one lane. What
// is ready, what is unacknowledged, what is paged out. It decides nothing: QueueCore takes messages
// out and gives them back. Runs on the queue's shard only.
//
// Ready messages may be paged out: the lane then knows their positions and sizes only, whoever
// paged them out keeps them and puts them back in time (message_lane_paging.cc). Nothing can be
// taken in front of the first message that is paged out.

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <queue>
#include <vector>

#include "broker/message/message.h"
#include "broker/queue/arrival_times.h"
#include "broker/queue/sparse_window.h"
#include "persistence/message_facts.h"
#include "persistence/stored_ids.h"

namespace coney {

// Consecutive positions.
struct PositionRun {
  QueuePosition first = 0;
  std::uint64_t count = 0;
  QueuePosition end() const { return first + count; }
  bool operator==(const PositionRun&) const = default;
};

// Ready messages that are paged out together: all that live in [first, last].
struct PagedRange {
  QueuePosition first = 0, last = 0;
  std::uint64_t count = 0;
  std::uint64_t body_bytes = 0;
  std::uint64_t tracked = 0;
};

// A message as the lane holds it. Views live until the next call that changes the lane.
struct ResidentMessage {
  QueuePosition position = 0;
  const MessageRef& message;
  MessageFacts facts;
  bool ready = false;
  bool tracked = false;  // its departure is recorded
  bool stored = false;   // a segment has it
};

// A ready message, as who has looked at it knows it.
struct ReadyMessage {
  QueuePosition position = 0;
  std::uint64_t body_bytes = 0;
  bool persistent = false;
  bool operator==(const ReadyMessage&) const = default;
};

class LaneOwner {
 public:
  virtual ~LaneOwner() = default;
  // Messages are back in memory: what waited for them can be delivered.
  virtual void lane_has_more() = 0;
};

class MessageLane {
 public:
  enum class State : std::uint8_t { kAbsent, kFresh, kReturned, kUnacked };
  // Where a message that was given back stands: at its old place (classic queue), or behind those
  // that were given back before it (quorum queue). Always in front of what was never delivered.
  enum class ReturnOrder : std::uint8_t { kOldPlace, kAsReturned };

  // Counts stop growing at 65,535.
  class Entry {
   public:
    Entry() = default;
    Entry(MessageRef content, const MessageFacts& facts, bool is_tracked)
        : message(std::move(content)),
          time_low_(static_cast<std::uint32_t>(facts.time)),
          time_high_(static_cast<std::uint16_t>(facts.time >> 32)),
          state_(State::kFresh),
          flags_(static_cast<std::uint8_t>((is_tracked ? kTracked : 0) |
                                           (facts.redelivered ? kRedelivered : 0))) {
      set_counts(facts.counts);
    }

    bool present() const { return state() != State::kAbsent; }
    State state() const { return state_; }
    void set_state(State state) { state_ = state; }
    std::uint64_t time() const { return std::uint64_t{time_high_} << 32 | time_low_; }
    bool redelivered() const { return (flags_ & kRedelivered) != 0; }
    void set_redelivered() { flags_ |= kRedelivered; }
    bool tracked() const { return (flags_ & kTracked) != 0; }
    bool stored() const { return (flags_ & kStored) != 0; }
    void set_stored() { flags_ |= kStored; }
    bool on_disk() const { return (flags_ & (kTracked | kStored)) != 0; }
    DeliveryCounts counts() const { return {returned_, acquired_}; }
    void set_counts(DeliveryCounts counts) {
      returned_ = static_cast<std::uint16_t>(std::min(counts.returned, kMostCounted));
      acquired_ = static_cast<std::uint16_t>(std::min(counts.acquired, kMostCounted));
    }
    MessageFacts facts() const { return {time(), counts(), redelivered()}; }

    MessageRef message;
    std::uint32_t holder = 0;  // who has it while unacked; its meaning is the core's

   private:
    static constexpr std::uint32_t kMostCounted = 0xFFFF;
    static constexpr std::uint8_t kRedelivered = 1, kTracked = 2, kStored = 4;

    // 24 bytes in all: most memory of a queue of small messages in flight.
    std::uint32_t time_low_ = 0;
    std::uint16_t time_high_ = 0;
    std::uint16_t returned_ = 0, acquired_ = 0;
    State state_ = State::kAbsent;
    std::uint8_t flags_ = 0;
  };
  static_assert(sizeof(Entry) == 24);

  explicit MessageLane(LaneOwner& owner, ReturnOrder order = ReturnOrder::kOldPlace)
      : owner_(owner), order_(order) {}
  MessageLane(const MessageLane&) = delete;
  MessageLane& operator=(const MessageLane&) = delete;

  std::uint64_t ready_count() const { return fresh_ + returned_.size(); }
  std::uint64_t unacked_count() const { return messages_.size() + paged_count_ - ready_count(); }
  std::uint64_t ready_bytes() const { return ready_bytes_; }
  // Of the messages that are held: hold() and let_go().
  std::uint64_t held_bytes() const { return held_bytes_; }
  std::uint64_t tracked_count() const { return tracked_ + paged_tracked_; }
  std::uint64_t paged_count() const { return paged_count_; }
  std::uint64_t paged_bytes() const { return paged_bytes_; }
  // Some message has a time.
  bool is_timed() const { return timed_; }

  // A tracked message is one that the disk has as well: see departures().
  QueuePosition append(MessageRef message, bool tracked, const MessageFacts& facts);
  // Something is ready, and the next of it is in memory.
  bool has_next();
  // REQUIRES for both: has_next() has said so, and nothing has changed since.
  QueuePosition peek() const { return returned_.empty() ? next_fresh_ : returned_.top().position; }
  // Takes the next one out of the ready messages; the caller decides what becomes of the entry.
  Entry& take(QueuePosition& position);
  // Something is ready, but the next of it is paged out.
  bool is_stalled() { return ready_count() != 0 && !has_next(); }
  // The entry at a position; null when it is not in memory.
  Entry* find(QueuePosition position) { return messages_.find(position); }
  // What was taken is unacked, and somebody's.
  void hold(Entry& entry, std::uint32_t holder) {
    entry.set_state(State::kUnacked);
    entry.holder = holder;
    held_bytes_ += entry.message->body().size();
  }
  void let_go(const Entry& entry) { held_bytes_ -= entry.message->body().size(); }
  // An unacked message is ready again.
  void give_back(QueuePosition position, Entry& entry);
  // The message has left the queue.
  void erase(QueuePosition position, const Entry& entry);
  // Gives back memory that an idle lane does not need.
  void compact();

  // ---- looking at it: message_lane_look.cc ----

  // What was just appended came in this tick. To be called for the first of a tick at least.
  void note_arrival(QueuePosition position, ArrivalTimes::Tick tick) {
    if (arrivals_.has(tick)) [[likely]]
      return;
    arrivals_.note(position, tick, messages_.size() + paged_count_ <= 1);
  }
  const ArrivalTimes& arrivals() const { return arrivals_; }
  // The first message in memory at `position` or behind it; end(): none.
  QueuePosition next_resident(QueuePosition position) const { return messages_.next(position); }
  // The last one in [lowest, position).
  std::optional<QueuePosition> previous_resident(QueuePosition position,
                                                 QueuePosition lowest) const {
    return messages_.previous(position, lowest);
  }
  // What is paged out and ends at `position` or behind it, or begins in front of it. Null: nothing.
  const PagedRange* paged_at_or_behind(QueuePosition position) const;
  const PagedRange* paged_before(QueuePosition position) const;
  // Takes those of these (ascending) out that are ready and in memory, and says how many they were.
  std::uint64_t remove_ready(const std::vector<ReadyMessage>& messages);
  // Takes one out of what is paged out; who has paged it out must not put it back. True when what
  // stands behind it may be next now: paged_removed() follows. REQUIRES: it lives in a paged range.
  bool remove_paged(const ReadyMessage& message);
  void paged_removed();

  // ---- the disk: message_lane_paging.cc ----

  // Tracked or stored messages that have left the queue; the caller empties it.
  std::vector<PositionRun>& departures() { return departures_; }
  // Where the next message will stand; in front of it nothing was delivered for the first time.
  QueuePosition end() const { return messages_.end(); }
  QueuePosition next_fresh() const { return next_fresh_; }
  // Memory of the ready messages that were not delivered yet and are not paged out.
  std::uint64_t resident_bytes() const { return resident_bytes_; }
  std::uint64_t resident_count() const { return fresh_ - paged_count_; }
  bool is_paged() const { return !paged_.empty(); }
  const PagedRange& last_paged() const { return paged_.back(); }
  const PagedRange& first_paged() const { return paged_.front(); }  // REQUIRES: is_paged()

  // The first of the messages that will be needed last: what stands behind everything that is paged
  // out, or behind the first `keep` bytes, and never the very next one: a queue whose messages are
  // larger than `keep` would stand still. nullopt: there is none.
  std::optional<QueuePosition> first_to_page_out(std::uint64_t keep);
  // Calls visit(ResidentMessage) -> bool for what is in memory, from `from` on, until it says
  // false.
  template <typename Visit>
  void visit(QueuePosition from, Visit&& visit);
  void mark_stored(QueuePosition position);
  // It is in memory, and in a segment.
  bool has_stored(QueuePosition position);
  // Drops the ready messages in [first, last] from memory; they count as before. REQUIRES: all that
  // live there are ready, never delivered, and behind what is paged out.
  void page_out(QueuePosition first, QueuePosition last);
  // Puts messages back; `paged_in` ends it: every message of the first paged range is back or has
  // left. Messages that have been dropped meanwhile must not be put back.
  void put_back(QueuePosition position, MessageRef message, const MessageFacts& facts, bool tracked,
                bool stored);
  void paged_in();
  // The first paged range is not wanted: its messages depart. REQUIRES: is_paged().
  void drop_first_paged();
  // It cannot be had any more: the same, and what stands behind it can be delivered.
  void give_up_first_paged() {
    drop_first_paged();
    owner_.lane_has_more();
  }

  // What a restart brings: REQUIRES: nothing was published yet. First the bounds of all positions,
  // then ranges (ascending) and messages (by put_back) in any order.
  void restore(QueuePosition begin, QueuePosition end);
  void restore_paged(const PagedRange& range);
  void restored();

 private:
  // Ready again; the lowest place comes first.
  struct Returned {
    std::uint64_t place = 0;
    QueuePosition position = 0;
    bool operator>(const Returned& other) const { return place > other.place; }
  };
  void departed(QueuePosition position);
  void keep_places();
  void add_paged(const PagedRange& range);
  PagedRange take_first_paged();

  LaneOwner& owner_;
  const ReturnOrder order_;
  SparseWindow<Entry> messages_;
  QueuePosition next_fresh_ = 0;  // never delivered from here on
  std::uint64_t fresh_ = 0;       // never delivered, paged out ones included
  std::uint64_t ready_bytes_ = 0;
  std::uint64_t resident_bytes_ = 0;
  std::uint64_t held_bytes_ = 0;
  std::uint64_t tracked_ = 0;  // in memory
  bool timed_ = false;
  std::deque<PagedRange> paged_;  // ascending
  std::uint64_t paged_count_ = 0, paged_bytes_ = 0, paged_tracked_ = 0;
  std::vector<PositionRun> departures_;
  std::priority_queue<Returned, std::vector<Returned>, std::greater<>> returned_;
  std::uint64_t returns_ = 0;  // so far
  ArrivalTimes arrivals_;
};

// What every message goes through stands here, so that it becomes part of the core's loops.

inline QueuePosition MessageLane::append(MessageRef message, bool tracked,
                                         const MessageFacts& facts) {
  ready_bytes_ += message->body().size();
  resident_bytes_ += message->size();
  timed_ = timed_ || facts.time != 0;
  tracked_ += tracked ? 1 : 0;
  ++fresh_;
  return messages_.push_back(Entry(std::move(message), facts, tracked));
}

inline bool MessageLane::has_next() {
  if (!returned_.empty()) return true;
  if (fresh_ == 0) return false;
  const QueuePosition limit = paged_.empty() ? messages_.end() : paged_.front().first;
  if (next_fresh_ < limit) next_fresh_ = std::min(messages_.next(next_fresh_), limit);
  return next_fresh_ < limit;
}

inline MessageLane::Entry& MessageLane::take(QueuePosition& position) {
  position = peek();
  Entry& entry = *messages_.find(position);
  if (!returned_.empty()) {
    returned_.pop();
  } else {
    ++next_fresh_;
    --fresh_;
    resident_bytes_ -= entry.message->size();
  }
  ready_bytes_ -= entry.message->body().size();
  return entry;
}

inline void MessageLane::give_back(QueuePosition position, Entry& entry) {
  entry.set_state(State::kReturned);
  ready_bytes_ += entry.message->body().size();
  returned_.push({order_ == ReturnOrder::kOldPlace ? position : ++returns_, position});
}

inline void MessageLane::departed(QueuePosition position) {
  if (!departures_.empty() && departures_.back().end() == position) {
    ++departures_.back().count;
  } else {
    departures_.push_back({position, 1});
  }
}

inline void MessageLane::erase(QueuePosition position, const Entry& entry) {
  if (entry.on_disk()) {
    departed(position);
    tracked_ -= entry.tracked() ? 1 : 0;
  }
  messages_.erase(position);
}

template <typename Visit>
void MessageLane::visit(QueuePosition from, Visit&& visit) {
  for (auto at = messages_.next(from); at != messages_.end(); at = messages_.next(at + 1)) {
    const Entry& entry = *messages_.find(at);
    if (!visit(ResidentMessage{at, entry.message, entry.facts(), entry.state() != State::kUnacked,
                               entry.tracked(), entry.stored()})) {
      return;
    }
  }
}

}  // namespace coney
