#include "broker/message/stored_message.h"

#include <gtest/gtest.h>

#include <string>

#include "amqp/properties.h"

namespace coney {
namespace {

MessageRef message(const std::string& exchange, const std::string& key, const std::string& body) {
  amqp::PropertyList properties;
  properties.content_type = "text/plain";
  std::string header;
  amqp::encode_content_header(header, body.size(), properties);
  MessageBuilder builder(exchange, key, header, body.size(), true);
  builder.append(body);
  return builder.finish();
}

std::string stored(const MessageRef& message) {
  const StoredMessage form(*message);
  return std::string(form.prefix()) + std::string(form.data());
}

TEST(StoredMessage, ComesBackAsItWas) {
  for (const std::string& body : {std::string(), std::string("hello"), std::string(70'000, 'x')}) {
    const MessageRef before = message("amq.topic", "a.b.c", body);
    const MessageRef after = StoredMessage::decode(stored(before), true);
    ASSERT_TRUE(after);
    EXPECT_EQ(after->exchange(), "amq.topic");
    EXPECT_EQ(after->routing_key(), "a.b.c");
    EXPECT_EQ(after->routing(), before->routing());
    EXPECT_EQ(after->header(), before->header());
    EXPECT_EQ(after->body(), body);
    EXPECT_TRUE(after->persistent());
    EXPECT_EQ(after->size(), before->size());
  }
}

TEST(StoredMessage, PersistenceIsToldBesideIt) {
  EXPECT_FALSE(StoredMessage::decode(stored(message("", "q", "x")), false)->persistent());
}

TEST(StoredMessage, CutOrChangedBytesAreNoMessageOrAnother) {
  const std::string bytes = stored(message("e", "k", "body"));
  for (std::size_t size = 0; size != bytes.size(); ++size) {
    EXPECT_FALSE(StoredMessage::decode(bytes.substr(0, size), true)) << size;
  }
  EXPECT_FALSE(StoredMessage::decode(bytes + "x", true));
  // The first byte is the version, the next eight say how the rest is divided.
  for (std::size_t at = 0; at != StoredMessage::kPrefixSize; ++at) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 0x40);
    EXPECT_FALSE(StoredMessage::decode(changed, true)) << at;
  }
}

}  // namespace
}  // namespace coney
