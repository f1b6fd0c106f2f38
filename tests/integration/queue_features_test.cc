// Priorities, time to live, limits, delivery counts and quorum queues as clients see them, on two
// shards, over restarts and over kill -9.

#include <set>

#include "tests/integration/many_lives.h"
#include "tests/integration/users.h"

namespace coney::test {
namespace {

class QueueFeatures : public BrokerOfManyLives {};
INSTANTIATE_TEST_SUITE_P(, QueueFeatures, kEveryEnd, kEndName);

TEST_P(QueueFeatures, PrioritiesHoldOverARestart) {
  client_->declare("q", kDurable, {{"x-max-priority", Value::int32(9)}});
  for (int n = 0; n != 10; ++n) {
    store("q", std::to_string(n), {.priority = static_cast<std::uint8_t>(n % 3)});
  }
  EXPECT_EQ(get("q").body, "2");
  restart();
  EXPECT_TRUE(get("q").redelivered);
  restart();
  EXPECT_EQ(drain("q"), "2581470369");
  restart();
  store("q", "a", {.priority = 1});
  store("q", "b", {.priority = 2});
  restart();
  EXPECT_EQ(drain("q"), "ba");
}

TEST_P(QueueFeatures, PriorityQueueThatIsDeeperThanItsWindowKeepsItsOrder) {
  client_->declare("q", kDurable, {{"x-max-priority", Value::int32(5)}});
  const std::string filling(20'000, 'x');
  client_->confirm_select();
  confirms_ = true;
  for (int n = 0; n != 6'000; ++n) {
    store("q", std::to_string(n) + "-" + filling, {.priority = static_cast<std::uint8_t>(n % 2)});
  }
  client_->wait_for_confirms();
  restart();
  for (int n : {1, 0}) {
    for (; n < 6'000; n += 2) {
      const auto got = client_->get("q", true);
      ASSERT_TRUE(got);
      ASSERT_EQ(got->body.substr(0, got->body.find('-')), std::to_string(n));
    }
  }
}

TEST_P(QueueFeatures, TimeToLiveGoesOnOverARestart) {
  client_->declare("q", kDurable, {{"x-message-ttl", Value::int32(60'000)}});
  client_->declare("short", kDurable);
  client_->declare("dead", kDurable);
  store("q", "stays");
  client_->declare("dying", kDurable, dead_letters_to("dead"));
  store("dying", "m", {.expiration = "1"});
  store("short", "m", {.expiration = "1500"});
  restart();
  EXPECT_EQ(client_->counts("q").messages, 1u);
  EXPECT_TRUE(becomes_count("short", 0));
  const Delivery dead = get("dead");
  EXPECT_EQ(deaths_of(dead), std::vector<std::string>{"dying expired 1"});
  EXPECT_EQ(drain("q"), "stays");
}

TEST_P(QueueFeatures, PublishIsRefusedWhenOneOfItsQueuesIsFull) {
  Client& other = *other_shard_;
  other.declare("full", kDurable,
                {{"x-max-length", Value::int32(1)}, {"x-overflow", Value::text("reject-publish")}});
  client_->declare("open", kDurable);
  client_->declare_exchange("both", "fanout", false);
  client_->bind("full", "both", "");
  client_->bind("open", "both", "");
  client_->confirm_select();
  for (int n = 0; n != 3; ++n) client_->publish("both", "", "m", persistent());
  client_->wait_for_confirms();
  EXPECT_EQ(client_->take_refused(), (std::set<std::uint64_t>{2, 3}));
  EXPECT_EQ(client_->counts("full").messages, 1u);
  EXPECT_EQ(client_->counts("open").messages, 3u);
}

TEST_P(QueueFeatures, LimitOfADurableQueueHoldsOverARestart) {
  client_->declare("q", kDurable, {{"x-max-length", Value::int32(3)}});
  for (char c : {'a', 'b', 'c', 'd', 'e'}) store("q", std::string(1, c));
  restart();
  EXPECT_EQ(drain("q"), "cde");
}

TEST_P(QueueFeatures, UnusedQueueIsDeleted) {
  Client& other = *other_shard_;
  other.declare("q", kDurable, {{"x-expires", Value::int32(300)}});
  client_->consume("q", "c");
  restart();
  // A passive declare would be a use.
  EXPECT_TRUE(
      becomes_true([&] { return refusal([&] { client_->bind("q", "amq.fanout", ""); }) == 404; }));
}

TEST_P(QueueFeatures, QuorumQueueCountsDeliveriesOverARestart) {
  client_->declare("dead", kDurable);
  Table arguments = dead_letters_to("dead");
  arguments.set("x-queue-type", Value::text("quorum"));
  arguments.set("x-delivery-limit", Value::int32(2));
  client_->declare("q", kDurable, arguments);
  client_->publish("", "q", "m");  // kept although it is transient
  for (int n = 0; n != 3; ++n) {
    const Delivery got = get("q");
    EXPECT_EQ(number_in(headers_of(got), "x-delivery-count"), n == 0 ? -1 : n);
    client_->reject(got.tag, true);
    if (n != 2) restart();
  }
  EXPECT_EQ(deaths_of(get("dead")), std::vector<std::string>{"q delivery_limit 1"});
  restart();
  EXPECT_EQ(deaths_of(get("dead")), std::vector<std::string>{"q delivery_limit 1"});
}

TEST_P(QueueFeatures, WhatIsGivenBackCountsAsAcquiredOnly) {
  client_->declare("q", kDurable, {{"x-queue-type", Value::text("quorum")}});
  store("q", "m");
  client_->requeue(get("q").tag);
  const Table headers = headers_of(get("q"));
  EXPECT_EQ(number_in(headers, "x-acquired-count"), 1);
  EXPECT_EQ(number_in(headers, "x-delivery-count"), -1);
}

TEST_P(QueueFeatures, ConsumersOfAHigherPriorityAreServedFirstAfterARestart) {
  client_->declare("q", kDurable);
  for (char c : {'a', 'b', 'c'}) store("q", std::string(1, c));
  restart();
  Client low = connect(), high = connect();
  low.qos(1);
  high.qos(1);
  high.consume("q", "high", false, {{"x-priority", Value::int32(5)}});
  EXPECT_EQ(high.next_delivery().body, "a");
  low.consume("q", "low", false, {{"x-priority", Value::int32(-5)}});
  EXPECT_EQ(low.next_delivery().body, "b");
  high.ack(1);
  EXPECT_EQ(high.next_delivery().body, "c");
}

TEST_P(QueueFeatures, SingleActiveConsumerHoldsOverARestart) {
  client_->declare("q", kDurable, {{"x-single-active-consumer", Value::boolean(true)}});
  store("q", "a");
  restart();
  Client first = connect(), second = connect();
  first.consume("q", "1");
  second.consume("q", "2");
  EXPECT_EQ(first.next_delivery().body, "a");
  store("q", "b");
  client_->flush();
  EXPECT_EQ(first.next_delivery().body, "b");
  first.close();
  EXPECT_EQ(second.next_delivery().body, "a");
  EXPECT_EQ(second.next_delivery().body, "b");
}

TEST_P(QueueFeatures, RefusalOfAFullQueueHoldsOverARestart) {
  client_->declare("dead", kDurable);
  Table arguments = dead_letters_to("dead");
  arguments.set("x-max-length-bytes", Value::int32(5));
  arguments.set("x-overflow", Value::text("reject-publish-dlx"));
  client_->declare("q", kDurable, arguments);
  store("q", "12345");
  restart();
  client_->confirm_select();
  confirms_ = true;
  store("q", "6");
  client_->wait_for_confirms();
  EXPECT_EQ(client_->take_refused(), std::set<std::uint64_t>{1});
  EXPECT_EQ(deaths_of(get("dead", true)), std::vector<std::string>{"q maxlen 1"});
  EXPECT_EQ(drain("q"), "12345");
}

TEST_P(QueueFeatures, OnlyTheActiveConsumerReceives) {
  client_->declare("q", {}, {{"x-single-active-consumer", Value::boolean(true)}});
  Client first = connect(), second = connect();
  first.consume("q", "1", true);
  second.consume("q", "2", true);
  client_->publish("", "q", "a");
  client_->flush();
  EXPECT_EQ(first.next_delivery().body, "a");
  first.close();
  client_->publish("", "q", "b");
  client_->flush();
  EXPECT_EQ(second.next_delivery().body, "b");
}

}  // namespace
}  // namespace coney::test
