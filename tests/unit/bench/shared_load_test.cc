#include "tests/bench/shared_load.h"

#include <gtest/gtest.h>

namespace bench {
namespace {

TEST(SharedLoad, WithoutALimitThereIsAlwaysRoom) {
  SharedLoad shared(1, 0);
  add(shared.new_counters().published, 1'000'000'000);
  EXPECT_GT(shared.room(), 1'000'000);
}

TEST(SharedLoad, PublishersWaitUntilHalfOfTheBacklogIsDelivered) {
  SharedLoad shared(1, 100);
  int woken = 0;
  shared.on_room([&] { ++woken; });
  Counters& counters = shared.new_counters();
  EXPECT_EQ(shared.room(), 100);
  add(counters.published, 100);
  EXPECT_EQ(shared.room(), 0);
  add(counters.delivered, 49);
  shared.delivered();
  EXPECT_EQ(shared.room(), 0);
  EXPECT_EQ(woken, 0);
  add(counters.delivered, 1);
  shared.delivered();
  EXPECT_EQ(woken, 1);
  EXPECT_EQ(shared.room(), 50);
}

TEST(SharedLoad, EveryCopyOfAPublishCounts) {
  SharedLoad shared(10, 100);
  Counters& counters = shared.new_counters();
  EXPECT_EQ(shared.room(), 10);
  add(counters.published, 4);
  EXPECT_EQ(shared.backlog(), 40);
  EXPECT_EQ(shared.room(), 6);
}

TEST(SharedLoad, TheFirstFailureStopsTheRun) {
  SharedLoad shared(1, 0);
  EXPECT_FALSE(shared.stopped());
  shared.fail("first");
  shared.fail("second");
  EXPECT_TRUE(shared.stopped());
  EXPECT_EQ(shared.failure(), "first");
}

}  // namespace
}  // namespace bench
