#include "broker/exchange/regex_exchange.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <algorithm>
#include <random>
#include <set>

namespace coney {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::vector<DestinationIndex> matched(const RegexExchange& index, std::string_view key) {
  std::vector<DestinationIndex> out;
  index.match(key, {}, out);
  std::ranges::sort(out);
  return out;
}

std::optional<ArgumentFault> check(std::string_view key) {
  return check_regex_binding({key, {}, "classic"});
}

TEST(RegexExchange, TheWholeKeyHasToMatch) {
  RegexExchange index;
  index.add("order", {}, 1);
  index.add("order.*", {}, 2);
  index.add(".*", {}, 3);
  index.add("", {}, 4);
  index.add("(eu|us)\\.order\\.[0-9]+", {}, 5);
  EXPECT_THAT(matched(index, "order"), ElementsAre(1, 2, 3));
  EXPECT_THAT(matched(index, "order.new"), ElementsAre(2, 3));
  EXPECT_THAT(matched(index, "an order"), ElementsAre(3));
  EXPECT_THAT(matched(index, ""), ElementsAre(3, 4));
  EXPECT_THAT(matched(index, "eu.order.17"), ElementsAre(3, 5));
  EXPECT_THAT(matched(index, "eu.order."), ElementsAre(3));
}

TEST(RegexExchange, CharactersAreThoseOfUtf8AndDotIsAny) {
  RegexExchange index;
  index.add("gr.n", {}, 1);
  EXPECT_THAT(matched(index, "gr\xC3\xBCn"), ElementsAre(1));
  EXPECT_THAT(matched(index, "gr\nn"), ElementsAre(1));
  EXPECT_THAT(matched(index, "gr\xC3\xBC\xC3\xBCn"), IsEmpty());
}

TEST(RegexExchange, ADestinationStaysUntilItsLastBindingOfThePatternGoes) {
  RegexExchange index;
  index.add("a+", {}, 1);
  index.add("a+", {{"x", amqp::Value::int32(1)}}, 1);
  index.add("a+", {}, 2);
  index.remove("a+", {}, 1);
  index.remove("b+", {}, 1);
  EXPECT_THAT(matched(index, "aa"), ElementsAre(1, 2));
  index.remove("a+", {}, 1);
  EXPECT_THAT(matched(index, "aa"), ElementsAre(2));
  index.remove("a+", {}, 2);
  EXPECT_TRUE(index.empty());
}

TEST(RegexExchange, RefusesWhatIsNoExpressionAndSaysWhy) {
  EXPECT_FALSE(check("a.*b"));
  EXPECT_FALSE(check(""));
  const auto open = check("a(b");
  ASSERT_TRUE(open);
  EXPECT_EQ(open->reply_code, 406);
  EXPECT_FALSE(open->closes_connection);
  EXPECT_THAT(open->text, HasSubstr("the binding key 'a(b' is not a regular expression: missing"));
  EXPECT_TRUE(check("(?=look)ahead"));
  EXPECT_TRUE(check("(a)\\1"));
}

TEST(RegexExchange, RefusesExpressionsThatNeedTooMuchMemory) {
  EXPECT_FALSE(check("[0-9]{1,20}"));
  EXPECT_TRUE(check("((a{100}){100}){100}"));
  const auto large = check("(.{200}){3}x{900}");
  ASSERT_TRUE(large);
  EXPECT_THAT(large->text, HasSubstr("too large"));
}

// Patterns come and go through several blocks; every key must match what each pattern alone says.
TEST(RegexExchange, MatchesAsEachPatternAloneWould) {
  std::mt19937 random(7);
  const auto one_of = [&](std::size_t count) { return random() % count; };
  const auto text = [&](const char* letters, std::size_t longest) {
    std::string out;
    for (std::size_t left = one_of(longest + 1); left != 0; --left) {
      out += letters[one_of(std::char_traits<char>::length(letters))];
    }
    return out;
  };
  RegexExchange index;
  std::set<std::pair<std::string, DestinationIndex>> bindings;
  for (int round = 0; round != 6; ++round) {
    const bool growing = round % 2 == 0;
    for (int n = 0; n != 500; ++n) {
      if (growing) {
        const std::pair<std::string, DestinationIndex> added{text("ab.*+?", 6), one_of(50)};
        if (check(added.first) || !bindings.insert(added).second) continue;
        index.add(added.first, {}, added.second);
      } else if (!bindings.empty()) {
        const auto gone =
            std::next(bindings.begin(), static_cast<std::ptrdiff_t>(one_of(bindings.size())));
        index.remove(gone->first, {}, gone->second);
        bindings.erase(gone);
      }
    }
    for (int n = 0; n != 40; ++n) {
      const std::string key = text("ab.c", 6);
      std::set<DestinationIndex> expected;
      for (const auto& [pattern, destination] : bindings) {
        if (re2::RE2::FullMatch(key, "(?s:" + pattern + ")")) expected.insert(destination);
      }
      const auto found = matched(index, key);
      EXPECT_EQ(std::set<DestinationIndex>(found.begin(), found.end()), expected) << key;
    }
  }
  for (const auto& [pattern, destination] : bindings) index.remove(pattern, {}, destination);
  EXPECT_TRUE(index.empty());
  EXPECT_THAT(matched(index, "a"), IsEmpty());
}

// Sets of such patterns have automatons of very many states.
TEST(RegexExchange, PatternsThatExhaustAnAutomatonStillMatch) {
  RegexExchange index;
  for (DestinationIndex n = 0; n != 2 * RegexExchange::kBlock; ++n) {
    index.add(".*a.{" + std::to_string(n % 100 + 5) + "}.*" + std::to_string(n), {}, n);
  }
  std::mt19937 random(3);
  for (int n = 0; n != 10; ++n) {
    std::string key;
    for (int left = 0; left != 240; ++left) key += random() % 2 ? 'a' : 'b';
    EXPECT_THAT(matched(index, key + "/255"), UnorderedElementsAre(5, 55, 255));
  }
}

}  // namespace
}  // namespace coney
