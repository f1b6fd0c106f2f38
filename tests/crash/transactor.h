#pragma once
// Publishes in transactions, and, when it has a source, moves messages from there: takes, publishes
// and acks in one. Some transactions are rolled back.

#include "tests/crash/publisher.h"

namespace coney::crash {

struct TransactorHabit {
  std::vector<Route> routes;
  std::optional<QueueNumber> source;
  std::size_t most_messages = 8;  // of a transaction
  unsigned rollback_one_in = 8;
  std::uint64_t most_waiting = 4'000'000;  // bytes in one of its queues: then it waits
};

class Transactor final : public Actor {
 public:
  Transactor(Scene& scene, PublisherNumber number, TransactorHabit habit);
  void act() override;
  std::string name() const override;
  std::uint64_t commits() const { return commits_; }

 private:
  struct Held {
    std::uint64_t tag = 0;
    MessageKey key;
  };

  void on_delivery(const Incoming& incoming) override;
  void on_answer(std::uint32_t id, std::string_view arguments) override;
  bool may_publish() const;
  void publish(TxNumber tx);
  void finish(bool committed);

  const PublisherNumber number_;
  const TransactorHabit habit_;
  const ConsumerNumber consumer_;
  std::vector<Held> out_;    // taken, and in no transaction
  std::vector<Held> acked_;  // in the one that waits for its answer
  TxNumber waiting_{};
  std::uint64_t commits_ = 0;
};

}  // namespace coney::crash
