#include "broker/queue/queue_core.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "broker/queue/consumer_gate.h"

namespace coney {
namespace {

ConsumerKey key(ConsumerNumber number) {
  return {ConnectionId{}, 1, number};
}

ConsumerOptions options(std::uint32_t prefetch, std::int32_t priority = 0, bool no_ack = false) {
  ConsumerOptions options;
  options.prefetch = prefetch;
  options.priority = priority;
  options.no_ack = no_ack;
  return options;
}

class QueueCoreTest : public testing::Test, public QueueSink {
 protected:
  bool admit(const ConsumerOptions&) override { return admits_; }
  void dead_letter(DeadLetter) override {}
  void deliver(const ConsumerKey& to, const ConsumerOptions&, QueuePosition position,
               const MessageFacts& facts, MessageRef message) override {
    positions_.push_back(position);
    log_.push_back(std::to_string(to.number) + ":" + std::string(message->body()) +
                   (facts.redelivered ? "!" : ""));
  }

  void publish(const std::string& body) {
    MessageBuilder builder("", "q", "", body.size(), false);
    builder.append(body);
    core_.publish(builder.finish());
  }
  void consume(ConsumerNumber number, const ConsumerOptions& options) {
    core_.subscribe(key(number), options);
    core_.resume(key(number));
  }
  // "1:a" is message a to consumer 1; "1:a!" redelivered.
  std::vector<std::string> deliveries() { return std::exchange(log_, {}); }

