#include "broker/dead_letter/death.h"

#include <gtest/gtest.h>

#include "amqp/properties.h"
#include "amqp/table.h"

namespace coney {
namespace {

using amqp::Table;
using amqp::Value;

MessageRef message(const amqp::PropertyList& properties = {}, std::string_view exchange = "",
                   std::string_view key = "q") {
  std::string header;
  amqp::encode_content_header(header, 1, properties);
  MessageBuilder builder(exchange, key, header, 1, true);
  builder.append("m");
  return builder.finish();
}

MessageRef with_headers(const Table& headers) {
  std::string encoded;
  amqp::encode_table(encoded, headers);
  return message({.headers = std::string_view(encoded).substr(4)});
}

amqp::PropertyList properties_of(const MessageRef& dead) {
  return *amqp::PropertyList::decode(dead->header().substr(amqp::kContentHeaderSize));
}

Table headers_of(const MessageRef& dead) {
  return *amqp::decode_table(*properties_of(dead).headers);
}

const Table& death_of(const Table& headers, std::size_t index) {
  return *headers.find("x-death")->as_array()->at(index).as_table();
}

Death death(std::string_view queue = "q", DeathReason reason = DeathReason::kRejected) {
  return {.queue = queue, .reason = reason, .time = 77, .exchange = "dlx"};
}

TEST(Death, IsWrittenAsRabbitMqWritesIt) {
  const MessageRef dead = after_death(*message({}, "ex", "key"), death());
  EXPECT_EQ(dead->exchange(), "dlx");
  EXPECT_EQ(dead->routing_key(), "key");
  EXPECT_EQ(dead->body(), "m");
  EXPECT_TRUE(dead->persistent());
  EXPECT_TRUE(dead->has_died());
  const Table expected{
      {"count", Value::int64(1)},      {"reason", Value::text("rejected")},
      {"queue", Value::text("q")},     {"time", Value::timestamp(77)},
      {"exchange", Value::text("ex")}, {"routing-keys", Value::array({Value::text("key")})}};
  const Table headers = headers_of(dead);
  EXPECT_EQ(death_of(headers, 0), expected);
  for (std::string prefix : {"x-first-death-", "x-last-death-"}) {
    EXPECT_EQ(*headers.find(prefix + "queue")->as_string(), "q");
    EXPECT_EQ(*headers.find(prefix + "exchange")->as_string(), "ex");
    EXPECT_EQ(*headers.find(prefix + "reason")->as_string(), "rejected");
  }
}

TEST(Death, TakesTheExpirationAwayAndRemembersIt) {
  const MessageRef dead = after_death(*message({.expiration = "200", .message_id = "id"}),
                                      death("q", DeathReason::kExpired));
  EXPECT_EQ(properties_of(dead).expiration, std::nullopt);
  EXPECT_EQ(properties_of(dead).message_id, "id");
  const Table headers = headers_of(dead);
  EXPECT_EQ(death_of(headers, 0).begin()->first, "original-expiration");
  EXPECT_EQ(*death_of(headers, 0).find("original-expiration")->as_string(), "200");
}

TEST(Death, NewRoutingKeyReplacesAllOfThem) {
  const Table cc{{"CC", Value::array({Value::text("other")})}};
  const MessageRef before = with_headers(cc);
  Death keeps = death();
  const MessageRef kept = after_death(*before, keeps);
  EXPECT_EQ(routing_keys_after_death(*kept, keeps), (std::vector<std::string_view>{"q", "other"}));
  Death renamed = death();
  renamed.routing_key = "new";
  const MessageRef dead = after_death(*before, renamed);
  EXPECT_EQ(routing_keys_after_death(*dead, renamed), std::vector<std::string_view>{"new"});
  EXPECT_TRUE(headers_of(dead).find("CC"));
}

TEST(Death, OfOneQueueAndReasonAreCountedAndTheNewestStandsFirst) {
  MessageRef dead = after_death(*message(), death("a"));
  dead = after_death(*dead, death("b", DeathReason::kExpired));
  dead = after_death(*dead, death("a"));
  const Table headers = headers_of(dead);
  ASSERT_EQ(headers.find("x-death")->as_array()->size(), 2u);
  EXPECT_EQ(*death_of(headers, 0).find("queue")->as_string(), "a");
  EXPECT_EQ(death_of(headers, 0).find("count")->as_integer(), 2);
  EXPECT_EQ(*death_of(headers, 1).find("queue")->as_string(), "b");
  EXPECT_EQ(*headers.find("x-first-death-queue")->as_string(), "a");
  EXPECT_EQ(*headers.find("x-last-death-queue")->as_string(), "a");
}

TEST(Death, PublishedDeathsCountOnlyWhenTheyAreTrusted) {
  const Table entry{
      {"count", Value::int64(4)}, {"reason", Value::text("rejected")}, {"queue", Value::text("q")}};
  const MessageRef published =
      with_headers({{"x-death", Value::array({Value::text("noise"), Value::table(entry)})}});
  EXPECT_EQ(death_of(headers_of(after_death(*published, death())), 0).find("count")->as_integer(),
            1);
  Death trusting = death();
  trusting.honours_publisher = true;
  EXPECT_EQ(death_of(headers_of(after_death(*published, trusting)), 0).find("count")->as_integer(),
            5);
}

TEST(Death, WhateverAPublisherPutsThereIsReplaced) {
  for (const Value& value : {Value::text("hello"), Value::void_value(), Value::array({}),
                             Value::array({Value::int32(1)})}) {
    Death trusting = death();
    trusting.honours_publisher = true;
    const MessageRef dead = after_death(*with_headers({{"x-death", value}}), trusting);
    EXPECT_EQ(headers_of(dead).find("x-death")->as_array()->size(), 1u);
  }
}

TEST(Death, CycleEndsInQueuesOfDeathsSinceTheLastRejection) {
  MessageRef dead = after_death(*message(), death("a", DeathReason::kExpired));
  dead = after_death(*dead, death("b", DeathReason::kRejected));
  EXPECT_TRUE(queues_that_end_cycle(*dead).empty());
  dead = after_death(*dead, death("c", DeathReason::kMaxLength));
  EXPECT_EQ(queues_that_end_cycle(*dead), std::vector<std::string>{"c"});
}

}  // namespace
}  // namespace coney
