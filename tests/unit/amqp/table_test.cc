#include "amqp/table.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

using namespace std::literals;

namespace amqp::testing {
namespace {

// The encoded table {"k": value} without its length, value given as tag and data.
std::string keyed(std::string_view value) {
  return "\1k"s + std::string(value);
}

void expect_value(std::string_view wire, const Value& expected) {
  const auto table = decode_table(keyed(wire));
  ASSERT_TRUE(table) << wire[0];
  ASSERT_NE(table->find("k"), nullptr) << wire[0];
  EXPECT_EQ(*table->find("k"), expected) << wire[0];
  std::string bytes;
  encode_value(bytes, expected);
  EXPECT_EQ(bytes, wire) << wire[0];
}

TEST(FieldTable, EveryTagHasItsValueAndEncoding) {
  expect_value("t\1"sv, Value::boolean(true));
  expect_value("t\0"sv, Value::boolean(false));
  expect_value("b\xFF"sv, {'b', std::int64_t{-1}});
  expect_value("B\xFF"sv, {'B', std::int64_t{255}});
  expect_value("s\x80\0"sv, {'s', std::int64_t{-32768}});
  expect_value("u\x80\0"sv, {'u', std::int64_t{32768}});
  expect_value("I\xFF\xFF\xFF\xFE"sv, Value::int32(-2));
  expect_value("i\xFF\xFF\xFF\xFE"sv, {'i', std::int64_t{4294967294}});
  expect_value("l\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFE"sv, Value::int64(-2));
  expect_value("T\xFF\0\0\0\0\0\0\1"sv, Value::timestamp(0xFF00000000000001));
  expect_value("f\x3F\xC0\0\0"sv, {'f', 1.5});
  expect_value("d\x3F\xF8\0\0\0\0\0\0"sv, Value::number(1.5));
  expect_value("D\2\xFF\xFF\xFF\xFF"sv, {'D', Decimal{2, -1}});
  expect_value("S\0\0\0\2\xFFz"sv, Value::text("\xFFz"));
  expect_value("x\0\0\0\1y"sv, {'x', "y"s});
  expect_value("V"sv, Value::void_value());
  expect_value("A\0\0\0\3Vt\1"sv, Value::array({Value::void_value(), Value::boolean(true)}));
  expect_value("F\0\0\0\4\1at\1"sv, Value::table({{"a", Value::boolean(true)}}));
}

TEST(FieldTable, UnsignedLongReadsAsLong) {
  const auto table = decode_table(keyed("L\0\0\0\0\0\0\0\7"sv));
  ASSERT_TRUE(table);
  EXPECT_EQ(*table->find("k"), Value::int64(7));
}

TEST(FieldTable, AnyOtherTagIsUnknown) {
  constexpr std::string_view kKnown = "tbBsuIilLfdDTSxAFV";
  for (int tag = 0; tag < 256; ++tag) {
    const char c = static_cast<char>(tag);
    const std::string bytes = keyed({&c, 1});
    const auto table = decode_table(bytes);
    const bool unknown = !table && table.error() == DecodeError::kUnknownFieldTag;
    EXPECT_EQ(unknown, kKnown.find(c) == std::string_view::npos) << tag;
    const auto shape = inspect_table(bytes);
    EXPECT_EQ(table.has_value(), shape.has_value()) << tag;
  }
}

TEST(FieldTable, EveryCutIsTruncatedOrAShorterTable) {
  std::string bytes;
  encode_table(bytes, {{"list", Value::array({Value::int32(1), Value::text("two")})},
                       {"inner", Value::table({{"d", Value::number(2.5)}})},
                       {"dec", {'D', Decimal{1, 2}}}});
  bytes.erase(0, 4);
  std::size_t whole = 0;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::string part = bytes.substr(0, size);
    const auto table = decode_table(part);
    const auto shape = inspect_table(part);
    EXPECT_EQ(table.has_value(), shape.has_value()) << size;
    if (table) {
      ++whole;
    } else {
      EXPECT_EQ(table.error(), DecodeError::kTruncated) << size;
    }
  }
  EXPECT_EQ(whole, 3u);  // between entries only: 0, 1 or 2 of them
}

TEST(FieldTable, ANestedLengthMayNotReachOutOfItsContainer) {
  const auto table = decode_table(keyed("F\0\0\0\4\1aS\0"sv) + "\0\0\0more");
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error(), DecodeError::kTruncated);
}

std::string nested(char tag, int levels) {
  std::string value = "V";
  for (int i = 0; i < levels; ++i) {
    if (tag == 'F') value = keyed(value);
    std::string wrapped(1, tag);
    Encoder(wrapped).long_string(value);
    value = wrapped;
  }
  return keyed(value);
}

TEST(FieldTable, NestingIsBounded) {
  for (char tag : {'F', 'A'}) {
    EXPECT_TRUE(decode_table(nested(tag, kMaxNesting))) << tag;
    EXPECT_TRUE(inspect_table(nested(tag, kMaxNesting))) << tag;
    for (int levels : {kMaxNesting + 1, 5000}) {
      const auto table = decode_table(nested(tag, levels));
      ASSERT_FALSE(table) << tag;
      EXPECT_EQ(table.error(), DecodeError::kTooDeep) << tag;
      EXPECT_FALSE(inspect_table(nested(tag, levels))) << tag;
      EXPECT_EQ(find_encoded(nested(tag, levels), "k"), "") << tag;
    }
  }
}

