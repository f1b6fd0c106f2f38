#include "broker/channel/direct_reply.h"

#include <gtest/gtest.h>

namespace coney {
namespace {

const DirectReplyAddress kAddress{{ShardId{3}, 70'000, 9}, 12, 0x0123456789ABCDEF};

TEST(DirectReply, TokenLeadsBackToItsAddress) {
  const std::string token = direct_reply_token(kAddress);
  EXPECT_TRUE(token.starts_with("amq.rabbitmq.reply-to.")) << token;
  EXPECT_EQ(parse_direct_reply_token(token), kAddress);
  const DirectReplyAddress largest{{ShardId{255}, UINT32_MAX, UINT32_MAX}, UINT16_MAX, UINT64_MAX};
  EXPECT_EQ(parse_direct_reply_token(direct_reply_token(largest)), largest);
}

TEST(DirectReply, TokenFitsARoutingKey) {
  EXPECT_LE(direct_reply_token(kAddress).size(), 255u);
}

TEST(DirectReply, OtherTextIsNoToken) {
  const std::string token = direct_reply_token(kAddress);
  for (const std::string& text :
       {std::string(), std::string(kDirectReplyQueue), std::string(kDirectReplyQueue) + ".",
        std::string(kDirectReplyQueue) + "..", std::string(kDirectReplyQueue) + ".x.y", "x" + token,
        token + "=", token + "A", token.substr(0, token.rfind('.'))}) {
    EXPECT_EQ(parse_direct_reply_token(text), std::nullopt) << text;
  }
}

// A changed token is none, or names somebody else: it never leads to the same channel.
TEST(DirectReply, EveryCharacterOfATokenCounts) {
  const std::string token = direct_reply_token(kAddress);
  for (std::size_t at = 0; at != token.size(); ++at) {
    for (char c : {'A', 'z', '=', '\0', '\xFF'}) {
      std::string changed = token;
      if (changed[at] == c) continue;
      changed[at] = c;
      const auto address = parse_direct_reply_token(changed);
      EXPECT_TRUE(!address || *address != kAddress) << at << ' ' << c;
    }
    EXPECT_EQ(parse_direct_reply_token(token.substr(0, at)), std::nullopt) << at;
  }
}

TEST(DirectReply, KeysDiffer) {
  EXPECT_NE(random_key(), random_key());
}

}  // namespace
}  // namespace coney
