#include "broker/stream/filter_summary.h"

#include <gtest/gtest.h>

#include "tests/unit/broker/stream/stream_fixture.h"

namespace coney::test {
namespace {

TEST(FilterValue, IsALongStringHeader) {
  EXPECT_EQ(filter_value(*stream_message("x", "red")), "red");
  EXPECT_EQ(filter_value(*stream_message("x")), std::nullopt);
  std::string headers, header;
  amqp::encode_table(headers, {{"x-stream-filter-value", amqp::Value::int32(5)}});
  amqp::PropertyList properties;
  properties.headers = std::string_view(headers).substr(4);
  amqp::encode_content_header(header, 0, properties);
  EXPECT_EQ(filter_value(*MessageBuilder("", "q", header, 0, false).finish()), std::nullopt);
}

TEST(FilterSummary, NeverDeniesWhatIsThere) {
  FilterSummary summary;
  for (int n = 0; n != 200; ++n) summary.add("value " + std::to_string(n));
  for (int n = 0; n != 200; ++n) {
    EXPECT_TRUE(summary.may_have({{"value " + std::to_string(n)}, false})) << n;
  }
}

TEST(FilterSummary, DeniesMostOfWhatIsNotThere) {
  FilterSummary summary;
  summary.add("red");
  summary.add("blue");
  int claims = 0;
  for (int n = 0; n != 1000; ++n) {
    claims += summary.may_have({{"value " + std::to_string(n)}, false}) ? 1 : 0;
  }
  EXPECT_LT(claims, 50);
}

TEST(FilterSummary, KnowsOfMessagesWithoutAValue) {
  FilterSummary summary;
  summary.add("red");
  EXPECT_FALSE(summary.may_have({{"green"}, true}));
  summary.add(std::nullopt);
  EXPECT_TRUE(summary.may_have({{"green"}, true}));
  EXPECT_FALSE(summary.may_have({{"green"}, false}));
  EXPECT_TRUE(summary.may_have({}));
}

}  // namespace
}  // namespace coney::test
