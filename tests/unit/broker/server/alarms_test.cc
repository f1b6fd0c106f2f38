#include "broker/server/alarms.h"

#include <gtest/gtest.h>

namespace coney {
namespace {

using Transition = AlarmTransition;

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

TEST(MemoryAlarm, FollowsAChangedLimit) {
  MemoryAlarm alarm(1000);
  EXPECT_EQ(alarm.update(500), Transition::kNone);
  alarm.set_limit(400);
  EXPECT_EQ(alarm.update(500), Transition::kRaised);
  alarm.set_limit(1000);
  EXPECT_EQ(alarm.update(500), Transition::kCleared);
}

TEST(MemoryAlarm, IsHeldByHandWhateverIsMeasured) {
  MemoryAlarm alarm(1000);
  alarm.hold(true);
  EXPECT_EQ(alarm.update(1), Transition::kRaised);
  EXPECT_EQ(alarm.update(2000), Transition::kNone);
  alarm.hold(false);
  EXPECT_EQ(alarm.update(2000), Transition::kNone) << "it is measured, too";
  EXPECT_EQ(alarm.update(1), Transition::kCleared);
}

TEST(DiskAlarm, IsHeldByHandAlsoWhenTheFreeSpaceIsUnknown) {
  DiskAlarm alarm(1000);
  alarm.hold(true);
  EXPECT_EQ(alarm.update(), Transition::kRaised);
  alarm.hold(false);
  EXPECT_EQ(alarm.update(), Transition::kCleared);
}

TEST(DiskAlarm, RisesBelowTheLimitOnce) {
  DiskAlarm alarm(1000);
  EXPECT_EQ(alarm.update(1000), Transition::kNone);
  EXPECT_FALSE(alarm.raised());
  EXPECT_EQ(alarm.update(999), Transition::kRaised);
  EXPECT_EQ(alarm.update(0), Transition::kNone);
  EXPECT_TRUE(alarm.raised());
}

TEST(DiskAlarm, ClearsAFewPercentAboveTheLimit) {
  DiskAlarm alarm(1000);
  alarm.update(999);
  EXPECT_EQ(alarm.update(1000), Transition::kNone);
  EXPECT_EQ(alarm.update(1049), Transition::kNone);
  EXPECT_TRUE(alarm.raised());
  EXPECT_EQ(alarm.update(1050), Transition::kCleared);
  EXPECT_EQ(alarm.update(1000), Transition::kNone);
  EXPECT_EQ(alarm.update(999), Transition::kRaised);
}

TEST(DiskAlarm, LimitOfZeroNeverRises) {
  DiskAlarm alarm(0);
  EXPECT_EQ(alarm.update(0), Transition::kNone);
  EXPECT_FALSE(alarm.raised());
}

TEST(DiskAlarm, LimitThatNoDiskHasHoldsForGood) {
  DiskAlarm alarm(UINT64_MAX);
  EXPECT_EQ(alarm.update(UINT64_MAX - 1), Transition::kRaised);
  EXPECT_EQ(alarm.update(UINT64_MAX - 1), Transition::kNone);
  EXPECT_TRUE(alarm.raised());
}

TEST(Alarms, ReasonNamesEachThatIsOn) {
  Alarms alarms{MemoryAlarm(1000), DiskAlarm(1000)};
  EXPECT_EQ(alarms.reason(), "");
  alarms.memory.update(1001);
  EXPECT_EQ(alarms.reason(), "low on memory");
  alarms.disk.update(999);
  EXPECT_EQ(alarms.reason(), "low on disk & memory");
  alarms.memory.update(0);
  EXPECT_EQ(alarms.reason(), "low on disk");
  alarms.disk.update(5000);
  EXPECT_EQ(alarms.reason(), "");
}

}  // namespace
}  // namespace coney
