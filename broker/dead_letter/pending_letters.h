#pragma once
// The dead letters of a queue that must arrive (dead-letter-strategy at-least-once) and have not
// yet, in the order in which they died. They have left the queue's own lanes for one that is paged
// and kept on disk like those, so that what no queue takes fills no memory, does not come back to
// consumers after a restart, and only a few are out at once. It decides who is sent when, and sends
// nothing itself. Pure; used on the queue's shard.

#include <compare>
#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "broker/ids.h"
#include "broker/queue/message_lane.h"

namespace coney {

class PendingLetters final : private LaneOwner {
 public:
  // Of a lane that no quorum queue has for a priority, and others have no such letters.
  static constexpr QueueLevel kLevel = 255;
  // Sent and not answered, or waiting to be sent again.
  static constexpr std::size_t kMostOut = 64;
  // What was refused is sent again after this, then after twice as long, and so on.
  static constexpr std::uint64_t kFirstRetry = 50, kLongestRetry = 10'000;  // milliseconds

  struct Letter {
    QueuePosition place = 0;
    MessageRef message;
    MessageFacts facts;
  };

  PendingLetters() : lane_(static_cast<LaneOwner&>(*this)) {}

  MessageLane& lane() { return lane_; }
  std::uint64_t count() const { return lane_.ready_count() + lane_.unacked_count(); }
  std::uint64_t bytes() const { return lane_.ready_bytes() + out_bytes_; }  // of bodies
  // `tracked`: the disk has it too.
  QueuePosition add(MessageRef message, const MessageFacts& facts, bool tracked);

  // There is one to be sent at `now`, and it may be.
  bool has_next(std::uint64_t now);
  // It is out now; route() or give_up() follows. REQUIRES: has_next(now)
  Letter next(std::uint64_t now);
  // The queues that it is meant for now; none: it waits. Returns those that it has to be sent to,
  // without those that it has reached before.
  std::vector<QueueId> route(QueuePosition place, std::vector<QueueId> queues, std::uint64_t now);
  // A queue that it was sent to has it, or does not want it. What all of them have is gone.
  void answered(QueuePosition place, QueueId by, bool accepted, std::uint64_t now);
  // All that wait may be sent again at once: something has changed.
  void stop_waiting();
  bool is_waiting() const { return !waiting_.empty(); }
  // When the next one is sent again; nullopt: none waits.
  std::optional<std::uint64_t> next_retry() const;
  // A letter that is out, and that nobody wants any more.
  void give_up(QueuePosition place);

 private:
  struct Out {
    std::uint32_t answers = 0;  // to come
    bool refused = false;       // by one of the queues, or there was none
    std::uint64_t retry_after = kFirstRetry;
    std::vector<QueueId> reached;
  };
  struct Waiting {
    std::uint64_t until = 0;
    QueuePosition place = 0;
    auto operator<=>(const Waiting&) const = default;
  };

  void lane_has_more() override {}
  void all_answered(QueuePosition place, Out& out, std::uint64_t now);

  MessageLane lane_;
  std::unordered_map<QueuePosition, Out> out_;
  std::uint64_t out_bytes_ = 0;
  std::set<Waiting> waiting_;
};

}  // namespace coney
