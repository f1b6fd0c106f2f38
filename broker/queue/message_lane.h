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
        : message(std::move(content)), time_(facts.time), tracked_(is_tracked) {
      set_counts(facts.counts);
      redelivered_ = facts.redelivered;
      set_state(State::kFresh);
    }

    bool present() const { return state() != State::kAbsent; }
    State state() const { return static_cast<State>(state_); }
    void set_state(State state) { state_ = static_cast<std::uint8_t>(state); }
    std::uint64_t time() const { return time_; }
    bool redelivered() const { return redelivered_; }
    void set_redelivered() { redelivered_ = true; }
    bool tracked() const { return tracked_; }
    bool stored() const { return stored_; }
    void set_stored() { stored_ = true; }
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

    std::uint16_t returned_ = 0, acquired_ = 0;
    std::uint64_t time_ : 48 = 0;
    std::uint64_t state_ : 2 = 0;
    std::uint64_t redelivered_ : 1 = 0;
    std::uint64_t tracked_ : 1 = 0;
    std::uint64_t stored_ : 1 = 0;
  };

  explicit MessageLane(LaneOwner& owner, ReturnOrder order = ReturnOrder::kOldPlace)
      : owner_(owner), order_(order) {}
  MessageLane(const MessageLane&) = delete;
  MessageLane& operator=(const MessageLane&) = delete;

  std::uint64_t ready_count() const { return fresh_ + returned_.size(); }
  std::uint64_t unacked_count() const { return messages_.size() + paged_count_ - ready_count(); }
  std::uint64_t ready_bytes() const { return ready_bytes_; }
  // Some message has a time.
  bool is_timed() const { return timed_; }

  // A tracked message is one that the disk has as well: see departures().
  QueuePosition append(MessageRef message, bool tracked, const MessageFacts& facts);
  // Something is ready, and the next of it is in memory.
  bool has_next();
  // Something is ready, but the next of it is paged out.
  bool is_stalled() { return ready_count() != 0 && !has_next(); }
  QueuePosition peek();  // REQUIRES: has_next()
  // The entry at a position; null when it is not in memory.
  Entry* find(QueuePosition position) { return messages_.find(position); }
  // Takes the next one out of the ready messages; the caller decides what becomes of the entry.
  // REQUIRES: has_next()
  Entry& take(QueuePosition& position);
  // An unacked message is ready again.
  void give_back(QueuePosition position, Entry& entry);
  // The message has left the queue.
  void erase(QueuePosition position, const Entry& entry);
  // Gives back memory that an idle lane does not need.
  void compact();

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
  // The first paged range cannot be had any more, or is not wanted: its messages depart. REQUIRES:
  // is_paged().
  void drop_first_paged();

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

  LaneOwner& owner_;
  const ReturnOrder order_;
  SparseWindow<Entry> messages_;
  QueuePosition next_fresh_ = 0;  // never delivered from here on
  std::uint64_t fresh_ = 0;       // never delivered, paged out ones included
  std::uint64_t ready_bytes_ = 0;
  std::uint64_t resident_bytes_ = 0;
  bool timed_ = false;
  std::deque<PagedRange> paged_;  // ascending
  std::uint64_t paged_count_ = 0;
  std::vector<PositionRun> departures_;
  std::priority_queue<Returned, std::vector<Returned>, std::greater<>> returned_;
  std::uint64_t returns_ = 0;  // so far
};

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
