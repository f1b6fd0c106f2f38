#include "amqp/properties.h"

#include <gtest/gtest.h>

using namespace std::literals;

namespace amqp::testing {
namespace {

PropertyList full_list() {
  PropertyList list;
  list.content_type = "text/plain";
  list.content_encoding = "gzip";
  list.headers = "\1aV"sv;
  list.delivery_mode = 2;
  list.priority = 9;
  list.correlation_id = "c";
  list.reply_to = "r";
  list.expiration = "1000";
  list.message_id = "m";
  list.timestamp = 1234567890123;
  list.type = "t";
  list.user_id = "u";
  list.app_id = "";
  list.cluster_id = "k";
  return list;
}

std::string encoded(const PropertyList& list) {
  std::string bytes;
  list.encode(bytes);
  return bytes;
}

TEST(Properties, AllOfThemSurviveEncodeAndDecode) {
  const std::string bytes = encoded(full_list());
  EXPECT_EQ(wire::load<std::uint16_t>(bytes.data()), 0xFFFC);
  const auto list = PropertyList::decode(bytes);
  ASSERT_TRUE(list);
  EXPECT_EQ(list->content_type, "text/plain");
  EXPECT_EQ(list->content_encoding, "gzip");
  EXPECT_EQ(list->headers, "\1aV"sv);
  EXPECT_EQ(list->delivery_mode, 2);
  EXPECT_EQ(list->priority, 9);
  EXPECT_EQ(list->correlation_id, "c");
  EXPECT_EQ(list->reply_to, "r");
  EXPECT_EQ(list->expiration, "1000");
  EXPECT_EQ(list->message_id, "m");
  EXPECT_EQ(list->timestamp, 1234567890123u);
  EXPECT_EQ(list->type, "t");
  EXPECT_EQ(list->user_id, "u");
  EXPECT_EQ(list->app_id, "");
  EXPECT_EQ(list->cluster_id, "k");
  EXPECT_EQ(encoded(*list), bytes);
}

TEST(Properties, NoneIsTwoZeroOctets) {
  EXPECT_EQ(encoded({}), "\0\0"sv);
  const auto list = PropertyList::decode("\0\0"sv);
  ASSERT_TRUE(list);
  EXPECT_EQ(list->content_type, std::nullopt);
  EXPECT_EQ(list->timestamp, std::nullopt);
}

TEST(Properties, EveryCombinationOfFlagsComesBack) {
  const PropertyList full = full_list();
  const auto whole = PropertyList::decode(encoded(full));
  ASSERT_TRUE(whole);
  for (std::uint32_t flags = 0; flags < 1u << 14; ++flags) {
    PropertyList list = full;
    auto keep = [&](auto member, Property property) {
      if (!has_property(static_cast<std::uint16_t>(flags << 2), property)) list.*member = {};
    };
    keep(&PropertyList::content_type, Property::kContentType);
    keep(&PropertyList::content_encoding, Property::kContentEncoding);
    keep(&PropertyList::headers, Property::kHeaders);
    keep(&PropertyList::delivery_mode, Property::kDeliveryMode);
    keep(&PropertyList::priority, Property::kPriority);
    keep(&PropertyList::correlation_id, Property::kCorrelationId);
    keep(&PropertyList::reply_to, Property::kReplyTo);
    keep(&PropertyList::expiration, Property::kExpiration);
    keep(&PropertyList::message_id, Property::kMessageId);
    keep(&PropertyList::timestamp, Property::kTimestamp);
    keep(&PropertyList::type, Property::kType);
    keep(&PropertyList::user_id, Property::kUserId);
    keep(&PropertyList::app_id, Property::kAppId);
    keep(&PropertyList::cluster_id, Property::kClusterId);
    const std::string bytes = encoded(list);
    ASSERT_EQ(wire::load<std::uint16_t>(bytes.data()), flags << 2);
    const auto again = PropertyList::decode(bytes);
    ASSERT_TRUE(again);
    ASSERT_EQ(encoded(*again), bytes);
  }
}

TEST(Properties, EveryCutIsTruncated) {
  const std::string bytes = encoded(full_list());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::string part = bytes.substr(0, size);
    const auto list = PropertyList::decode(part);
    ASSERT_FALSE(list) << size;
    EXPECT_EQ(list.error(), DecodeError::kTruncated) << size;
  }
}

TEST(Properties, BytesBehindTheLastAreRefused) {
  const auto list = PropertyList::decode(encoded(full_list()) + '\0');
  ASSERT_FALSE(list);
  EXPECT_EQ(list.error(), DecodeError::kTrailingBytes);
}

TEST(Properties, ContinuationAndUnusedFlagsAreRefused) {
  EXPECT_FALSE(PropertyList::decode("\0\1\0\0"sv));
  EXPECT_FALSE(PropertyList::decode("\0\1"sv));
  EXPECT_FALSE(PropertyList::decode("\0\2"sv));
}

TEST(ContentHeader, CarriesClassSizeAndTheRawProperties) {
  std::string payload;
  encode_content_header(payload, 0x0102030405060708, full_list());
  EXPECT_EQ(payload.substr(0, 12), "\0\x3c\0\0\1\2\3\4\5\6\7\x08"sv);
  const auto header = decode_content_header(payload);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->class_id, kBasicClass);
  EXPECT_EQ(header->weight, 0);
  EXPECT_EQ(header->body_size, 0x0102030405060708u);
  EXPECT_EQ(header->properties, encoded(full_list()));
  EXPECT_EQ(kContentHeaderSize + header->properties.size(), payload.size());
}

TEST(ContentHeader, NeedsTheFixedPartAndTheFlags) {
  std::string payload;
  encode_content_header(payload, 1, {});
  ASSERT_EQ(payload.size(), 14u);
  for (std::size_t size = 0; size < payload.size(); ++size) {
    const std::string part = payload.substr(0, size);
    EXPECT_FALSE(decode_content_header(part)) << size;
  }
}

}  // namespace
}  // namespace amqp::testing
