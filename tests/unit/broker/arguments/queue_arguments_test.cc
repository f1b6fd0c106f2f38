#include "broker/arguments/queue_arguments.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "broker/arguments/queue_argument_table.h"

namespace coney {
namespace {

using amqp::Table;
using amqp::Value;

struct Request {
  Table arguments;
  bool durable = true;
  bool exclusive = false;
  bool auto_delete = false;
  QueueType default_type = QueueType::kClassic;

  QueueDeclaration declaration() const {
    return {"/", "q", durable, exclusive, auto_delete, arguments, default_type};
  }
  QueueArguments accepted() const {
    auto checked = check_queue_arguments(declaration());
    EXPECT_TRUE(checked.has_value()) << (checked ? "" : checked.error().text);
    return checked ? *checked : QueueArguments{};
  }
  std::string refused() const {
    auto checked = check_queue_arguments(declaration());
    return checked ? "accepted" : checked.error().text;
  }
};

Table of_type(std::string_view type, Table arguments = {}) {
  arguments.append("x-queue-type", Value::text(type));
  return arguments;
}

TEST(QueueArguments, KeepsWhatWasAskedFor) {
  auto checked = Request{{{"x-message-ttl", Value::int32(1000)},
                          {"x-expires", Value::int64(60000)},
                          {"x-max-length", {'b', std::int64_t{5}}},
                          {"x-max-length-bytes", Value::int32(500)},
                          {"x-max-priority", Value::int32(9)},
                          {"x-overflow", Value::text("reject-publish")},
                          {"x-dead-letter-exchange", Value::text("dlx")},
                          {"x-dead-letter-routing-key", Value::text("key")},
                          {"x-single-active-consumer", Value::boolean(true)}}}
                     .accepted();
  EXPECT_EQ(checked.settings.type, QueueType::kClassic);
  EXPECT_EQ(checked.settings.message_ttl, 1000);
  EXPECT_EQ(checked.settings.expires, 60000);
  EXPECT_EQ(checked.settings.max_length, 5);
  EXPECT_EQ(checked.settings.max_length_bytes, 500);
  EXPECT_EQ(checked.settings.max_priority, 9);
  EXPECT_EQ(checked.settings.overflow, Overflow::kRejectPublish);
  EXPECT_EQ(checked.settings.dead_letter_exchange, "dlx");
  EXPECT_EQ(checked.settings.dead_letter_routing_key, "key");
  EXPECT_TRUE(checked.settings.single_active_consumer);
}

TEST(QueueArguments, AbsentOnesHaveTheirDefaults) {
  auto checked = Request{}.accepted();
  EXPECT_FALSE(checked.settings.message_ttl);
  EXPECT_FALSE(checked.settings.max_length);
  EXPECT_EQ(checked.settings.max_priority, 0);
  EXPECT_EQ(checked.settings.overflow, Overflow::kDropHead);
  EXPECT_FALSE(checked.settings.single_active_consumer);
}

TEST(QueueArguments, StoredTableIsCanonicalAndNamesTheType) {
  auto checked = Request{{{"z", Value::int32(1)}, {"a", Value::int32(2)}}}.accepted();
  EXPECT_EQ(checked.table, (Table{{"a", Value::int32(2)},
                                  {"x-queue-type", Value::text("classic")},
                                  {"z", Value::int32(1)}}));
}

TEST(QueueArguments, EmptyAndUndefinedTypeMeanTheDefaultType) {
  for (auto word : {"", "undefined"}) {
    Request request{of_type(word)};
    request.default_type = QueueType::kQuorum;
    EXPECT_EQ(request.accepted().settings.type, QueueType::kQuorum);
    EXPECT_EQ(*request.accepted().table.find("x-queue-type"), Value::text("quorum"));
  }
}

TEST(QueueArguments, DefaultTypeGivesWayToWhatItCannotBe) {
  Request request;
  request.default_type = QueueType::kQuorum;
  EXPECT_EQ(request.accepted().settings.type, QueueType::kQuorum);
  request.exclusive = true;
  EXPECT_EQ(request.accepted().settings.type, QueueType::kClassic);
  request = {{}, false};
  request.default_type = QueueType::kStream;
  EXPECT_EQ(request.accepted().settings.type, QueueType::kClassic);
}

TEST(QueueArguments, OnlyClassicQueuesAreNamedByTheServer) {
  EXPECT_FALSE(check_server_named(Request{}.declaration()));
  Request quorum{of_type("quorum")};
  EXPECT_EQ(
      check_server_named(quorum.declaration()),
      precondition_failed("Cannot declare a server-named queue for type rabbit_quorum_queue"));
}

TEST(QueueArguments, ArgumentsOfOtherTypesAreRefusedBeforeTheirValues) {
  EXPECT_EQ(Request{of_type("stream", {{"x-overflow", Value::text("bogus")}})}.refused(),
            "invalid arg 'x-overflow' for queue 'q' in vhost '/' of queue type "
            "rabbit_stream_queue");
  EXPECT_EQ((Request{{{"x-max-age", Value::int32(1)}}}.refused()),
            "invalid arg 'x-max-age' for queue 'q' in vhost '/' of queue type "
            "rabbit_classic_queue");
}

TEST(QueueArguments, TheTypeOfTheDeadLetterExchangeIsCheckedFirst) {
  EXPECT_EQ(Request{of_type("bogus", {{"x-dead-letter-exchange", Value::int32(5)}})}.refused(),
            "invalid type 'signedint' for arg 'x-dead-letter-exchange' in queue 'q' in vhost '/'");
}

TEST(QueueArguments, PropertiesAreCheckedAfterValues) {
  Request request{of_type("quorum", {{"x-overflow", Value::text("bogus")}}), false};
  EXPECT_EQ(request.refused(),
            "invalid arg 'x-overflow' for queue 'q' in vhost '/': "
            "invalid_overflow");
  request.arguments = of_type("quorum");
  EXPECT_EQ(request.refused(), "invalid property 'non-durable' for queue 'q' in vhost '/'");
  request.exclusive = true;
  EXPECT_EQ(request.refused(), "invalid property 'exclusive-owner' for queue 'q' in vhost '/'");
  request.auto_delete = true;
  EXPECT_EQ(request.refused(), "invalid property 'auto-delete' for queue 'q' in vhost '/'");
}

TEST(QueueArguments, ZeroIsNoExpiry) {
  EXPECT_EQ((Request{{{"x-expires", Value::int32(0)}}}.refused()),
            "invalid arg 'x-expires' for queue 'q' in vhost '/': {value_zero,0}");
  EXPECT_EQ((Request{{{"x-message-ttl", Value::int32(0)}}}.refused()), "accepted");
}

TEST(QueueArguments, WhatClientsOfBothVersionsSendIsAccepted) {
  for (int version : {1, 2}) {
    Request request{{{"x-queue-version", Value::int32(version)}}};
    EXPECT_EQ(request.refused(), "accepted");
  }
  EXPECT_EQ((Request{{{"x-queue-version", Value::int32(3)}}}.refused()),
            "invalid arg 'x-queue-version' for queue 'q' in vhost '/': "
            "\"unsupported queue version '3'\"");
  for (auto key : {"x-queue-mode", "x-queue-master-locator"}) {
    EXPECT_EQ((Request{{{key, Value::text("client-local")}}}.refused()), "accepted");
  }
  EXPECT_EQ((Request{{{"x-queue-leader-locator", Value::text("balanced")}}}.refused()), "accepted");
}

TEST(QueueArguments, FilterSizeIsOneByteAndAtLeast16) {
  for (int size : {16, 255}) {
    Request request{of_type("stream", {{"x-stream-filter-size-bytes", Value::int32(size)}})};
    EXPECT_EQ(request.refused(), "accepted");
  }
  for (const Value& value : {Value::int32(15), Value::int32(256), Value::text("16")}) {
    Request request{of_type("stream", {{"x-stream-filter-size-bytes", value}})};
    EXPECT_EQ(request.refused(), "Invalid value for x-stream-filter-size-bytes");
  }
}

TEST(QueueArgumentTable, KeysAreUnique) {
  std::set<std::string_view> keys;
  for (const auto& row : queue_argument_rows()) keys.insert(row.key);
  EXPECT_EQ(keys.size(), queue_argument_rows().size());
}

// No value of any type, for any argument and queue type, may do more than be refused.
TEST(QueueArgumentTable, EveryArgumentTakesValuesOfEveryType) {
  const Value values[] = {Value::void_value(), Value::boolean(true), Value::int32(1),
                          Value::int64(-1),    Value::text("x"),     {'x', std::string("y")},
                          Value::timestamp(1), Value::number(1.5),   {'D', amqp::Decimal{1, 2}},
                          Value::array({}),    Value::table({})};
  int accepted = 0;
  for (const auto& row : queue_argument_rows()) {
    for (const Value& value : values) {
      for (auto type : {"classic", "quorum", "stream"}) {
        Request request{of_type(type)};
        request.arguments.set(row.key, value);
        if (check_queue_arguments(request.declaration())) ++accepted;
      }
    }
  }
  EXPECT_GT(accepted, 50);
}

}  // namespace
}  // namespace coney
