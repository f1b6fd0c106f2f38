#include "tests/bench/publish_batch.h"

#include <gtest/gtest.h>

#include <set>

#include "amqp/frame.h"
#include "amqp/methods.h"
#include "amqp/properties.h"

namespace bench {
namespace {

struct Published {
  std::string exchange;
  std::string key;
  std::string body;
  bool persistent = false;
  std::optional<std::uint8_t> priority;
  std::string expiration;
};

amqp::Frame take(std::string_view& bytes) {
  const auto read = amqp::read_frame(bytes, 1 << 20);
  EXPECT_EQ(read.status, amqp::FrameStatus::kFrame);
  bytes.remove_prefix(read.consumed);
  return read.frame;
}

std::vector<Published> read_back(std::string_view bytes) {
  std::vector<Published> messages;
  while (!bytes.empty()) {
    const auto publish =
        amqp::decode_arguments<amqp::BasicPublish>(take(bytes).payload.substr(4)).value();
    const auto header = amqp::decode_content_header(take(bytes).payload).value();
    const auto properties = amqp::PropertyList::decode(header.properties).value();
    Published& message = messages.emplace_back();
    message.exchange = publish.exchange;
    message.key = publish.routing_key;
    message.persistent = properties.delivery_mode == 2;
    message.priority = properties.priority;
    message.expiration = properties.expiration.value_or("");
    while (message.body.size() < header.body_size) message.body += take(bytes).payload;
  }
  return messages;
}

TEST(PublishBatch, HoldsWholeMessagesWithKeysInTurn) {
  const PublishBatch batch({"x", {"a", "bb", "c"}, 16, true, 4096}, 10'000);
  ASSERT_GT(batch.messages(), 30u);
  EXPECT_EQ(batch.messages() % 3, 0u);
  const auto messages = read_back(batch.range(0, batch.messages()));
  ASSERT_EQ(messages.size(), batch.messages());
  EXPECT_EQ(messages[0].key, "a");
  EXPECT_EQ(messages[1].key, "bb");
  EXPECT_EQ(messages[3].key, "a");
  for (const Published& message : messages) {
    EXPECT_EQ(message.exchange, "x");
    EXPECT_EQ(message.body, std::string(16, 'x'));
    EXPECT_TRUE(message.persistent);
  }
  EXPECT_LE(batch.range(0, batch.messages()).size(), 10'000u);
}

TEST(PublishBatch, RangesAreWholeMessages) {
  const PublishBatch batch({"", {"q", "longer"}, 5, false, 4096}, 1000);
  const auto messages = read_back(batch.range(1, 2));
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0].key, "longer");
  EXPECT_EQ(messages[1].key, "q");
  EXPECT_FALSE(messages[0].persistent);
}

TEST(PublishBatch, AMessageLargerThanTheBatchIsSplitIntoFrames) {
  const PublishBatch batch({"", {"q"}, 20'000, false, 4096}, 100);
  EXPECT_EQ(batch.messages(), 1u);
  EXPECT_EQ(read_back(batch.range(0, 1))[0].body.size(), 20'000u);
}

TEST(PublishBatch, MixesPrioritiesAndExpirations) {
  PublishForm form{"", {"q"}, 16};
  form.priorities = 3;
  form.expirations = {"60000", ""};
  const PublishBatch batch(form, 10'000);
  std::set<std::pair<int, std::string>> kinds;
  for (const Published& message : read_back(batch.range(0, batch.messages()))) {
    kinds.emplace(message.priority.value_or(99), message.expiration);
  }
  EXPECT_EQ(kinds, (std::set<std::pair<int, std::string>>{
                       {0, ""}, {1, ""}, {2, ""}, {0, "60000"}, {1, "60000"}, {2, "60000"}}));
}

TEST(PublishBatch, AnEmptyBodyHasNoBodyFrame) {
  const PublishBatch batch({"", {"q"}, 0, false, 4096}, 1);
  EXPECT_EQ(read_back(batch.range(0, batch.messages()))[0].body, "");
}

}  // namespace
}  // namespace bench
