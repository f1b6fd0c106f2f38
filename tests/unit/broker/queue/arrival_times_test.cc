#include "broker/queue/arrival_times.h"

#include <gtest/gtest.h>

namespace coney {
namespace {

TEST(ArrivalTimes, MessagesHaveTheTickOfTheMarkInFrontOfThem) {
  ArrivalTimes times;
  EXPECT_EQ(times.of(0), std::nullopt);
  times.note(10, 3, true);
  times.note(25, 4, false);
  EXPECT_TRUE(times.has(4));
  EXPECT_EQ(times.of(9), std::nullopt) << "was there before";
  EXPECT_EQ(times.of(10), 3u);
  EXPECT_EQ(times.of(24), 3u);
  EXPECT_EQ(times.of(1000), 4u);
}

TEST(ArrivalTimes, OldMarksGetCoarserAndMemoryStaysBounded) {
  ArrivalTimes times;
  constexpr std::uint32_t kTicks = 100'000;
  for (std::uint32_t tick = 0; tick != kTicks; ++tick) times.note(tick * 10, tick, tick == 0);
  EXPECT_LE(times.size(), ArrivalTimes::kMost);
  EXPECT_EQ(times.of((kTicks - 1) * 10), kTicks - 1);
  for (std::uint32_t tick = 0; tick < kTicks; tick += 997) {
    const auto found = times.of(tick * 10);
    ASSERT_TRUE(found);
    EXPECT_LE(*found, tick) << "never younger than it is";
  }
  times.note(kTicks * 10, kTicks, true);
  EXPECT_EQ(times.size(), 1u) << "nothing of the past is left";
}

}  // namespace
}  // namespace coney
