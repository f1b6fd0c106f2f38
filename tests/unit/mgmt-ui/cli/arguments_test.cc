#include "mgmt-ui/cli/arguments/arguments.h"

#include <gtest/gtest.h>

namespace coney::cli {
namespace {

constexpr Option kOwn[] = {{"if-empty", 'e', Option::Kind::kFlag}, {"priority"}};

Arguments parse(std::vector<std::string> words) {
  return Arguments::parse(words, kOwn);
}

TEST(Arguments, OptionsStandAnywhere) {
  const Arguments arguments = parse({"-p", "v", "one", "--priority=3", "two", "-q"});
  EXPECT_EQ(arguments.positional(), (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(arguments.vhost(), "v");
  EXPECT_EQ(arguments.text("priority"), "3");
  EXPECT_TRUE(arguments.quiet());
}

TEST(Arguments, ALetterTakesItsValueFromTheSameWord) {
  EXPECT_EQ(parse({"-pv"}).vhost(), "v");
  EXPECT_EQ(parse({"-p=v"}).vhost(), "v");
}

TEST(Arguments, FlagsTakeNoValueFromTheNextWord) {
  const Arguments arguments = parse({"-e", "queue", "--quiet", "x"});
  EXPECT_TRUE(arguments.has("if-empty"));
  EXPECT_EQ(arguments.positional(), (std::vector<std::string>{"queue", "x"}));
}

TEST(Arguments, AFlagThatIsFalseIsNotSet) {
  EXPECT_FALSE(parse({"--if-empty=false"}).has("if-empty"));
}

TEST(Arguments, UnderscoresAndDashesInNamesAreTheSame) {
  EXPECT_TRUE(parse({"--no_table_headers"}).has("no-table-headers"));
}

TEST(Arguments, NothingIsAnOptionBehindTwoDashes) {
  EXPECT_EQ(parse({"a", "--", "-p", "--x"}).positional(),
            (std::vector<std::string>{"a", "-p", "--x"}));
}

TEST(Arguments, ADashAndNegativeNumbersAreNoOptions) {
  EXPECT_EQ(parse({"-", "-1"}).positional(), (std::vector<std::string>{"-", "-1"}));
}

TEST(Arguments, WhatNobodyKnowsIsReported) {
  const Arguments arguments = parse({"--bogus=1", "-z"});
  ASSERT_EQ(arguments.unknown().size(), 2u);
  EXPECT_EQ(arguments.unknown()[0], (std::pair<std::string, std::string>("--bogus", "1")));
  EXPECT_EQ(arguments.unknown()[1].first, "-z");
}

TEST(Arguments, AnOptionWithoutItsValueIsReported) {
  EXPECT_EQ(parse({"--priority"}).incomplete(), "--priority");
  EXPECT_EQ(parse({"--priority", "1"}).incomplete(), "");
}

TEST(Numbers, AreWholeOrNothing) {
  EXPECT_EQ(to_integer("12"), 12);
  EXPECT_EQ(to_integer("12x"), std::nullopt);
  EXPECT_EQ(to_integer(""), std::nullopt);
  EXPECT_EQ(to_number("0.5"), 0.5);
}

}  // namespace
}  // namespace coney::cli
