#pragma once
// Sends a queue's dead letters on their way: to the queues that the dead letter exchange routes
// them to, on whatever shard those live. A letter that the disk has stays in its queue until all of
// them have it in the log, so that a crash loses none; it may then come twice. Letters that must
// arrive have a place of their own: pending_letters.h. Used on the queue's shard.

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "broker/dead_letter/pending_letters.h"
#include "broker/ids.h"
#include "broker/queue/queue_core.h"
#include "persistence/definitions/records.h"

namespace coney {

class QueueStorage;
class Shard;

class Undertaker {
 public:
  // The queue in which they died.
  struct Queue {
    Shard& shard;
    QueueId id;
    const QueueRecord& record;
    QueueCore& core;
    QueueStorage* letters;  // what the disk has of pending letters; null: they are in memory alone
    std::uint64_t now;
  };

  // Takes a letter out of the core; send() follows.
  void take(DeadLetter letter) { letters_.push_back(std::move(letter)); }
  // Some must arrive, or did not have to once: those are kept.
  PendingLetters* pending() { return pending_.get(); }
  PendingLetters& make_pending();

  // Sends what was taken, and what is to be sent again.
  void send(const Queue& from);
  // There is more to be sent at once.
  bool has_more(std::uint64_t now) const {
    return !letters_.empty() || (pending_ && paused_until_ == 0 && pending_->has_next(now));
  }
  // `by` has answered.
  void arrived(QueueCore& core, QueuePosition position, QueueId by, bool accepted,
               std::uint64_t now);
  // What did not arrive may do so now.
  void try_again();
  // When something is to be sent again; nullopt: nothing is.
  std::optional<std::uint64_t> next_retry() const;

  // ---- letters of other queues that this one had no room for ----
  void turn_away(QueueId source);
  bool has_turned_away() const { return !turned_away_.empty(); }
  void tell_of_room(Shard& shard);

 private:
  void keep(const Queue& from, DeadLetter letter);
  void send_pending(const Queue& from);
  bool must_pause(const Queue& from);
  void send_once(const Queue& from, DeadLetter letter);

  std::vector<DeadLetter> letters_;
  std::unordered_map<QueuePosition, std::uint32_t> held_;  // answers to come
  std::unique_ptr<PendingLetters> pending_;
  bool awaits_changes_ = false;     // of the topology
  std::uint64_t paused_until_ = 0;  // until the log has caught up; 0: it has
  std::vector<QueueId> turned_away_;
};

}  // namespace coney