  using Log = std::vector<std::string>;
  bool admits_ = true;
  Log log_;
  std::vector<QueuePosition> positions_;
  QueueCore core_{*this};
  MessageLane& lane_ = core_.lane(0);
};

TEST_F(QueueCoreTest, ConsumerGetsNothingBeforeItIsResumed) {
  publish("a");
  core_.subscribe(key(1), options(0));
  publish("b");
  EXPECT_EQ(deliveries(), Log{});
  core_.resume(key(1));
  EXPECT_EQ(deliveries(), (Log{"1:a", "1:b"}));
}

TEST_F(QueueCoreTest, EqualConsumersTakeTurns) {
  consume(1, options(0));
  consume(2, options(0));
  for (const char* body : {"a", "b", "c", "d"}) publish(body);
  EXPECT_EQ(deliveries(), (Log{"1:a", "2:b", "1:c", "2:d"}));
}

TEST_F(QueueCoreTest, HigherPriorityComesFirstWhileItHasRoom) {
  consume(1, options(0, 0));
  consume(2, options(1, 5));
  publish("a");
  publish("b");
  EXPECT_EQ(deliveries(), (Log{"2:a", "1:b"}));
  core_.acknowledge(positions_[0], 1);
  publish("c");
  EXPECT_EQ(deliveries(), (Log{"2:c"}));
}

TEST_F(QueueCoreTest, PrefetchHoldsBackUntilAcknowledged) {
  consume(1, options(2));
  for (const char* body : {"a", "b", "c"}) publish(body);
  EXPECT_EQ(deliveries(), (Log{"1:a", "1:b"}));
  EXPECT_EQ(core_.ready_count(), 1u);
  EXPECT_EQ(core_.unacked_count(), 2u);
  core_.acknowledge(positions_[0], 1);
  EXPECT_EQ(deliveries(), (Log{"1:c"}));
}

TEST_F(QueueCoreTest, RequeuedMessagesReturnToTheirPlace) {
  for (const char* body : {"a", "b", "c", "d"}) publish(body);
  const auto a = core_.get(false);
  const auto b = core_.get(false);
  core_.requeue(b->position, 1, Return::kFailed);
  core_.requeue(a->position, 1, Return::kUnseen);
  consume(1, options(0));
  EXPECT_EQ(deliveries(), (Log{"1:a", "1:b!", "1:c", "1:d"}));
}

TEST_F(QueueCoreTest, CancelledConsumerKeepsWhatItHas) {
  consume(1, options(1));
  publish("a");
  EXPECT_TRUE(core_.cancel(key(1)));
  publish("b");
  EXPECT_EQ(deliveries(), (Log{"1:a"}));
  EXPECT_EQ(core_.consumer_count(), 0u);
  EXPECT_EQ(core_.unacked_count(), 1u);
  core_.acknowledge(positions_[0], 1);
  EXPECT_EQ(core_.unacked_count(), 0u);
  EXPECT_EQ(core_.ready_count(), 1u);
}

TEST_F(QueueCoreTest, SettlingTwiceChangesNothing) {
  consume(1, options(1));
  publish("a");
  publish("b");
  const QueuePosition position = positions_[0];
  core_.acknowledge(position, 1);
  core_.acknowledge(position, 1);
  core_.requeue(position, 1, Return::kFailed);
  EXPECT_EQ(deliveries(), (Log{"1:a", "1:b"}));
  EXPECT_EQ(core_.unacked_count(), 1u);
}

TEST_F(QueueCoreTest, RefusedConsumerWaitsForResume) {
  consume(1, options(0));
  admits_ = false;
  publish("a");
  admits_ = true;
  publish("b");
  EXPECT_EQ(deliveries(), Log{});
  core_.resume(key(1));
  EXPECT_EQ(deliveries(), (Log{"1:a", "1:b"}));
}

TEST_F(QueueCoreTest, PurgeTakesReadyMessagesOnly) {
  consume(1, options(1));
  for (const char* body : {"a", "b", "c"}) publish(body);
  EXPECT_EQ(core_.purge(), 2u);
  EXPECT_EQ(core_.ready_bytes(), 0u);
  EXPECT_EQ(core_.unacked_count(), 1u);
}

TEST_F(QueueCoreTest, MessagesWithoutAcknowledgementLeaveAtOnce) {
  consume(1, options(1, 0, true));
  publish("a");
  publish("b");
  EXPECT_EQ(deliveries(), (Log{"1:a", "1:b"}));
  EXPECT_EQ(core_.unacked_count(), 0u);
}

TEST_F(QueueCoreTest, ExclusiveUseEndsWithItsConsumer) {
  ConsumerOptions exclusive = options(0);
  exclusive.exclusive = true;
  consume(1, exclusive);
  EXPECT_TRUE(core_.has_exclusive_consumer());
  core_.cancel(key(1));
  EXPECT_FALSE(core_.has_exclusive_consumer());
}

TEST_F(QueueCoreTest, CompactedQueueWorksOn) {
  publish("a");
  core_.get(true);
  core_.compact();
  consume(1, options(0));
  publish("b");
  EXPECT_EQ(deliveries(), (Log{"1:b"}));
}

// Equal but for one part of the key.
TEST_F(QueueCoreTest, ConsumersAreFoundByTheirWholeKey) {
  const ConsumerKey base{{ShardId{1}, 2, 3}, 4, 5};
  std::vector<ConsumerKey> keys(6, base);
  keys[1].connection.shard = ShardId{0};
  keys[2].connection.slot = 9;
  keys[3].connection.generation = 9;
  keys[4].channel = 9;
  keys[5].number = 9;
  for (const ConsumerKey& each : keys) core_.subscribe(each, options(0));
  for (std::size_t n = 0; n != keys.size(); ++n) {
    EXPECT_TRUE(core_.cancel(keys[n])) << n;
    EXPECT_FALSE(core_.cancel(keys[n])) << n;
    EXPECT_EQ(core_.consumer_count(), keys.size() - n - 1);
  }
}

// With a search for each this would take minutes.
TEST_F(QueueCoreTest, ManyConsumersMayCancelInAnyOrder) {
  constexpr std::uint32_t kConsumers = 200'000;
  std::vector<std::uint32_t> order(kConsumers);
  std::iota(order.begin(), order.end(), 0);
  for (std::uint32_t number : order) consume(number, options(0));
  std::shuffle(order.begin(), order.end(), std::minstd_rand());
  while (order.size() > 2) {
    core_.cancel(key(order.back()));
    order.pop_back();
  }
  for (const char* body : {"a", "b", "c"}) publish(body);
  std::sort(order.begin(), order.end());
  const std::string first = std::to_string(order[0]), second = std::to_string(order[1]);
  EXPECT_EQ(deliveries(), (Log{first + ":a", second + ":b", first + ":c"}));
}

TEST_F(QueueCoreTest, KeyOfACancelledConsumerMayComeAgain) {
  publish("a");
  consume(1, options(0));
  core_.cancel(key(1));
  consume(2, options(0));  // the place of the first is still taken by what it has
  consume(1, options(0));
  core_.requeue(positions_[0], 1, Return::kFailed);
  publish("b");
  EXPECT_EQ(deliveries(), (Log{"1:a", "2:a!", "1:b"}));
}

}  // namespace
}  // namespace coney
