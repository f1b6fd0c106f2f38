#pragma once
// What a queue is, without threads, clock or I/O: messages in order, the consumers that share them,
// what is unacknowledged. Every call returns after it has told the sink what to do; the same calls
// give the same effects. Runs on the queue's shard only.
//
// Order (RabbitMQ's classic queue): first in, first out; a requeued message goes back to its old
// place. Consumers of the highest x-priority that have room take turns, message by message.
//
// Ready messages may be paged out: the core then knows their positions and sizes only, whoever
// paged them out keeps them and puts them back in time (queue_core_paging.cc). Delivery stops in
// front of the first message that is paged out.

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <unordered_map>
#include <vector>

#include "broker/ids.h"
#include "broker/message/message.h"
#include "broker/queue/sparse_window.h"

namespace coney {

// Says whether a consumer's connection and channel can take more; see consumer_gate.h. The core
// only carries it along.
struct ConsumerGate;

struct ConsumerOptions {
  std::shared_ptr<ConsumerGate> gate;
  bool no_ack = false;
  bool exclusive = false;
  std::int32_t priority = 0;
  std::uint32_t prefetch = 0;  // unacknowledged messages at once; 0: no limit
};

// Carries out what the core decides. Called from inside the core's methods: it must not call back.
class QueueSink {
 public:
  virtual ~QueueSink() = default;
  // May `consumer` be sent `bytes` now? False pauses it until QueueCore::resume.
  virtual bool admit(const ConsumerOptions& consumer, std::size_t bytes) = 0;
  virtual void deliver(const ConsumerKey& key, const ConsumerOptions& consumer,
                       QueuePosition position, bool redelivered, MessageRef message) = 0;
};

struct QueueDelivery {
  MessageRef message;
  QueuePosition position = 0;
  bool redelivered = false;
  std::uint64_t ready_left = 0;
};

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

// A message as the core holds it. Views live until the next call that changes the core.
struct ResidentMessage {
  QueuePosition position = 0;
  const MessageRef& message;
  bool ready = false;
  bool redelivered = false;
  bool tracked = false;  // its departure is recorded
  bool stored = false;   // a segment has it
};

class QueueCore {
 public:
  explicit QueueCore(QueueSink& sink) : sink_(sink) {}
  QueueCore(const QueueCore&) = delete;
  QueueCore& operator=(const QueueCore&) = delete;

  std::uint64_t ready_count() const { return fresh_ + returned_.size(); }
  std::uint64_t unacked_count() const { return messages_.size() + paged_count_ - ready_count(); }
  std::uint64_t ready_bytes() const { return ready_bytes_; }
  std::uint32_t consumer_count() const { return consumer_count_; }
  bool has_exclusive_consumer() const { return exclusive_; }

  // A tracked message is one that the disk has as well: see departures().
  QueuePosition publish(MessageRef message, bool tracked = false);

  // REQUIRES: no consumer with this key. It gets nothing before the first resume(), so that its
  // channel can announce it first.
  void subscribe(const ConsumerKey& key, const ConsumerOptions& options);
  // The consumer gets nothing more; what it has not acknowledged stays with its channel.
  // False when there is no such consumer.
  bool cancel(const ConsumerKey& key);
  // The sink would admit the consumer again.
  void resume(const ConsumerKey& key);

  // basic.get. With `no_ack` the message leaves the queue. nullopt also when the next message is
  // paged out.
  std::optional<QueueDelivery> get(bool no_ack);

  // Settling of `count` consecutive positions; positions that are not unacked are passed over.
  void acknowledge(QueuePosition first, std::uint64_t count);
  // Back to their old places; `redelivered` is false for messages that no client has seen.
  void requeue(QueuePosition first, std::uint64_t count, bool redelivered);

  // Drops every ready message, returns how many.
  std::uint64_t purge();
  // The keys of all consumers, in no order.
  std::vector<ConsumerKey> consumers() const;
  // Gives back memory that an idle queue does not need.
  void compact();

  // ---- the disk: queue_core_paging.cc ----