TEST(FieldTable, FindsTheFirstOfARepeatedKey) {
  const Table table{{"a", Value::int32(1)}, {"b", Value::int32(2)}, {"a", Value::int32(3)}};
  EXPECT_EQ(*table.find("a"), Value::int32(1));
  EXPECT_EQ(table.find("c"), nullptr);
}

TEST(FieldTable, SetReplacesTheFirstOrAppends) {
  Table table{{"a", Value::int32(1)}};
  table.set("a", Value::int32(2));
  table.set("b", Value::int32(3));
  EXPECT_EQ(table, (Table{{"a", Value::int32(2)}, {"b", Value::int32(3)}}));
}

TEST(FieldTable, EraseRemovesEveryEntryOfTheKey) {
  Table table{{"a", Value::int32(1)}, {"b", Value::int32(2)}, {"a", Value::int32(3)}};
  EXPECT_TRUE(table.erase("a"));
  EXPECT_FALSE(table.erase("a"));
  EXPECT_EQ(table, (Table{{"b", Value::int32(2)}}));
}

TEST(FieldTable, CanonicalizeKeepsTheOrderOfNestedTables) {
  const Value inner = Value::table({{"z", Value::int32(1)}, {"a", Value::int32(2)}});
  Table table{{"b", inner}, {"a", Value::int32(1)}, {"b", Value::int32(2)}};
  table.canonicalize();
  EXPECT_EQ(table, (Table{{"a", Value::int32(1)}, {"b", inner}}));
}

bool is_canonical(std::string_view bytes) {
  const auto shape = inspect_table(bytes);
  EXPECT_TRUE(shape);
  return shape && shape->canonical;
}

TEST(InspectTable, CanonicalMeansThatForwardingChangesNothing) {
  EXPECT_TRUE(is_canonical(""));
  EXPECT_TRUE(is_canonical("\1aV\1bV"));
  EXPECT_TRUE(is_canonical("\1aV\2aaV"));
  EXPECT_FALSE(is_canonical("\1bV\1aV"));
  EXPECT_FALSE(is_canonical("\1aV\1aV"));
  EXPECT_FALSE(is_canonical(keyed("L\0\0\0\0\0\0\0\7"sv)));
  EXPECT_FALSE(is_canonical(keyed("A\0\0\0\x09L\0\0\0\0\0\0\0\7"sv)));
  EXPECT_TRUE(is_canonical(keyed("F\0\0\0\6\1bV\1aV"sv)));
}

TEST(InspectTable, ATrueThatIsNotOneIsRewritten) {
  EXPECT_TRUE(is_canonical(keyed("t\1"sv)));
  EXPECT_FALSE(is_canonical(keyed("t\2"sv)));
}

TEST(FindEncoded, GivesTheValueWithItsTag) {
  const std::string bytes = "\1aS\0\0\0\1x\1bI\0\0\0\1\1bV"s;
  EXPECT_EQ(find_encoded(bytes, "a"), "S\0\0\0\1x"sv);
  EXPECT_EQ(find_encoded(bytes, "b"), "I\0\0\0\1"sv);
  EXPECT_EQ(find_encoded(bytes, "c"), "");
  EXPECT_EQ(find_encoded("", "a"), "");
}

TEST(FindEncoded, GivesNothingOnMalformedBytesBeforeTheKey) {
  EXPECT_EQ(find_encoded("\1a?\1bV", "b"), "");
  EXPECT_EQ(find_encoded("\1bS\0\0"sv, "b"), "");
  EXPECT_EQ(find_encoded("\5b", "b"), "");
}

TEST(Value, ConvertsOnlyFromItsOwnKind) {
  EXPECT_EQ(Value::int32(-5).as_integer(), -5);
  EXPECT_EQ((Value{'i', std::int64_t{5}}).as_integer(), 5);
  EXPECT_EQ(Value::timestamp(5).as_integer(), std::nullopt);
  EXPECT_EQ(Value::boolean(true).as_integer(), std::nullopt);
  EXPECT_EQ(Value::boolean(true).as_bool(), true);
  EXPECT_EQ(Value::int32(1).as_bool(), std::nullopt);
  EXPECT_EQ(*Value::text("x").as_string(), "x");
  EXPECT_EQ((Value{'x', "x"s}).as_string(), nullptr);
  EXPECT_EQ(Value::void_value().as_table(), nullptr);
  EXPECT_NE(Value::array({}).as_array(), nullptr);
}

// The bits of a float survive, quiet NaN and infinities included.
TEST(FieldTable, FloatsKeepSpecialValues) {
  for (std::string_view wire : {"f\x7F\x80\0\0"sv, "f\xFF\x80\0\0"sv, "f\x7F\xC0\0\0"sv,
                                "d\x7F\xF0\0\0\0\0\0\0"sv, "d\x7F\xF8\0\0\0\0\0\1"sv}) {
    const auto table = decode_table(keyed(wire));
    ASSERT_TRUE(table);
    std::string bytes;
    encode_value(bytes, *table->find("k"));
    EXPECT_EQ(bytes, wire);
  }
}

TEST(TypeName, IsKnownForEveryTag) {
  for (char tag : "tbBsuIilfdDTSxAFV"sv) EXPECT_NE(type_name(tag), "unknown") << tag;
  EXPECT_EQ(type_name('S'), "longstr");
  EXPECT_EQ(type_name('?'), "unknown");
}

}  // namespace
}  // namespace amqp::testing
