#include "broker/auth/topic_pattern.h"

#include <gtest/gtest.h>

namespace coney {
namespace {

constexpr TopicVariables kKnown{.username = "u", .vhost = "/v"};

TEST(TopicPattern, UsernameAndVhostAreKnown) {
  const TopicPattern pattern("^{username}\\.{vhost}$", kKnown);
  EXPECT_TRUE(pattern.matches("u./v", std::nullopt));
  EXPECT_TRUE(pattern.matches("u./v", "ignored"));
  EXPECT_FALSE(pattern.matches("w./v", std::nullopt));
}

TEST(TopicPattern, EachClientHasItsOwn) {
  const TopicPattern pattern("^{username}\\.{client_id}\\.", kKnown);
  EXPECT_TRUE(pattern.matches("u.one.x", "one"));
  EXPECT_FALSE(pattern.matches("u.one.x", "two"));
  EXPECT_TRUE(pattern.matches("u.two.x", "two"));
  EXPECT_FALSE(pattern.matches("u.one.x", std::nullopt));
}

TEST(TopicPattern, WithoutAClientIdTheVariableStaysAsItIs) {
  const TopicPattern pattern("^{client_id}$", kKnown);
  EXPECT_TRUE(pattern.matches("{client_id}", std::nullopt));
  EXPECT_FALSE(pattern.matches("", std::nullopt));
}

TEST(TopicPattern, AClientIdIsTextAndNeverAnExpression) {
  const TopicPattern pattern("^{client_id}$", kKnown);
  EXPECT_FALSE(pattern.matches("anything", ".*"));
  EXPECT_TRUE(pattern.matches(".*", ".*"));
  EXPECT_FALSE(pattern.matches("u", "{username}"));
  EXPECT_TRUE(pattern.matches("{username}", "{username}"));
}

TEST(TopicPattern, ManyClientsAreServed) {
  const TopicPattern pattern("^{client_id}$", kKnown);
  for (int round = 0; round != 2; ++round) {
    for (std::size_t n = 0; n != 2 * TopicPattern::kClientsKept; ++n) {
      const std::string id = "c" + std::to_string(n);
      EXPECT_TRUE(pattern.matches(id, id));
      EXPECT_FALSE(pattern.matches("c", id));
    }
  }
}

TEST(TopicPattern, WhatDoesNotCompileMatchesNothing) {
  EXPECT_FALSE(TopicPattern("(", kKnown).matches("(", std::nullopt));
  EXPECT_FALSE(TopicPattern("({client_id}", kKnown).matches("(a", "a"));
}

}  // namespace
}  // namespace coney
