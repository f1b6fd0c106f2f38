#include "broker/channel/acknowledgement_deadline.h"

#include <gtest/gtest.h>

namespace coney {
namespace {

using Verdict = AckDeadlineScan::Verdict;
constexpr std::chrono::milliseconds kTick{250};

AckAllowance allowance(std::optional<std::int64_t> milliseconds) {
  AckAllowance made;
  made.set(milliseconds, kTick);
  return made;
}

TEST(AckAllowance, IsCountedInTicks) {
  EXPECT_EQ(allowance(2'000).ticks, 8u);
  EXPECT_EQ(allowance(2'001).ticks, 9u);
  EXPECT_EQ(allowance(1).ticks, 1u);
  EXPECT_EQ(allowance(1'800'000).ticks, 7'200u);
  EXPECT_EQ(allowance(1'800'000).milliseconds, 1'800'000);
  EXPECT_LT(allowance(INT64_MAX).ticks, AckAllowance::kUnlimited);
}

TEST(AckAllowance, NothingAndZeroAreUnlimited) {
  for (auto none : {allowance(std::nullopt), allowance(0), allowance(-5)}) {
    EXPECT_EQ(none.ticks, AckAllowance::kUnlimited);
    EXPECT_EQ(AckDeadlineScan(UINT32_MAX - 1, 0).judge(0, none), Verdict::kWait);
  }
}

TEST(AckDeadlineScan, WarnsAtThreeQuartersAndStrikesAfterAllOfIt) {
  AckAllowance eight = allowance(2'000);
  const auto judge = [&](TickCount now) {
    return AckDeadlineScan(now, eight.next_event()).judge(100, eight);
  };
  EXPECT_EQ(judge(106), Verdict::kWait);
  EXPECT_EQ(judge(107), Verdict::kWarn);
  EXPECT_EQ(judge(108), Verdict::kWarn);
  eight.warned = true;
  EXPECT_EQ(judge(107), Verdict::kWait);
  EXPECT_EQ(judge(108), Verdict::kWait);
  EXPECT_EQ(judge(109), Verdict::kOverdue);
}

TEST(AckDeadlineScan, StopsAtDeliveriesThatAreTooYoungForAnything) {
  AckDeadlineScan scan(110, 8);
  EXPECT_FALSE(scan.stops_at(101));
  EXPECT_TRUE(scan.stops_at(102));
  EXPECT_EQ(scan.next_look(), 111u);
}

TEST(AckDeadlineScan, TheNextLookIsAtTheEarliestEvent) {
  AckAllowance long_one = allowance(25'000), short_one = allowance(2'000);
  long_one.warned = short_one.warned = true;
  AckDeadlineScan scan(50, short_one.next_event());
  EXPECT_EQ(scan.judge(45, long_one), Verdict::kWait);
  EXPECT_EQ(scan.next_look(), 59u);  // for deliveries that are still to come
  EXPECT_EQ(scan.judge(46, short_one), Verdict::kWait);
  EXPECT_EQ(scan.next_look(), 55u);
  EXPECT_TRUE(scan.stops_at(47));
  EXPECT_EQ(scan.next_look(), 55u);
}

// No look is missed: from one next_look() to the next a delivery meets every verdict that looking
// at each tick gives it, at the same tick.
TEST(AckDeadlineScan, LookingOnlyWhenTheScanSaysSoIsEnough) {
  for (std::int64_t milliseconds : {1, 250, 900, 2'000, 60'000}) {
    std::vector<TickCount> changes[2];
    for (bool every_tick : {false, true}) {
      AckAllowance given = allowance(milliseconds);
      TickCount look = 10;
      for (TickCount now = 10; now != 400; ++now) {
        if (!every_tick && now < look) continue;
        AckDeadlineScan scan(now, given.next_event());
        if (scan.stops_at(10)) {
          look = scan.next_look();
          continue;
        }
        const Verdict verdict = scan.judge(10, given);
        look = scan.next_look();
        if (verdict == Verdict::kWait) continue;
        changes[every_tick].push_back(now);
        if (verdict == Verdict::kOverdue) break;
        given.warned = true;
      }
    }
    EXPECT_EQ(changes[0], changes[1]) << milliseconds;
    EXPECT_FALSE(changes[0].empty());
  }
}

}  // namespace
}  // namespace coney
