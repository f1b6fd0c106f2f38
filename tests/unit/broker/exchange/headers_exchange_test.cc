#include "broker/exchange/headers_exchange.h"

#include <gtest/gtest.h>

namespace coney {
namespace {

using amqp::Array;
using amqp::Table;
using amqp::Value;

Value integer(char tag, std::int64_t value) {
  return {tag, value};
}
Value real(char tag, double value) {
  return {tag, value};
}
Value bytes(std::string value) {
  return {'x', std::move(value)};
}

std::string encode(const Table& headers) {
  std::string out;
  amqp::encode_table(out, headers);
  return out.substr(4);
}

bool matches_encoded(const Table& arguments, std::string_view headers) {
  HeadersExchange exchange;
  exchange.add("", arguments, 7);
  std::vector<DestinationIndex> out;
  exchange.match("", headers, out);
  return !out.empty();
}

bool matches(const Table& arguments, const Table& headers) {
  return matches_encoded(arguments, encode(headers));
}

Table with_match(std::string_view kind, Table arguments) {
  arguments.append("x-match", Value::text(kind));
  arguments.canonicalize();
  return arguments;
}

bool equal(const Value& bound, const Value& sent) {
  return matches({{"a", bound}}, {{"a", sent}});
}

TEST(HeadersMatch, AllNeedsEveryArgument) {
  Table arguments = with_match("all", {{"a", Value::int32(1)}, {"b", Value::text("x")}});
  EXPECT_TRUE(matches(arguments, {{"a", Value::int32(1)}, {"b", Value::text("x")}}));
  EXPECT_TRUE(matches(arguments,
                      {{"c", Value::int32(5)}, {"b", Value::text("x")}, {"a", Value::int32(1)}}));
  EXPECT_FALSE(matches(arguments, {{"a", Value::int32(1)}}));
  EXPECT_FALSE(matches(arguments, {{"a", Value::int32(1)}, {"b", Value::text("y")}}));
  EXPECT_FALSE(matches(arguments, {}));
}

TEST(HeadersMatch, AllIsTheDefault) {
  Table arguments{{"a", Value::int32(1)}, {"b", Value::text("x")}};
  EXPECT_TRUE(matches(arguments, {{"a", Value::int32(1)}, {"b", Value::text("x")}}));
  EXPECT_FALSE(matches(arguments, {{"a", Value::int32(1)}}));
}

TEST(HeadersMatch, AnyNeedsOneArgument) {
  Table arguments = with_match("any", {{"a", Value::int32(1)}, {"b", Value::text("x")}});
  EXPECT_TRUE(matches(arguments, {{"a", Value::int32(1)}}));
  EXPECT_TRUE(matches(arguments, {{"b", Value::text("x")}}));
  EXPECT_FALSE(matches(arguments, {{"a", Value::int32(2)}, {"b", Value::text("y")}}));
  EXPECT_FALSE(matches(arguments, {}));
}

TEST(HeadersMatch, AllWithoutArgumentsMatchesEverything) {
  EXPECT_TRUE(matches({}, {}));
  EXPECT_TRUE(matches({}, {{"a", Value::int32(1)}}));
  EXPECT_TRUE(matches(with_match("all", {}), {}));
}

TEST(HeadersMatch, AnyWithoutArgumentsMatchesNothing) {
  EXPECT_FALSE(matches(with_match("any", {}), {}));
  EXPECT_FALSE(matches(with_match("any", {}), {{"a", Value::int32(1)}}));
}

TEST(HeadersMatch, ArgumentsThatStartWithXAreIgnored) {
  EXPECT_TRUE(matches(with_match("all", {{"x-a", Value::int32(1)}}), {{"x-a", Value::int32(2)}}));
  EXPECT_FALSE(matches(with_match("any", {{"x-a", Value::int32(1)}}), {{"x-a", Value::int32(1)}}));
}

TEST(HeadersMatch, WithXTakesThem) {
  Table all = with_match("all-with-x", {{"x-a", Value::int32(1)}, {"b", Value::text("x")}});
  EXPECT_TRUE(matches(all, {{"x-a", Value::int32(1)}, {"b", Value::text("x")}}));
  EXPECT_FALSE(matches(all, {{"b", Value::text("x")}}));
  Table any = with_match("any-with-x", {{"x-a", Value::int32(1)}});
  EXPECT_TRUE(matches(any, {{"x-a", Value::int32(1)}}));
  EXPECT_FALSE(matches(any, {{"x-a", Value::int32(2)}}));
}

TEST(HeadersMatch, VoidAsksForPresence) {
  EXPECT_TRUE(equal(Value::void_value(), Value::int32(1)));
  EXPECT_TRUE(equal(Value::void_value(), Value::void_value()));
  EXPECT_FALSE(equal(Value::int32(1), Value::void_value()));
  EXPECT_FALSE(matches({{"a", Value::void_value()}}, {{"b", Value::int32(1)}}));
}

TEST(HeadersMatch, IntegersOfAllTypesCompareByValue) {
  for (char bound : std::string_view("bBsuIil")) {
    for (char sent : std::string_view("bBsuIil")) {
      EXPECT_TRUE(equal(integer(bound, 5), integer(sent, 5))) << bound << sent;
      EXPECT_FALSE(equal(integer(bound, 5), integer(sent, 6))) << bound << sent;
    }
  }
  EXPECT_TRUE(equal(integer('b', -1), integer('l', -1)));
  EXPECT_FALSE(equal(integer('B', 255), integer('b', -1)));
  EXPECT_FALSE(equal(Value::int32(1), Value::text("1")));
  EXPECT_FALSE(equal(Value::int32(1), Value::boolean(true)));
  EXPECT_FALSE(equal(Value::int32(1), real('d', 1.0)));
  EXPECT_FALSE(equal(Value::int32(1), Value::timestamp(1)));
}

TEST(HeadersMatch, FloatAndDoubleCompareByValue) {
  EXPECT_TRUE(equal(real('f', 1.5), real('d', 1.5)));
  EXPECT_TRUE(equal(real('d', 1.5), real('f', 1.5)));
  EXPECT_FALSE(equal(real('d', 1.1), real('f', 1.1)));
  EXPECT_FALSE(equal(real('d', 1.0), Value::int32(1)));
}

TEST(HeadersMatch, StringsAndByteArraysCompareByBytes) {
  EXPECT_TRUE(equal(Value::text("ab"), bytes("ab")));
  EXPECT_TRUE(equal(bytes("ab"), Value::text("ab")));
  EXPECT_FALSE(equal(Value::text("ab"), Value::text("abc")));
}

TEST(HeadersMatch, BooleansCompareWithBooleans) {
  EXPECT_TRUE(equal(Value::boolean(true), Value::boolean(true)));
  EXPECT_FALSE(equal(Value::boolean(true), Value::boolean(false)));
  EXPECT_FALSE(equal(Value::boolean(true), Value::text("true")));
  EXPECT_FALSE(equal(Value::boolean(true), Value::int32(1)));
}

TEST(HeadersMatch, ArraysAndTablesMustBeIdentical) {
  Value array = Value::array({Value::int32(1), Value::int32(2)});
  EXPECT_TRUE(equal(array, array));
  EXPECT_FALSE(equal(array, Value::array({Value::int32(2), Value::int32(1)})));
  EXPECT_FALSE(equal(array, Value::array({Value::int64(1), Value::int64(2)})));
  Value table = Value::table({{"k", Value::int32(1)}, {"l", Value::int32(2)}});
  EXPECT_TRUE(equal(table, table));
  EXPECT_FALSE(equal(table, Value::table({{"l", Value::int32(2)}, {"k", Value::int32(1)}})));
  EXPECT_FALSE(equal(table, Value::table({{"k", Value::int32(1)}})));
}

TEST(HeadersMatch, NestedValuesAreComparedAsRead) {
  // An 'L' is read as 'l', any octet but 0 as true.
  std::string array(
      "\1a"
      "A\0\0\0\x0b"
      "L\0\0\0\0\0\0\0\5"
      "t\7",
      18);
  EXPECT_TRUE(
      matches_encoded({{"a", Value::array({Value::int64(5), Value::boolean(true)})}}, array));
}

TEST(HeadersMatch, TheFirstOfEqualHeadersCounts) {
  Table headers{{"a", Value::int32(1)}, {"a", Value::int32(2)}};
  EXPECT_TRUE(matches({{"a", Value::int32(1)}}, headers));
  EXPECT_FALSE(matches({{"a", Value::int32(2)}}, headers));
}

TEST(HeadersMatch, MalformedHeadersMatchByWhatCanBeRead) {
  std::string headers = encode({{"a", Value::int32(1)}, {"b", Value::text("x")}});
  for (std::size_t size = 0; size < headers.size(); ++size) {
    EXPECT_FALSE(matches_encoded({{"b", Value::text("x")}}, headers.substr(0, size)));
  }
  EXPECT_FALSE(matches_encoded({{"a", Value::int32(1)}}, std::string_view("\1aZ\0", 4)));
}

TEST(HeadersExchange, RemovesByArguments) {
  HeadersExchange exchange;
  Table one{{"a", Value::int32(1)}};
  Table other{{"a", Value::int32(2)}};
  exchange.add("k", one, 1);
  exchange.add("other key", one, 1);
  exchange.add("k", other, 1);
  exchange.remove("k", one, 1);
  std::vector<DestinationIndex> out;
  exchange.match("", encode(one), out);
  EXPECT_EQ(out.size(), 1u);
  exchange.remove("other key", one, 1);
  out.clear();
  exchange.match("", encode(one), out);
  EXPECT_TRUE(out.empty());
  exchange.remove("k", other, 2);
  EXPECT_FALSE(exchange.empty());
  exchange.remove("k", other, 1);
  EXPECT_TRUE(exchange.empty());
}

// Patterns that share one value are filed under the other one.
TEST(HeadersExchange, ManyPatternsWithACommonHeader) {
  HeadersExchange exchange;
  auto arguments = [](int i) {
    return Table{{"type", Value::text("x")}, {"user", Value::int32(i)}};
  };
  for (DestinationIndex i = 0; i < 1000; ++i) exchange.add("", arguments(static_cast<int>(i)), i);
  std::vector<DestinationIndex> out;
  exchange.match("", encode(arguments(0)), out);
  exchange.match("", encode(arguments(999)), out);
  EXPECT_EQ(out, (std::vector<DestinationIndex>{0, 999}));
  for (DestinationIndex i = 0; i < 999; ++i) {
    exchange.remove("", arguments(static_cast<int>(i)), i);
  }
  out.clear();
  exchange.match("", encode(arguments(0)), out);
  exchange.match("", encode(arguments(999)), out);
  EXPECT_EQ(out, std::vector<DestinationIndex>{999});
}

TEST(HeadersArguments, XMatchIsOneOfFourWords) {
  for (auto word : {"all", "any", "all-with-x", "any-with-x"}) {
    EXPECT_FALSE(HeadersExchange::check_arguments(with_match(word, {})));
  }
  EXPECT_FALSE(HeadersExchange::check_arguments({}));
  EXPECT_EQ(HeadersExchange::check_arguments(with_match("bogus", {})),
            precondition_failed("Invalid x-match field value <<\"bogus\">>; expected all, any, "
                                "all-with-x, or any-with-x"));
  EXPECT_EQ(
      HeadersExchange::check_arguments({{"x-match", Value::int32(5)}}),
      precondition_failed("Invalid x-match field type signedint (value 5); expected longstr"));
}

}  // namespace
}  // namespace coney
