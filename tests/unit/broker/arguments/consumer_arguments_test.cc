#include "broker/arguments/consumer_arguments.h"

#include <gtest/gtest.h>

namespace coney {
namespace {

using amqp::Table;
using amqp::Value;

auto check(const Table& arguments, QueueType type = QueueType::kClassic, bool no_ack = false,
           std::uint32_t prefetch = 10) {
  return check_consumer_arguments({"/", "q", type, no_ack, prefetch, arguments});
}

TEST(ConsumerArguments, PriorityIsAnyInteger) {
  EXPECT_EQ(check({}).value().priority, 0);
  EXPECT_EQ(check({{"x-priority", Value::int32(-5)}}).value().priority, -5);
  EXPECT_EQ(check({{"x-priority", {'s', std::int64_t{7}}}}).value().priority, 7);
  EXPECT_EQ(check({{"x-priority", Value::text("5")}}).error(),
            precondition_failed("invalid arg 'x-priority' for queue 'q' in vhost '/': "
                                "\"expected integer, got longstr\""));
}

TEST(ConsumerArguments, TimeoutIsMilliseconds) {
  EXPECT_EQ(check({}).value().timeout, std::nullopt);
  const Table arguments{{"x-consumer-timeout", Value::int32(2000)}};
  EXPECT_EQ(check(arguments).value().timeout, 2000);
  EXPECT_EQ(check(arguments, QueueType::kQuorum).value().timeout, 2000);
  EXPECT_FALSE(check(arguments, QueueType::kStream).has_value());
  EXPECT_FALSE(check({{"x-consumer-timeout", Value::int32(-1)}}).has_value());
  EXPECT_FALSE(check({{"x-consumer-timeout", Value::text("2000")}}).has_value());
}

TEST(ConsumerArguments, ArgumentsOfOtherQueueTypesAreRefused) {
  EXPECT_EQ(check({{"x-stream-offset", Value::text("bogus")}}).error(),
            precondition_failed("invalid arg 'x-stream-offset' for queue 'q' in vhost '/' of "
                                "queue type rabbit_classic_queue"));
}

TEST(ConsumerArguments, UnknownArgumentsAreIgnored) {
  EXPECT_FALSE(check({{"foo", Value::int32(1)}}).value().not_implemented);
}

TEST(ConsumerArguments, StreamsNeedAcknowledgementsAndPrefetch) {
  EXPECT_EQ(check({}, QueueType::kStream, true).error(),
            not_implemented("automatic acknowledgement not supported by stream queue 'q' in "
                            "vhost '/'"));
  EXPECT_EQ(check({}, QueueType::kStream, false, 0).error(),
            precondition_failed("consumer prefetch count is not set for stream queue 'q' in "
                                "vhost '/'"));
  EXPECT_TRUE(check({}, QueueType::kStream).has_value());
}

TEST(ConsumerArguments, StreamOffsetsAreValidatedButNotImplemented) {
  for (auto word : {"first", "last", "next", "7D"}) {
    Table arguments{{"x-stream-offset", Value::text(word)}};
    EXPECT_EQ(check(arguments, QueueType::kStream).value().not_implemented, "x-stream-offset");
  }
  EXPECT_EQ(check({{"x-stream-offset", Value::text("bogus")}}, QueueType::kStream).error().text,
            "invalid arg 'x-stream-offset' for queue 'q' in vhost '/': "
            "{invalid_stream_offset_arg,{longstr,<<\"bogus\">>}}");
  EXPECT_EQ(check({{"x-stream-offset", Value::number(1.5)}}, QueueType::kStream).error(),
            internal_error());
}

}  // namespace
}  // namespace coney
