#pragma once
// Publishes with confirms, as many at a time as its window allows.

#include <deque>

#include "tests/crash/actor.h"

namespace coney::crash {

struct Route {
  std::string exchange, key;
  std::vector<QueueNumber> queues;
};

struct PublisherHabit {
  std::vector<Route> routes;  // one of them for each message
  std::uint32_t window = 100;
  unsigned transient_one_in = 0;  // 0: none
  std::uint32_t most_bytes = 1000;
  unsigned large_one_in = 0;               // of up to kMostBody bytes; 0: none
  std::uint64_t most_waiting = 4'000'000;  // bytes in one of its queues: then it waits
};

std::uint32_t random_size(Random& random, const PublisherHabit& habit);

class Publisher final : public Actor {
 public:
  Publisher(Scene& scene, PublisherNumber number, PublisherHabit habit);
  void act() override;
  std::string name() const override;
  std::uint64_t confirmed() const { return confirmed_; }

 private:
  void on_confirm(std::uint64_t tag, bool multiple, bool ack) override;
  void publish();
  bool may_publish() const;

  const PublisherNumber number_;
  const PublisherHabit habit_;
  struct Waiting {
    MessageKey key;
    bool answered = false;
  };
  std::deque<Waiting> waiting_;  // for confirms, the first with tag first_tag_
  std::uint64_t first_tag_ = 1;
  std::uint64_t open_ = 0;  // of them not confirmed
  std::uint64_t confirmed_ = 0;
};

}  // namespace coney::crash
