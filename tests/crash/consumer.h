#pragma once
// Takes from a queue and settles in one of many ways; also what drains a queue.

#include <deque>

#include "tests/crash/actor.h"

namespace coney::crash {

struct ConsumerHabit {
  std::uint16_t prefetch = 0;
  bool no_ack = false;
  bool get = false;             // basic.get instead of a consumer
  bool multiple = false;        // settles all that it has with one method
  unsigned requeue_one_in = 0;  // times that it settles; 0: never
  unsigned leave_one_in = 0;    // times that it settles; 0: never
  std::size_t batch = 1;        // deliveries until it settles
  std::size_t hold = 0;  // of the first deliveries, which it never settles; not with multiple
  bool drain = false;    // done when the queue is empty and all is settled
};

class Consumer final : public Actor {
 public:
  Consumer(Scene& scene, QueueNumber queue, const ConsumerHabit& habit);
  void act() override;
  bool is_done() const override { return done_; }
  void leave() override;
  std::string name() const override;
  std::uint64_t taken() const { return taken_; }

 private:
  struct Held {
    std::uint64_t tag = 0;
    MessageKey key;
  };

  void on_delivery(const Incoming& incoming) override;
  void on_answer(std::uint32_t id, std::string_view arguments) override;
  void settle();
  void settle_batch(bool requeue);
  void ask();
  void on_count(std::uint32_t ready);

  const QueueNumber queue_;
  const ConsumerHabit habit_;
  const ConsumerNumber number_;
  std::deque<Held> out_, held_;
  std::vector<MessageKey> acked_,
      asked_;  // not known to be processed: before and behind the question
  bool asking_ = false, getting_ = false, done_ = false;
  std::uint64_t taken_ = 0;
  unsigned turn_ = 0;
};

}  // namespace coney::crash
