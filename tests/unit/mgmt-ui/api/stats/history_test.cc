#include "mgmt-ui/api/stats/history.h"

#include <gtest/gtest.h>

namespace coney::management {
namespace {

constexpr std::array<Resolution, 2> kPlan{{{5, 4}, {60, 3}}};
constexpr Second kStart = 1'200'000;  // the start of a minute

class HistoryTest : public testing::Test {
 protected:
  void record(Second now, std::uint64_t value) { history_.record(now, std::array{value}); }

  HistoryBudget budget_{1 << 20};
  History history_{kPlan, 1, budget_};
};

TEST_F(HistoryTest, IsZeroBeforeTheFirstRecord) {
  EXPECT_EQ(history_.at(kStart, 0), 0u);
  record(kStart + 7, 3);
  EXPECT_EQ(history_.at(kStart, 0), 0u);
  EXPECT_EQ(history_.at(kStart + 5, 0), 0u);
}

TEST_F(HistoryTest, ASampleHoldsTheLastOfItsInterval) {
  record(kStart, 1);
  record(kStart + 4, 2);
  record(kStart + 5, 3);
  EXPECT_EQ(history_.at(kStart + 5, 0), 2u);
  EXPECT_EQ(history_.at(kStart + 10, 0), 3u);
}

TEST_F(HistoryTest, StaysAsItIsWhileNothingIsRecorded) {
  record(kStart, 7);
  EXPECT_EQ(history_.at(kStart + 5, 0), 7u);
  EXPECT_EQ(history_.at(kStart + 5000, 0), 7u);
}

TEST_F(HistoryTest, WhatIsTooOldForTheFineSamplesIsInTheCoarseOnes) {
  for (Second second = 0; second != 180; ++second) record(kStart + second, second);
  EXPECT_EQ(history_.at(kStart + 180, 0), 179u);
  EXPECT_EQ(history_.at(kStart + 165, 0), 164u);  // the oldest of the fine ones
  EXPECT_EQ(history_.at(kStart + 150, 0), 119u);  // the end of the second minute
  EXPECT_EQ(history_.at(kStart + 60, 0), 59u);
}

TEST_F(HistoryTest, BeforeAllThatIsKeptItIsTheOldest) {
  for (Second second = 0; second != 600; ++second) record(kStart + second, second);
  EXPECT_EQ(history_.at(kStart + 60, 0), history_.at(kStart + 480, 0));
  EXPECT_EQ(history_.at(kStart + 480, 0), 479u);
}

TEST_F(HistoryTest, TrimmedItKeepsTheLastValue) {
  for (Second second = 0; second != 180; ++second) record(kStart + second, second);
  const std::size_t before = budget_.used();
  history_.trim(kStart + 10'000);
  EXPECT_LT(budget_.used(), before);
  EXPECT_EQ(history_.at(kStart + 10'000, 0), 179u);
  record(kStart + 10'001, 200);
  EXPECT_EQ(history_.at(kStart + 10'000, 0), 179u);
  EXPECT_EQ(history_.at(kStart + 10'005, 0), 200u);
}

TEST_F(HistoryTest, WithoutItsPastTheValueHasAlwaysBeenWhatItIs) {
  for (Second second = 0; second < 300; second += 5) record(kStart + second, second);
  history_.forget_past();
  for (Second second : {0, 100, 290, 300}) EXPECT_EQ(history_.at(kStart + second, 0), 295u);
  record(kStart + 300, 500);
  EXPECT_EQ(history_.at(kStart + 300, 0), 295u);
  EXPECT_EQ(history_.at(kStart + 305, 0), 500u);
}

TEST(HistoryBudget, IsGivenBack) {
  HistoryBudget budget(1 << 20);
  {
    History history(kPlan, 3, budget);
    for (Second second = 0; second != 600; ++second) {
      history.record(kStart + second, std::array<std::uint64_t, 3>{second, 1, 2});
    }
    history.trim(kStart + 100'000);
    EXPECT_GT(budget.used(), 0u);
  }
  EXPECT_EQ(budget.used(), 0u);
}

TEST(HistoryBudget, WithoutItHistoriesAreShortButThereAreRates) {
  HistoryBudget budget(0);
  History history(kPlan, 1, budget);
  for (Second second = 0; second != 60; ++second) {
    history.record(kStart + second, std::array<std::uint64_t, 1>{second});
  }
  EXPECT_EQ(history.at(kStart + 60, 0), 59u);
  EXPECT_EQ(history.at(kStart + 55, 0), 54u);
  EXPECT_LT(budget.used(), 100u);
}

}  // namespace
}  // namespace coney::management
