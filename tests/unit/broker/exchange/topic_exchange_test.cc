#include "broker/exchange/topic_exchange.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace coney {
namespace {

bool matches(std::string_view pattern, std::string_view key) {
  TopicExchange exchange;
  exchange.add(pattern, {}, 7);
  std::vector<DestinationIndex> out;
  exchange.match(key, {}, out);
  return !out.empty();
}

std::vector<DestinationIndex> route(const TopicExchange& exchange, std::string_view key) {
  std::vector<DestinationIndex> out;
  exchange.match(key, {}, out);
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

TEST(TopicMatch, LiteralWordsMatchExactlyAndCaseSensitively) {
  EXPECT_TRUE(matches("a.b", "a.b"));
  EXPECT_FALSE(matches("a.b", "a.B"));
  EXPECT_FALSE(matches("a.b", "a"));
  EXPECT_FALSE(matches("a.b", "a.b.c"));
}

TEST(TopicMatch, StarMatchesExactlyOneWord) {
  EXPECT_TRUE(matches("*", "a"));
  EXPECT_FALSE(matches("*", ""));
  EXPECT_FALSE(matches("*", "a.b"));
  EXPECT_TRUE(matches("a.*.b", "a.x.b"));
}

TEST(TopicMatch, HashMatchesZeroWords) {
  EXPECT_TRUE(matches("#", ""));
  EXPECT_TRUE(matches("a.#", "a"));
  EXPECT_TRUE(matches("#.a", "a"));
  EXPECT_TRUE(matches("a.#.b", "a.b"));
}

TEST(TopicMatch, HashMatchesManyWords) {
  EXPECT_TRUE(matches("a.#", "a.b.c.d"));
  EXPECT_TRUE(matches("#.a", "a.b.a"));
  EXPECT_TRUE(matches("#.b.#", "a.b.c"));
  EXPECT_FALSE(matches("a.#.b", "a.b.c"));
  EXPECT_FALSE(matches("#.*", ""));
  EXPECT_TRUE(matches("#.*", "a.b"));
}

TEST(TopicMatch, EmptyKeyHasZeroWords) {
  EXPECT_TRUE(matches("", ""));
  EXPECT_TRUE(matches("#.#", ""));
  EXPECT_FALSE(matches("", "a"));
}

TEST(TopicMatch, DotSeparatesEmptyWords) {
  EXPECT_TRUE(matches("*.*", "."));
  EXPECT_TRUE(matches("#", "."));
  EXPECT_FALSE(matches("*", "."));
  EXPECT_TRUE(matches(".", "."));
  EXPECT_TRUE(matches("a.*", "a."));
  EXPECT_TRUE(matches("a.*.b", "a..b"));
  EXPECT_TRUE(matches("a..b", "a..b"));
  EXPECT_FALSE(matches("a..b", "a.b"));
}

TEST(TopicMatch, WildcardsInsideWordsAreLiteral) {
  EXPECT_TRUE(matches("a*", "a*"));
  EXPECT_FALSE(matches("a*", "ab"));
  EXPECT_TRUE(matches("#a", "#a"));
  EXPECT_FALSE(matches("#a", "x.a"));
}

TEST(TopicMatch, WildcardWordsOfAKeyAreWords) {
  EXPECT_TRUE(matches("*", "#"));
  EXPECT_FALSE(matches("a.b", "a.*"));
}

TEST(TopicExchange, UnbindingOnePatternKeepsTheOther) {
  TopicExchange exchange;
  exchange.add("a.*", {}, 1);
  exchange.add("a.#", {}, 1);
  exchange.remove("a.*", {}, 1);
  EXPECT_EQ(route(exchange, "a.b"), std::vector<DestinationIndex>{1});
  exchange.remove("a.#", {}, 1);
  EXPECT_TRUE(route(exchange, "a.b").empty());
  EXPECT_TRUE(exchange.empty());
}

TEST(TopicExchange, SamePatternWithOtherArgumentsIsAnotherBinding) {
  TopicExchange exchange;
  exchange.add("k", {}, 1);
  exchange.add("k", {{"a", amqp::Value::int32(1)}}, 1);
  exchange.remove("k", {}, 1);
  EXPECT_EQ(route(exchange, "k"), std::vector<DestinationIndex>{1});
}

TEST(TopicExchange, RemovingWhatIsNotThereIsIgnored) {
  TopicExchange exchange;
  exchange.add("a.b", {}, 1);
  exchange.remove("a.b", {}, 2);
  exchange.remove("a", {}, 1);
  exchange.remove("a.b.c", {}, 1);
  exchange.remove("#", {}, 1);
  EXPECT_EQ(route(exchange, "a.b"), std::vector<DestinationIndex>{1});
}

TEST(TopicExchange, RemovalGivesTheNodesBack) {
  TopicExchange exchange;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 100; ++i) exchange.add("a.*.#." + std::to_string(i), {}, 1);
    EXPECT_EQ(exchange.node_count(), 104u);
    for (int i = 0; i < 100; ++i) exchange.remove("a.*.#." + std::to_string(i), {}, 1);
    EXPECT_EQ(exchange.node_count(), 1u);
    EXPECT_TRUE(exchange.empty());
  }
}

// A matcher that tries every way to spread the words over the '#'s would need ages for this.
TEST(TopicExchange, ManyHashesDoNotExplode) {
  TopicExchange exchange;
  std::string pattern = "#";
  for (int i = 0; i < 60; ++i) pattern += ".a.#";
  exchange.add(pattern + ".b", {}, 1);
  exchange.add("#.#.#.#.#.#.#.#.#.#.#.#.#.#.#.#", {}, 2);
  std::string key = "a";
  for (int i = 0; i < 126; ++i) key += ".a";
  EXPECT_EQ(route(exchange, key), std::vector<DestinationIndex>{2});
  EXPECT_EQ(route(exchange, key + ".b"), (std::vector<DestinationIndex>{1, 2}));
}

}  // namespace
}  // namespace coney
