// Priorities, time to live, limits, dead letters, delivery counts and quorum queues as clients see
// them, on two shards, over restarts and over kill -9.

#include <gtest/gtest.h>
#include <signal.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/integration/becomes_true.h"
#include "tests/integration/broker.h"
#include "tests/integration/client.h"
#include "tests/integration/users.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney::test {
namespace {

using amqp::Table;
using amqp::Value;

constexpr QueueFlags kDurable{.durable = true};

amqp::PropertyList persistent() {
  amqp::PropertyList properties;
  properties.delivery_mode = 2;
  return properties;
}

Table headers_of(const Delivery& delivery) {
  auto properties = amqp::PropertyList::decode(delivery.properties);
  if (!properties || !properties->headers) return {};
  return *amqp::decode_table(*properties->headers);
}

std::string text_in(const Table& table, std::string_view key) {
  const Value* value = table.find(key);
  return value && value->as_string() ? *value->as_string() : "";
}

std::int64_t number_in(const Table& table, std::string_view key) {
  const Value* value = table.find(key);
  return value ? value->as_integer().value_or(-1) : -1;
}

// "q rejected 2": queue, reason and count of each death, newest first.
std::vector<std::string> deaths_of(const Delivery& delivery) {
  std::vector<std::string> deaths;
  const Table headers = headers_of(delivery);
  const Value* all = headers.find("x-death");
  if (!all || !all->as_array()) return deaths;
  for (const Value& death : *all->as_array()) {
    const Table& table = *death.as_table();
    deaths.push_back(text_in(table, "queue") + " " + text_in(table, "reason") + " " +
                     std::to_string(number_in(table, "count")));
  }
  return deaths;
}

// How a life of the broker ends.
enum class End : std::uint8_t { kStop, kKill };

class QueueFeatures : public testing::TestWithParam<End> {
 protected:
  void SetUp() override { start(); }
  void start() {
    process_ =
        std::make_unique<BrokerProcess>(config_ ? *config_ : broker_config(directory_ / "data"));
    client_ = std::make_unique<Client>(process_->port());
    other_shard_ = std::make_unique<Client>(process_->port());
    client_->declare("log.of.one", kDurable);
    other_shard_->declare("log.of.the.other", kDurable);
  }
  void restart() {
    wait_for_the_log();
    client_.reset();
    other_shard_.reset();
    const bool kills = GetParam() == End::kKill;
    process_->signal(kills ? SIGKILL : SIGTERM);
    EXPECT_EQ(process_->wait(), kills ? -SIGKILL : 0);
    start();
  }
  // Until all that the client has done so far is on disk, on both shards.
  void wait_for_the_log() {
    if (!std::exchange(confirms_, true)) client_->confirm_select();
    for (const char* queue : {"log.of.one", "log.of.the.other"}) {
      client_->publish("", queue, "m", persistent());
    }
    client_->wait_for_confirms();
    confirms_ = false;  // the next client's
  }
  Client connect() { return Client(process_->port()); }

  void store(const std::string& queue, const std::string& body,
             amqp::PropertyList properties = persistent()) {
    properties.delivery_mode = 2;
    client_->publish("", queue, body, properties);
  }
  std::string drain(const std::string& queue) {
    std::string all;
    while (auto got = client_->get(queue, true)) all += got->body;
    return all;
  }
  Delivery get(const std::string& queue, bool no_ack = false) {
    std::optional<Delivery> got;
    EXPECT_TRUE(becomes_true([&] {
      got = client_->get(queue, no_ack);
      return got.has_value();
    }));
    return got.value_or(Delivery{});
  }
  bool becomes_count(const std::string& queue, std::uint32_t messages) {
    return becomes_true([&] { return client_->counts(queue).messages == messages; });
  }

  TemporaryDirectory directory_;
  std::optional<Config> config_;
  std::unique_ptr<BrokerProcess> process_;
  std::unique_ptr<Client> client_, other_shard_;
  bool confirms_ = false;
};

INSTANTIATE_TEST_SUITE_P(, QueueFeatures, testing::Values(End::kStop, End::kKill),
                         [](const auto& each) {
                           return std::string(each.param == End::kStop ? "Stop" : "Kill");
                         });

Table dead_letters_to(const std::string& queue) {
  return {{"x-dead-letter-exchange", Value::text("")},
          {"x-dead-letter-routing-key", Value::text(queue)}};
}

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

TEST_P(QueueFeatures, DeadLettersGoToQueuesOfOtherShardsAndSurvive) {
  Client other = connect();
  for (const char* name : {"a", "b"}) client_->declare(name, kDurable, dead_letters_to("dead"));
  other.declare("dead", kDurable, dead_letters_to("a"));
  store("a", "m");
  client_->reject(get("a").tag);
  EXPECT_TRUE(becomes_count("dead", 1));
  EXPECT_EQ(client_->counts("a").messages, 0u);
  restart();
  Delivery dead = get("dead");
  EXPECT_EQ(deaths_of(dead), std::vector<std::string>{"a rejected 1"});
  EXPECT_TRUE(dead.redelivered);
  client_->reject(dead.tag);
  dead = get("a");
  EXPECT_EQ(deaths_of(dead), (std::vector<std::string>{"dead rejected 1", "a rejected 1"}));
  restart();
  client_->purge("dead");
  client_->reject(get("a").tag);
  EXPECT_EQ(deaths_of(get("dead")), (std::vector<std::string>{"a rejected 2", "dead rejected 1"}));
}

TEST_P(QueueFeatures, DeathsThatAClientPublishesAreReplacedUnlessTrusted) {
  for (bool trusted : {false, true}) {
    config_ = broker_config(directory_ / "data");
    config_->trust_publisher_deaths = trusted;
    restart();
    client_->declare("dead");
    client_->declare("q", {}, dead_letters_to("dead"));
    Table death{{"count", Value::int64(5)},
                {"reason", Value::text("rejected")},
                {"queue", Value::text("q")}};
    Table headers{{"x-death", Value::array({Value::table(death)})}};
    std::string encoded;
    amqp::encode_table(encoded, headers);
    client_->publish("", "q", "m", {.headers = std::string_view(encoded).substr(4)});
    client_->reject(get("q").tag);
    EXPECT_EQ(deaths_of(get("dead")),
              std::vector<std::string>{trusted ? "q rejected 6" : "q rejected 1"});
  }
}

TEST_P(QueueFeatures, MessageThatExpiresInACircleIsDropped) {
  client_->declare("a", {},
                   {{"x-message-ttl", Value::int32(10)},
                    {"x-dead-letter-exchange", Value::text("")},
                    {"x-dead-letter-routing-key", Value::text("b")}});
  client_->declare("b", {},
                   {{"x-message-ttl", Value::int32(10)},
                    {"x-dead-letter-exchange", Value::text("")},
                    {"x-dead-letter-routing-key", Value::text("a")}});
  client_->publish("", "a", "m");
  EXPECT_TRUE(becomes_true(
      [&] { return client_->counts("a").messages + client_->counts("b").messages == 0; }));
}

TEST_P(QueueFeatures, PublishIsRefusedWhenOneOfItsQueuesIsFull) {
  Client other = connect();
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
  Client other = connect();
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
