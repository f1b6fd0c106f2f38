#include "broker/message/expiration.h"

#include <gtest/gtest.h>

namespace coney {
namespace {

using std::chrono::milliseconds;

std::string refused(std::string_view expiration) {
  auto parsed = parse_expiration(expiration);
  return parsed ? "accepted" : parsed.error().text;
}

TEST(Expiration, DecimalMilliseconds) {
  EXPECT_EQ(parse_expiration("0").value(), milliseconds(0));
  EXPECT_EQ(parse_expiration("5000").value(), milliseconds(5000));
  EXPECT_EQ(parse_expiration("+5").value(), milliseconds(5));
  EXPECT_EQ(parse_expiration("007").value(), milliseconds(7));
  EXPECT_EQ(parse_expiration("315360000000").value(), milliseconds(315'360'000'000));
}

TEST(Expiration, AnythingElseIsRefused) {
  EXPECT_EQ(refused("abc"), "invalid expiration 'abc': no_integer");
  EXPECT_EQ(refused(""), "invalid expiration '': no_integer");
  EXPECT_EQ(refused(" 5"), "invalid expiration ' 5': no_integer");
  EXPECT_EQ(refused("+"), "invalid expiration '+': no_integer");
  EXPECT_EQ(refused("5.5"), "invalid expiration '5.5': {leftover_string,\".5\"}");
  EXPECT_EQ(refused("-1"), "invalid expiration '-1': {value_negative,-1}");
  EXPECT_EQ(refused("315360000001"),
            "invalid expiration '315360000001': {value_too_large,315360000001}");
  EXPECT_EQ(refused("12345678901234567890"),
            "invalid expiration '12345678901234567890': {value_too_large,12345678901234567890}");
  EXPECT_EQ(refused("-12345678901234567890"),
            "invalid expiration '-12345678901234567890': {value_negative,-12345678901234567890}");
}

}  // namespace
}  // namespace coney