  // Tracked or stored messages that have left the queue (settled, no-ack, purged); the caller
  // empties it.
  std::vector<PositionRun>& departures() { return departures_; }
  // Where the next message will stand; in front of it nothing was delivered for the first time.
  QueuePosition end() const { return messages_.end(); }
  QueuePosition next_fresh() const { return next_fresh_; }
  // Memory of the ready messages that were not delivered yet and are not paged out.
  std::uint64_t resident_bytes() const { return resident_bytes_; }
  std::uint64_t resident_count() const { return fresh_ - paged_count_; }
  bool is_paged() const { return !paged_.empty(); }
  const PagedRange& last_paged() const { return paged_.back(); }
  // Nothing can be delivered before the first paged range is back.
  bool is_stalled() { return ready_count() != 0 && !has_next(); }
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
  // left. Messages that purge() has dropped meanwhile must not be put back.
  void put_back(QueuePosition position, MessageRef message, bool redelivered, bool tracked,
                bool stored);
  void paged_in();
  // The first paged range cannot be had any more: its messages depart. REQUIRES: is_paged().
  void drop_first_paged();

  // What a restart brings: REQUIRES: nothing was published yet. First the bounds of all positions,
  // then ranges (ascending) and messages (by put_back) in any order.
  void restore(QueuePosition begin, QueuePosition end);
  void restore_paged(const PagedRange& range);
  void restored();

 private:
  enum class State : std::uint8_t { kAbsent, kFresh, kReturned, kUnacked };

  struct Entry {
    MessageRef message;
    std::uint32_t consumer = 0;  // index into consumers_ while unacked
    State state = State::kAbsent;
    bool redelivered = false;
    bool tracked = false;
    bool stored = false;
    bool present() const { return state != State::kAbsent; }
  };

  struct Consumer {
    ConsumerKey key;
    ConsumerOptions options;
    std::uint32_t unacked = 0;
    bool alive = true;    // false: cancelled, still has unacked messages
    bool paused = false;  // the sink refused it
    bool listed = false;  // stands in its level's turn list
    bool has_room() const {
      return options.no_ack || options.prefetch == 0 || unacked < options.prefetch;
    }
  };

  static constexpr std::uint32_t kNobody = 0xFFFFFFFF;

  // Consumers of one priority that may be sent something, in turn.
  struct Turns {
    std::vector<std::uint32_t> waiting;  // ring: [head, size)
    std::size_t head = 0;
    bool empty() const { return head == waiting.size(); }
    std::uint32_t front() const { return waiting[head]; }
    void pop();
    void push(std::uint32_t consumer) { waiting.push_back(consumer); }
    void rotate();
    void remove(std::uint32_t consumer);
  };

  void dispatch();
  bool has_next();
  void erase(QueuePosition position, const Entry& entry);
  void departed(QueuePosition position);
  void keep_places();
  Turns* next_turns();
  bool deliver_next(Turns& turns);
  Entry& take_next(QueuePosition& position);
  QueuePosition peek_next();
  void list(std::uint32_t index);
  void unlist(std::uint32_t index);
  std::uint32_t find_consumer(const ConsumerKey& key) const;
  void settled(std::uint32_t consumer);
  void release_consumer(std::uint32_t index);

  struct KeyHash {
    std::size_t operator()(const ConsumerKey& key) const;
  };

  QueueSink& sink_;
  SparseWindow<Entry> messages_;
  QueuePosition next_fresh_ = 0;  // never delivered from here on
  std::uint64_t fresh_ = 0;       // never delivered, paged out ones included
  std::uint64_t ready_bytes_ = 0;
  std::uint64_t resident_bytes_ = 0;
  std::deque<PagedRange> paged_;  // ascending
  std::uint64_t paged_count_ = 0;
  std::vector<PositionRun> departures_;
  std::priority_queue<QueuePosition, std::vector<QueuePosition>, std::greater<>> returned_;

  std::vector<Consumer> consumers_;
  std::vector<std::uint32_t> free_consumers_;
  std::unordered_map<ConsumerKey, std::uint32_t, KeyHash> alive_;  // indices
  std::map<std::int32_t, Turns, std::greater<>> turns_;            // by priority, highest first
  std::uint32_t consumer_count_ = 0;
  bool exclusive_ = false;
};

template <typename Visit>
void QueueCore::visit(QueuePosition from, Visit&& visit) {
  for (auto at = messages_.next(from); at != messages_.end(); at = messages_.next(at + 1)) {
    const Entry& entry = *messages_.find(at);
    if (!visit(ResidentMessage{at, entry.message, entry.state != State::kUnacked, entry.redelivered,
                               entry.tracked, entry.stored})) {
      return;
    }
  }
}

}  // namespace coney
