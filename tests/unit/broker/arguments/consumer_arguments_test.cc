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
  EXPECT_TRUE(check({{"foo", Value::int32(1)}}));
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

StreamReading reading(const Table& arguments) {
  constexpr std::uint64_t kNow = 10'000'000;
  return check_consumer_arguments({"/", "q", QueueType::kStream, false, 10, arguments, kNow})
      .value()
      .reading;
}

StreamStart start(Value offset) {
  return reading({{"x-stream-offset", std::move(offset)}}).start;
}

TEST(ConsumerArguments, StreamOffsetIsAPlaceANumberATimeOrAnAge) {
  using Kind = StreamStart::Kind;
  EXPECT_EQ(reading({}).start, (StreamStart{Kind::kNext}));
  EXPECT_EQ(start(Value::text("first")), (StreamStart{Kind::kFirst}));
  EXPECT_EQ(start(Value::text("last")), (StreamStart{Kind::kLast}));
  EXPECT_EQ(start(Value::text("next")), (StreamStart{Kind::kNext}));
  EXPECT_EQ(start(Value::int64(7)), (StreamStart{Kind::kOffset, 7}));
  EXPECT_EQ(start(Value::int32(-1)), (StreamStart{Kind::kOffset, 0}));
  EXPECT_EQ(start(Value::timestamp(1'600'000'000)), (StreamStart{Kind::kTime, 1'600'000'000'000}));
  EXPECT_EQ(start(Value::timestamp(UINT64_MAX)), (StreamStart{Kind::kTime, UINT64_MAX}));
  EXPECT_EQ(start(Value::text("1h")), (StreamStart{Kind::kTime, 6'400'000}));
  EXPECT_EQ(start(Value::text("7D")), (StreamStart{Kind::kTime, 0}));
}

TEST(ConsumerArguments, StreamFilterIsATextOrSeveral) {
  EXPECT_FALSE(reading({}).filter.active());
  EXPECT_FALSE(reading({{"x-stream-filter", Value::int32(5)}}).filter.active());
  EXPECT_EQ(reading({{"x-stream-filter", Value::text("a")}}).filter, (StreamFilter{{"a"}, false}));
  const Table several{
      {"x-stream-filter", Value::array({Value::text("a"), Value::int32(5), Value::text("b")})},
      {"x-stream-match-unfiltered", Value::boolean(true)}};
  EXPECT_EQ(reading(several).filter, (StreamFilter{{"a", "b"}, true}));
}

TEST(ConsumerArguments, StreamOffsetsAreValidated) {
  EXPECT_EQ(check({{"x-stream-offset", Value::text("bogus")}}, QueueType::kStream).error().text,
            "invalid arg 'x-stream-offset' for queue 'q' in vhost '/': "
            "{invalid_stream_offset_arg,{longstr,<<\"bogus\">>}}");
  EXPECT_EQ(check({{"x-stream-offset", Value::number(1.5)}}, QueueType::kStream).error(),
            internal_error());
}

}  // namespace
}  // namespace coney
