#include "broker/transport/endpoint.h"

#include <gtest/gtest.h>

namespace coney {
namespace {

std::string parsed(std::string_view text) {
  SetupResult<Endpoint> endpoint = Endpoint::parse(text);
  return endpoint ? endpoint->to_string() : "error";
}

TEST(Endpoint, ReadsTheFormsOfRabbitmqConf) {
  EXPECT_EQ(parsed("5672"), "*:5672");
  EXPECT_EQ(parsed("127.0.0.1:5672"), "127.0.0.1:5672");
  EXPECT_EQ(parsed("0.0.0.0:5672"), "0.0.0.0:5672");
  EXPECT_EQ(parsed(":::5672"), "[::]:5672");
  EXPECT_EQ(parsed("::1:5672"), "[::1]:5672");
  EXPECT_EQ(parsed("[::1]:5672"), "[::1]:5672");
}

TEST(Endpoint, RefusesEverythingElse) {
  for (const char* text : {"", ":", ":5672", "x", "65536", "-1", "5672 ", "127.0.0.1:", "127.0.0.1",
                           "localhost:5672", "[127.0.0.1]:5672", "[]:5672", "[::1:5672", "::1"}) {
    EXPECT_EQ(parsed(text), "error") << text;
  }
}

TEST(Endpoint, AnErrorNamesTheText) {
  EXPECT_NE(Endpoint::parse("nonsense").error().reason.find("'nonsense'"), std::string::npos);
  EXPECT_NE(Endpoint::make("here", 1).error().reason.find("'here'"), std::string::npos);
}

TEST(Endpoint, EmptyHostIsEveryAddress) {
  EXPECT_EQ(Endpoint::make("", 5672)->to_string(), "*:5672");
  EXPECT_EQ(Endpoint::make("::1", 5672)->to_string(), "[::1]:5672");
}

}  // namespace
}  // namespace coney
