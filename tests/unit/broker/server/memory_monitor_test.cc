#include "broker/server/memory_monitor.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace coney {
namespace {

using Transition = MemoryAlarm::Transition;

TEST(MemoryAlarm, RisesAboveTheLimitOnce) {
  MemoryAlarm alarm(1000);
  EXPECT_EQ(alarm.update(1000), Transition::kNone);
  EXPECT_FALSE(alarm.raised());
  EXPECT_EQ(alarm.update(1001), Transition::kRaised);
  EXPECT_EQ(alarm.update(5000), Transition::kNone);
  EXPECT_TRUE(alarm.raised());
}

TEST(MemoryAlarm, ClearsAFewPercentBelowTheLimit) {
  MemoryAlarm alarm(1000);
  alarm.update(1001);
  EXPECT_EQ(alarm.update(1000), Transition::kNone);
  EXPECT_EQ(alarm.update(951), Transition::kNone);
  EXPECT_TRUE(alarm.raised());
  EXPECT_EQ(alarm.update(950), Transition::kCleared);
  EXPECT_EQ(alarm.update(950), Transition::kNone);
  EXPECT_EQ(alarm.update(1001), Transition::kRaised);
}

TEST(MemoryAlarm, LimitOfZeroHoldsForGood) {
  MemoryAlarm alarm(0);
  EXPECT_EQ(alarm.update(0), Transition::kRaised);
  EXPECT_EQ(alarm.update(0), Transition::kNone);
  EXPECT_TRUE(alarm.raised());
}

TEST(MemoryLimit, AbsoluteWinsOverRelative) {
  EXPECT_EQ(memory_limit({.absolute = 300, .relative = 0.5}, 1000), 300u);
  EXPECT_EQ(memory_limit({.absolute = std::nullopt, .relative = 0.5}, 1000), 500u);
  EXPECT_EQ(memory_limit({.absolute = std::nullopt, .relative = 1.0}, UINT64_MAX), UINT64_MAX);
}

TEST(MemoryUse, SeesWhatTheProcessTouches) {
  const std::uint64_t before = resident_memory();
  EXPECT_GT(before, 0u);
  EXPECT_GT(available_memory(), before);
  constexpr std::size_t kSize = 64u << 20;
  std::vector<char> touched(kSize, 'x');
  EXPECT_GT(resident_memory(), before + kSize / 2);
  EXPECT_EQ(touched[kSize - 1], 'x');
}

}  // namespace
}  // namespace coney
