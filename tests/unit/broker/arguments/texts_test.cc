#include <gtest/gtest.h>

#include "broker/arguments/decimal_text.h"
#include "broker/arguments/erlang_term.h"
#include "broker/arguments/max_age.h"

namespace coney {
namespace {

using amqp::Value;
using std::chrono::milliseconds;

TEST(ErlangTerm, BinariesAreQuotedWhenPrintable) {
  EXPECT_EQ(erlang_binary("abc"), "<<\"abc\">>");
  EXPECT_EQ(erlang_binary(""), "<<>>");
  EXPECT_EQ(erlang_binary("a\"b\\c\n"), "<<\"a\\\"b\\\\c\\n\">>");
  EXPECT_EQ(erlang_binary(std::string_view("\0\xff", 2)), "<<0,255>>");
  EXPECT_EQ(erlang_binary("\xc3\xa4"), "<<\"\xc3\xa4\"/utf8>>");
}

TEST(ErlangTerm, StringsAreLists) {
  EXPECT_EQ(erlang_string(".5"), "\".5\"");
  EXPECT_EQ(erlang_string(""), "[]");
  EXPECT_EQ(erlang_string(std::string_view("\0a", 2)), "[0,97]");
}

TEST(ErlangTerm, ValuesOfEveryType) {
  EXPECT_EQ(erlang_term(Value::void_value()), "undefined");
  EXPECT_EQ(erlang_term(Value::boolean(true)), "true");
  EXPECT_EQ(erlang_term(Value::int64(-5)), "-5");
  EXPECT_EQ(erlang_term(Value::timestamp(5)), "5");
  EXPECT_EQ(erlang_term({'D', amqp::Decimal{2, 314}}), "{2,314}");
  EXPECT_EQ(erlang_term(Value::array({Value::int32(5), Value::text("x")})),
            "[{signedint,5},{longstr,<<\"x\">>}]");
  EXPECT_EQ(erlang_term(Value::table({{"k", Value::int32(5)}})), "[{<<\"k\">>,signedint,5}]");
  EXPECT_EQ(erlang_typed_term(Value::text("bogus")), "{longstr,<<\"bogus\">>}");
}

TEST(ErlangTerm, RealsAlwaysHaveAPoint) {
  EXPECT_EQ(erlang_term(Value::number(1.5)), "1.5");
  EXPECT_EQ(erlang_term(Value::number(2)), "2.0");
  EXPECT_EQ(erlang_term(Value::number(1e20)), "1.0e20");
  EXPECT_EQ(erlang_term(Value::number(-2.5e-7)), "-2.5e-7");
}

TEST(DecimalText, DigitsWithASign) {
  EXPECT_EQ(parse_decimal_text("5")->value(), 5);
  EXPECT_EQ(parse_decimal_text("+5")->value(), 5);
  EXPECT_EQ(parse_decimal_text("-005")->value(), -5);
  EXPECT_EQ(parse_decimal_text("-0")->value(), 0);
  EXPECT_FALSE(parse_decimal_text("-0")->negative);
  for (auto text : {"", "+", "-", " 5", "5 ", "5.0", "--5", "abc"}) {
    EXPECT_FALSE(parse_decimal_text(text)) << text;
  }
}

TEST(DecimalText, HasNoValueWhenItDoesNotFit) {
  auto number = parse_decimal_text("0012345678901234567890");
  EXPECT_EQ(number->digits, "12345678901234567890");
  EXPECT_FALSE(number->value());
}

TEST(MaxAge, NumberAndUnit) {
  EXPECT_EQ(parse_max_age("1s"), milliseconds(1000));
  EXPECT_EQ(parse_max_age("2m"), milliseconds(120'000));
  EXPECT_EQ(parse_max_age("1h"), milliseconds(3'600'000));
  EXPECT_EQ(parse_max_age("7D"), milliseconds(604'800'000));
  EXPECT_EQ(parse_max_age("1M"), milliseconds(2'592'000'000));
  EXPECT_EQ(parse_max_age("1Y"), milliseconds(31'536'000'000));
  for (auto text : {"", "5", "D", "0s", "-1s", "1Y2M", "1d", "bogus", "99999999999999999999s",
                    "9999999999999999Y"}) {
    EXPECT_FALSE(parse_max_age(text)) << text;
  }
}

}  // namespace
}  // namespace coney
