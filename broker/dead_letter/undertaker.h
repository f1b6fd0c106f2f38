#pragma once
// Sends a queue's dead letters on their way: to the queues that the dead letter exchange routes
// them to, on whatever shard those live. A letter that the disk has stays in its queue until all of
// them have it in the log, so that a crash loses none; it may then come twice. Used on the queue's
// shard.

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "broker/ids.h"
#include "broker/queue/queue_core.h"
#include "persistence/definitions/records.h"

namespace coney {

class Shard;

class Undertaker {
 public:
  // A letter that must arrive (dead-letter-strategy at-least-once) and does not is sent again.
  static constexpr std::uint64_t kRetryMilliseconds = 10'000;

  // Takes a letter out of the core; send() follows.
  void take(DeadLetter letter) { letters_.push_back(std::move(letter)); }
  bool has_letters() const { return !letters_.empty(); }

  // Sends what was taken, and what is to be sent again at `now`.
  void send(Shard& shard, QueueId queue, const QueueRecord& record, QueueCore& core,
            std::uint64_t now);
  // One of the queues has answered.
  void arrived(QueueCore& core, QueuePosition position, bool accepted, std::uint64_t now);
  // When something is to be sent again; nullopt: nothing is.
  std::optional<std::uint64_t> next_retry() const;

 private:
  // A letter that is held until it has arrived.
  struct OnItsWay {
    DeadLetter letter;
    std::uint32_t answers = 0;  // to come
    bool refused = false;
    std::uint64_t retry_at = 0;  // 0: it is on its way
  };

  void send_one(Shard& shard, QueueId queue, const QueueRecord& record, QueueCore& core,
                DeadLetter letter, std::uint64_t now);
  void ended(QueueCore& core, QueuePosition position, std::uint64_t now);

  std::vector<DeadLetter> letters_;
  std::unordered_map<QueuePosition, OnItsWay> held_;
};

}  // namespace coney
