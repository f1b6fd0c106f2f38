#include "broker/queue/consumer_gate.h"

#include <gtest/gtest.h>

namespace coney {
namespace {

int take_all(ChannelLimit& limit) {
  int taken = 0;
  while (limit.take()) ++taken;
  return taken;
}

TEST(ChannelLimit, RepeatingItForgetsNothingThatWasTaken) {
  ChannelLimit limit;
  limit.set(3);
  EXPECT_EQ(take_all(limit), 3);
  limit.set(3);
  EXPECT_EQ(take_all(limit), 0);
  limit.set(5);
  EXPECT_EQ(take_all(limit), 2);
  limit.set(2);
  limit.give_back(3);
  EXPECT_EQ(take_all(limit), 0);
  limit.give_back(1);
  EXPECT_EQ(take_all(limit), 1);
}

TEST(ChannelLimit, CountsWhatWasDeliveredWithoutIt) {
  ChannelLimit limit;
  EXPECT_FALSE(limit.active());
  limit.count(2);
  limit.set(3);
  EXPECT_TRUE(limit.active());
  EXPECT_EQ(take_all(limit), 1);
  limit.set(0);
  EXPECT_FALSE(limit.active());
  limit.give_back(3);
  limit.set(3);
  EXPECT_EQ(take_all(limit), 3);
}

TEST(ChannelLimit, RefusalLeavesAMarkOnce) {
  ChannelLimit limit;
  limit.set(1);
  EXPECT_TRUE(limit.take());
  EXPECT_FALSE(limit.take_starved());
  EXPECT_FALSE(limit.take());
  EXPECT_TRUE(limit.take_starved());
  EXPECT_FALSE(limit.take_starved());
}

}  // namespace
}  // namespace coney
