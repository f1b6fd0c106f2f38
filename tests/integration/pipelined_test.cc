// Topology methods that are sent without waiting for the answers: the same outcome, in the same
// order, as one by one.

#include <gtest/gtest.h>

#include <chrono>

#include "tests/integration/broker.h"
#include "tests/integration/client.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney::test {
namespace {

constexpr QueueFlags kDurable{.durable = true};

class Pipelined : public testing::Test {
 protected:
  static std::string name(int n) { return "q" + std::to_string(n); }

  TemporaryDirectory directory_;
  LocalBroker broker_{directory_ / "data"};
  Client client_{broker_.port()};
  Client other_{broker_.port()};  // on the other shard
};

TEST_F(Pipelined, DeclaresAndBindsAreAnsweredInOrder) {
  constexpr int kCount = 3000;  // more than may be in flight
  for (int n = 0; n != kCount; ++n) {
    client_.send_declare(1, name(n), kDurable);
    client_.send_bind(1, "", "amq.direct", name(n));  // the last declared queue
  }
  for (int n = 0; n != kCount; ++n) {
    client_.await_declared(1, name(n));
    client_.await_bound(1);
  }
  for (int n = 0; n != kCount; ++n) client_.publish("amq.direct", name(n), name(n));
  for (int n = 0; n != kCount; ++n) EXPECT_EQ(client_.get(name(n), true)->body, name(n));
}

// One by one each waits for the disk. Other work of the machine may disturb a comparison, not all.
TEST_F(Pipelined, DeclaresShareTheirCommits) {
  constexpr int kCount = 500;
  using Clock = std::chrono::steady_clock;
  auto timed = [](auto&& work) {
    const auto begin = Clock::now();
    work();
    return Clock::now() - begin;
  };
  bool shared = false;
  for (int attempt = 0; attempt != 5 && !shared; ++attempt) {
    const int first = 2 * kCount * attempt;
    const auto one_by_one = timed([&] {
      for (int n = 0; n != kCount; ++n) client_.declare(name(first + n), kDurable);
    });
    const auto together = timed([&] {
      for (int n = kCount; n != 2 * kCount; ++n) client_.send_declare(1, name(first + n), kDurable);
      for (int n = kCount; n != 2 * kCount; ++n) client_.await_declared(1, name(first + n));
    });
    shared = together < one_by_one / 3;
  }
  EXPECT_TRUE(shared);
}

TEST_F(Pipelined, WhatFollowsADeclareSeesIt) {
  for (int n = 0; n != 20; ++n) {
    client_.send_declare(1, name(n), kDurable);
    client_.send_bind(1, name(n), "amq.fanout", "");
    client_.publish("amq.fanout", "", "to all");
    client_.send_declare(1, name(n), {.passive = true});
  }
  for (std::uint32_t n = 0; n != 20; ++n) {
    EXPECT_EQ(client_.await_declared(1, name(int(n))).messages, 0u);
    client_.await_bound(1);
    EXPECT_EQ(client_.await_declared(1, name(int(n))).messages, 1u);
  }
  EXPECT_EQ(client_.counts("q0").messages, 20u);
}

TEST_F(Pipelined, ExistingQueueOfAnotherShardIsAnsweredInItsPlace) {
  other_.declare("there", kDurable);
  other_.publish("", "there", "x");
  other_.flush();
  for (int n = 0; n != 50; ++n) {
    client_.send_declare(1, name(n), kDurable);
    client_.send_declare(1, "there", kDurable);
    client_.send_bind(1, "", "amq.direct", name(n));
  }
  for (int n = 0; n != 50; ++n) {
    client_.await_declared(1, name(n));
    EXPECT_EQ(client_.await_declared(1, "there").messages, 1u);
    client_.await_bound(1);
  }
  client_.publish("amq.direct", "q49", "x");
  EXPECT_EQ(client_.counts("there").messages, 2u);
}

TEST_F(Pipelined, NothingBehindAFailureIsDone) {
  client_.send_declare(1, "before", kDurable);
  client_.send_declare(1, "twice", kDurable);
  client_.send_declare(1, "twice");  // only the topology can tell
  client_.send_declare(1, "behind", kDurable);
  client_.send_bind(1, "before", "missing", "");
  EXPECT_EQ(client_.wait_for_channel_close(), 406);
  client_.await_declared(1, "before");
  client_.await_declared(1, "twice");
  EXPECT_TRUE(client_.queue_exists("before"));
  EXPECT_FALSE(client_.queue_exists("behind"));
}

// The channel itself finds the fault while commands are in flight: their answers come first.
TEST_F(Pipelined, FaultIsReportedBehindTheAnswersBeforeIt) {
  for (int n = 0; n != 50; ++n) client_.send_declare(1, name(n), kDurable);
  client_.send_declare(1, "amq.reserved");
  client_.send_declare(1, "behind");
  EXPECT_EQ(client_.wait_for_channel_close(), 403);
  for (int n = 0; n != 50; ++n) client_.await_declared(1, name(n));
  EXPECT_FALSE(client_.queue_exists("behind"));
}

TEST_F(Pipelined, FirstOfTwoFaultsCounts) {
  client_.send_declare(1, "q", kDurable);
  client_.send_bind(1, "q", "missing", "");
  client_.send_declare(1, "amq.reserved");
  EXPECT_EQ(client_.wait_for_channel_close(), 404);
  client_.await_declared(1, "q");
}

TEST_F(Pipelined, OtherChannelsGoOnWhenOneFails) {
  client_.open_channel(3);
  client_.send_declare(1, "q", kDurable);
  client_.send_bind(1, "q", "missing", "");
  client_.send_declare(1, "behind", kDurable);
  client_.send_declare(3, "elsewhere", kDurable);
  EXPECT_EQ(client_.wait_for_channel_close(), 404);
  client_.await_declared(1, "q");
  client_.await_declared(3, "elsewhere");
  EXPECT_FALSE(client_.queue_exists("behind"));
}

TEST_F(Pipelined, ConnectionErrorComesBehindTheAnswers) {
  client_.send_declare(1, "q", kDurable);
  client_.send_declare(3, "no such channel");
  EXPECT_EQ(client_.wait_for_close(), 504);
  client_.await_declared(1, "q");
  EXPECT_TRUE(other_.queue_exists("q"));
}

TEST_F(Pipelined, ConnectionMayDropAtAnyTime) {
  for (int n = 0; n != 20; ++n) {
    Client leaving(broker_.port());
    for (int i = 0; i != 100; ++i) leaving.send_declare(1, name(n * 100 + i), kDurable);
    leaving.await_declared(1, name(n * 100));
  }
  client_.declare("behind");
  EXPECT_TRUE(client_.queue_exists(name(0)));
}

}  // namespace
}  // namespace coney::test
