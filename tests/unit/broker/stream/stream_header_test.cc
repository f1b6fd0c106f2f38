#include "broker/stream/stream_header.h"

#include <gtest/gtest.h>

#include "amqp/properties.h"
#include "amqp/table.h"

namespace coney {
namespace {

using amqp::Value;

std::string encoded(const amqp::PropertyList& properties) {
  std::string header;
  amqp::encode_content_header(header, 123, properties);
  return header;
}

std::string with_headers(amqp::PropertyList properties, const amqp::Table& table) {
  std::string bytes;
  amqp::encode_table(bytes, table);
  properties.headers = std::string_view(bytes).substr(4);
  return encoded(properties);
}

std::string delivered(const std::string& header, QueuePosition offset) {
  std::string out = "what was there before";
  write_stream_header(out, header, offset);
  return out;
}

TEST(StreamHeader, AMessageWithoutPropertiesGetsOffsetAndMode) {
  amqp::PropertyList expected;
  expected.delivery_mode = 1;
  EXPECT_EQ(delivered(encoded({}), 7),
            with_headers(expected, {{"x-stream-offset", Value::int64(7)}}));
}

TEST(StreamHeader, OtherPropertiesStayAsTheyAre) {
  amqp::PropertyList properties;
  properties.content_type = "text/plain";
  properties.content_encoding = "gzip";
  properties.delivery_mode = 2;
  properties.priority = 4;
  properties.correlation_id = "c";
  properties.timestamp = 17;
  properties.app_id = "app";
  EXPECT_EQ(delivered(encoded(properties), 1),
            with_headers(properties, {{"x-stream-offset", Value::int64(1)}}));
}

TEST(StreamHeader, OffsetStandsAmongTheHeadersByItsKey) {
  amqp::PropertyList properties;
  properties.delivery_mode = 1;
  const amqp::Table published{{"a", Value::text("x")},
                              {"x-stream-filter-value", Value::text("red")},
                              {"x-zebra", Value::table({{"k", Value::int32(1)}})}};
  const amqp::Table expected{{"a", Value::text("x")},
                             {"x-stream-filter-value", Value::text("red")},
                             {"x-stream-offset", Value::int64(1)},
                             {"x-zebra", Value::table({{"k", Value::int32(1)}})}};
  EXPECT_EQ(delivered(with_headers(properties, published), 1), with_headers(properties, expected));
}

TEST(StreamHeader, AnOffsetOfAnotherStreamIsReplaced) {
  amqp::PropertyList properties;
  properties.delivery_mode = 1;
  const amqp::Table published{{"x-stream-offset", Value::text("old")}, {"y", Value::int32(1)}};
  const amqp::Table expected{{"x-stream-offset", Value::int64(9)}, {"y", Value::int32(1)}};
  EXPECT_EQ(delivered(with_headers(properties, published), 9), with_headers(properties, expected));
}

}  // namespace
}  // namespace coney
