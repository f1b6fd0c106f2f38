#include "broker/trace/firehose.h"

#include <gtest/gtest.h>

#include "amqp/properties.h"
#include "amqp/table.h"

namespace coney {
namespace {

using amqp::Table;
using amqp::Value;

constexpr TracePlace kPlace{
    .node = "rabbit@n", .vhost = "/", .connection = "a -> b", .channel = 3, .user = "u"};

MessageRef message(std::string_view exchange, std::string_view key, std::string_view body,
                   const amqp::PropertyList& properties = {}) {
  std::string header;
  amqp::encode_content_header(header, body.size(), properties);
  MessageBuilder builder(exchange, key, header, body.size(), false);
  if (!body.empty()) builder.append(body);
  return builder.finish();
}

Table headers_of(const MessageRef& trace) {
  const auto list = amqp::PropertyList::decode(trace->header().substr(amqp::kContentHeaderSize));
  return amqp::decode_table(list.value().headers.value()).value();
}

Value texts(std::initializer_list<const char*> words) {
  amqp::Array array;
  for (const char* word : words) array.push_back(Value::text(word));
  return Value::array(std::move(array));
}

TEST(Firehose, APublishTellsWhereItWent) {
  const std::string_view keys[] = {"k", "copy"}, queues[] = {"q1", "q2"};
  const MessageRef trace = trace_publish(*message("x", "k", "body"), kPlace, keys, queues);
  EXPECT_EQ(trace->exchange(), kTraceExchange);
  EXPECT_EQ(trace->routing_key(), "publish.x");
  EXPECT_EQ(trace->body(), "body");
  EXPECT_TRUE(is_trace(*trace));
  EXPECT_EQ(headers_of(trace), (Table{{"channel", Value::int32(3)},
                                      {"connection", Value::text("a -> b")},
                                      {"exchange_name", Value::text("x")},
                                      {"node", Value::text("rabbit@n")},
                                      {"properties", Value::table({})},
                                      {"routed_queues", texts({"q1", "q2"})},
                                      {"routing_keys", texts({"k", "copy"})},
                                      {"user", Value::text("u")},
                                      {"vhost", Value::text("/")}}));
}

TEST(Firehose, ADeliveryTellsTheQueueAndWhetherItCameBefore) {
  const MessageRef original = message("", "q", "");
  for (bool redelivered : {false, true}) {
    const MessageRef trace = trace_delivery(*original, kPlace, "q", redelivered);
    EXPECT_EQ(trace->routing_key(), "deliver.q");
    EXPECT_EQ(trace->body(), "");
    const Table headers = headers_of(trace);
    EXPECT_EQ(*headers.find("redelivered"), Value::int32(redelivered ? 1 : 0));
    EXPECT_EQ(headers.find("routed_queues"), nullptr);
  }
}

TEST(Firehose, AllPropertiesAreTold) {
  const Table own{{"CC", texts({"copy"})}, {"h", Value::int64(1)}};
  std::string encoded;
  amqp::encode_table(encoded, own);
  const MessageRef original = message("x", "k", "b",
                                      {.content_type = "text/plain",
                                       .content_encoding = "gzip",
                                       .headers = std::string_view(encoded).substr(4),
                                       .delivery_mode = 2,
                                       .priority = 5,
                                       .correlation_id = "c",
                                       .reply_to = "r",
                                       .expiration = "1000",
                                       .message_id = "m",
                                       .timestamp = 1'700'000'000,
                                       .type = "t",
                                       .user_id = "u",
                                       .app_id = "a"});
  const Table headers = headers_of(trace_delivery(*original, kPlace, "q", false));
  EXPECT_EQ(*headers.find("routing_keys"), texts({"k", "copy"}));
  EXPECT_EQ(*headers.find("properties"),
            Value::table({{"content_type", Value::text("text/plain")},
                          {"content_encoding", Value::text("gzip")},
                          {"headers", Value::table(own)},
                          {"delivery_mode", Value::int32(2)},
                          {"priority", Value::int32(5)},
                          {"correlation_id", Value::text("c")},
                          {"reply_to", Value::text("r")},
                          {"expiration", Value::text("1000")},
                          {"message_id", Value::text("m")},
                          {"timestamp", Value::timestamp(1'700'000'000)},
                          {"type", Value::text("t")},
                          {"user_id", Value::text("u")},
                          {"app_id", Value::text("a")}}));
}

TEST(Firehose, LongNamesAreCutBetweenCharacters) {
  const std::string name(247, 'x');
  EXPECT_EQ(trace_delivery(*message("", "k", ""), kPlace, name, false)->routing_key(),
            "deliver." + name);
  const std::string longer = std::string(246, 'x') + "\xC3\xBC\xC3\xBC";
  EXPECT_EQ(trace_delivery(*message("", "k", ""), kPlace, longer, false)->routing_key(),
            "deliver." + std::string(246, 'x'));
}

TEST(Firehose, HugeHeadersAreLeftOut) {
  std::string encoded;
  amqp::encode_table(encoded, {{"h", Value::text(std::string(100'000, 'x'))}});
  const MessageRef original =
      message("x", "k", "b", {.headers = std::string_view(encoded).substr(4), .message_id = "m"});
  const MessageRef trace = trace_delivery(*original, kPlace, "q", false);
  EXPECT_LT(trace->header().size(), 1'000u);
  EXPECT_EQ(*headers_of(trace).find("properties"),
            Value::table({{"message_id", Value::text("m")}}));
}

}  // namespace
}  // namespace coney
