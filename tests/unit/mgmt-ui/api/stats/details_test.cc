#include "mgmt-ui/api/stats/details.h"

#include <gtest/gtest.h>

namespace coney::management {
namespace {

constexpr Second kStart = 1'200'000;
constexpr std::size_t kFirst = 0;

Request with(std::string query) {
  Request request;
  request.target = "/api/queues?" + query;
  EXPECT_TRUE(parse_target(request));
  return request;
}

class DetailsTest : public testing::Test {
 protected:
  // Ten a second from kStart on, for a minute.
  DetailsTest() {
    for (Second second = 0; second != 60; ++second) {
      history_.record(kStart + second, std::array<std::uint64_t, 1>{10 * (second + 1)});
    }
  }
  HistoryBudget budget_{1 << 20};
  History history_{kBasicPlan, 1, budget_};
};

TEST_F(DetailsTest, WithoutARangeThereIsTheRateOfTheLastFiveSeconds) {
  const auto details = Details(kStart + 33, std::nullopt).of(&history_, kFirst);
  EXPECT_EQ(details, (boost::json::object{{"rate", 10.0}}));
}

TEST_F(DetailsTest, WhatNoLongerChangesHasNoRate) {
  EXPECT_EQ(Details(kStart + 71, std::nullopt).of(&history_, kFirst).at("rate"), 0.0);
}

TEST_F(DetailsTest, SamplesGoBackFromTheNewest) {
  const auto details = Details(kStart + 63, SampleRange{60, 20}).of(&history_, kFirst);
  const auto& samples = details.at("samples").as_array();
  ASSERT_EQ(samples.size(), 4u);
  EXPECT_EQ(samples[0].at("sample").to_number<int>(), 600);
  EXPECT_EQ(samples[0].at("timestamp").to_number<std::uint64_t>(), (kStart + 60) * 1000);
  EXPECT_EQ(samples[1].at("sample").to_number<int>(), 400);
  EXPECT_EQ(samples[3].at("sample").to_number<int>(), 0);
  EXPECT_EQ(details.at("rate"), 10.0);
  EXPECT_EQ(details.at("avg_rate"), 10.0);
  EXPECT_EQ(details.at("avg"), 300.0);
}

TEST_F(DetailsTest, LengthsMayFall) {
  history_.record(kStart + 61, std::array<std::uint64_t, 1>{100});
  EXPECT_EQ(Details(kStart + 65, std::nullopt).of(&history_, kFirst).at("rate"), -100.0);
}

TEST_F(DetailsTest, WithoutAHistoryAllIsZero) {
  const auto details = Details(kStart + 60, SampleRange{10, 5}).nothing();
  EXPECT_EQ(details.at("samples").as_array().size(), 3u);
  EXPECT_EQ(details.at("avg"), 0.0);
}

TEST(SampleRangeOf, NeedsAgeAndIncrement) {
  EXPECT_FALSE(sample_range(with("msg_rates_age=60"), "msg_rates"));
  EXPECT_FALSE(sample_range(with("msg_rates_age=x&msg_rates_incr=10"), "msg_rates"));
  EXPECT_FALSE(sample_range(with("msg_rates_age=5&msg_rates_incr=10"), "msg_rates"));
  EXPECT_FALSE(sample_range(with("msg_rates_age=60&msg_rates_incr=0"), "msg_rates"));
  const auto range = sample_range(with("msg_rates_age=60&msg_rates_incr=10"), "msg_rates");
  ASSERT_TRUE(range);
  EXPECT_EQ(range->age, 60u);
  EXPECT_EQ(range->increment, 10u);
}

TEST(SampleRangeOf, AnAnswerHasSoManySamplesAtMost) {
  const auto range = sample_range(with("msg_rates_age=86400&msg_rates_incr=1"), "msg_rates");
  ASSERT_TRUE(range);
  EXPECT_LE(range->age / range->increment, 1000u);
}

}  // namespace
}  // namespace coney::management
