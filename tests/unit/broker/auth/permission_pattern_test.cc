#include "broker/auth/permission_pattern.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace coney {
namespace {

PermissionPattern compiled(std::string_view expression) {
  auto pattern = PermissionPattern::compile(expression);
  if (pattern) return *pattern;
  ADD_FAILURE() << pattern.error().message;
  return {};
}

bool matches(std::string_view expression, std::string_view name) {
  return compiled(expression).matches(name);
}

std::string compile_error(std::string_view expression) {
  auto pattern = PermissionPattern::compile(expression);
  EXPECT_FALSE(pattern) << expression;
  return pattern ? "" : pattern.error().message;
}

TEST(PermissionPattern, IsSearchedForAnywhereUnlessAnchored) {
  EXPECT_TRUE(matches("lim", "a-limited-b"));
  EXPECT_TRUE(matches("^lim-", "lim-q"));
  EXPECT_FALSE(matches("^lim-", "a-lim-q"));
  EXPECT_TRUE(matches("-q$", "lim-q"));
  EXPECT_FALSE(matches("-q$", "lim-q2"));
  EXPECT_FALSE(matches("-q$", "lim-q\n"));
  EXPECT_TRUE(matches("^(amq\\.gen.*|amq\\.default)$", "amq.default"));
  EXPECT_FALSE(matches("^(amq\\.gen.*|amq\\.default)$", "amqxdefault"));
}

TEST(PermissionPattern, EmptyOneMatchesTheEmptyNameOnly) {
  EXPECT_TRUE(matches("", ""));
  EXPECT_FALSE(matches("", "x"));
  EXPECT_FALSE(PermissionPattern().matches("x"));
}

TEST(PermissionPattern, DotStarMatchesEverything) {
  EXPECT_TRUE(matches(".*", ""));
  EXPECT_TRUE(matches(".*", "x"));
  EXPECT_TRUE(matches(".*", std::string("a\0\n\xff", 4)));
}

TEST(PermissionPattern, LetterCaseCountsUnlessAskedOtherwise) {
  EXPECT_FALSE(matches("^A", "a"));
  EXPECT_TRUE(matches("(?i)^A", "a"));
}

TEST(PermissionPattern, ByteIsACharacter) {
  EXPECT_TRUE(matches("^caf\xc3\xa9$", "caf\xc3\xa9"));
  EXPECT_TRUE(matches("^caf..$", "caf\xc3\xa9"));
  EXPECT_TRUE(matches("^\xff.$", "\xff\xfe"));
  EXPECT_TRUE(matches("^a.b$", std::string("a\0b", 3)));
}

TEST(PermissionPattern, PerlClassesWork) {
  EXPECT_TRUE(matches("^\\w+\\.\\d{2,3}$", "queue.123"));
  EXPECT_FALSE(matches("^\\w+\\.\\d{2,3}$", "queue.1"));
  EXPECT_TRUE(matches("^[[:alpha:]]+$", "abc"));
}

TEST(PermissionPattern, SyntaxErrorsAreValues) {
  EXPECT_NE(compile_error("a(b").find("a(b"), std::string::npos);
  compile_error("*");
  compile_error("[z-a]");
  compile_error("a{2000}");
  compile_error("\\");
}

TEST(PermissionPattern, WhatRe2LacksIsNamed) {
  for (const char* expression : {"^(?=a)", "^(?!amq)", "(?<=a)b", "(?<!a)b", "(?>a+)b"}) {
    EXPECT_NE(compile_error(expression).find("look-around"), std::string::npos) << expression;
  }
  for (const char* expression : {"(a)\\1", "(a)\\k<1>"}) {
    EXPECT_NE(compile_error(expression).find("back-references"), std::string::npos) << expression;
  }
}

TEST(PermissionPattern, MemoryIsBounded) {
  compile_error("((((a{100}){100}){100}){100})");
  compile_error(std::string(100'000, 'a'));
  // Exponential for a backtracking matcher.
  EXPECT_FALSE(matches("^(a+)+$", std::string(5000, 'a') + "b"));
  EXPECT_FALSE(matches("(x+x+)+y", std::string(200, 'x')));
}

TEST(PermissionPattern, IsSharedByThreads) {
  PermissionPattern pattern = compiled("^q-\\d+$");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([copy = pattern, t] {
      for (int i = 0; i < 1000; ++i) {
        EXPECT_TRUE(copy.matches("q-" + std::to_string(i + t)));
        EXPECT_FALSE(copy.matches("q-" + std::to_string(i) + "x"));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(PermissionPattern, DefaultExchangeIsAmqDefault) {
  EXPECT_EQ(permission_name_of_exchange(""), "amq.default");
  EXPECT_EQ(permission_name_of_exchange("logs"), "logs");
}

TEST(TopicPattern, VariablesStandForTheirValues) {
  TopicVariables variables{.username = "alice", .vhost = "prod", .client_id = "c7"};
  EXPECT_EQ(expand_topic_pattern("^{username}\\.{vhost}-{client_id}$", variables),
            "^alice\\.prod-c7$");
  EXPECT_EQ(expand_topic_pattern("{username}{username}", variables), "alicealice");
  EXPECT_EQ(expand_topic_pattern("", variables), "");
}

TEST(TopicPattern, UnsetAndUnknownVariablesStay) {
  TopicVariables variables{.username = "alice", .vhost = "/"};
  EXPECT_EQ(expand_topic_pattern("{client_id}.{other}{", variables), "{client_id}.{other}{");
  compiled(expand_topic_pattern("^{client_id}\\.x", variables));
}

TEST(TopicPattern, ValuesMatchThemselvesAndAreNotExpandedAgain) {
  TopicVariables variables{.username = ".*|{vhost}", .vhost = "/a+b"};
  PermissionPattern pattern = compiled(expand_topic_pattern("^{username}@{vhost}$", variables));
  EXPECT_TRUE(pattern.matches(".*|{vhost}@/a+b"));
  EXPECT_FALSE(pattern.matches("anything"));
  EXPECT_FALSE(pattern.matches("bob@/aab"));
}

}  // namespace
}  // namespace coney
