// Deliveries that are not acknowledged in time: the consumer is cancelled where the client
// understands that, else the channel is closed. Every test runs with the queue on the shard of the
// connection that consumes and on the other one.

#include <gtest/gtest.h>

#include "tests/integration/becomes_true.h"
#include "tests/integration/broker.h"
#include "tests/integration/client.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney::test {
namespace {

using amqp::Table;
using amqp::Value;

const Table kSoon{{"x-consumer-timeout", Value::int32(500)}};

class ConsumerTimeout : public testing::TestWithParam<bool> {
 protected:
  explicit ConsumerTimeout(std::optional<std::chrono::milliseconds> configured = std::nullopt)
      : broker_(config(configured)), declarer_(broker_.port()) {
    if (!GetParam()) other_.emplace(broker_.port());
    declarer_.declare("q");
  }
  Config config(std::optional<std::chrono::milliseconds> configured) const {
    Config config = broker_config(directory_ / "data");
    if (configured) config.consumer_timeout = *configured;
    return config;
  }
  // On the queue's shard, or not.
  Client consumer(bool understands_cancel) {
    Login login;
    login.consumer_cancel_notify = understands_cancel;
    return Client(std::make_unique<TcpStream>(broker_.port()), login);
  }
  static std::string closed_channel(Client& client) {
    try {
      client.next_cancelled();
    } catch (const ClosedByBroker& closed) {
      return closed.only_channel ? closed.what() : "the connection was closed";
    }
    return "a consumer was cancelled";
  }

  TemporaryDirectory directory_;
  LocalBroker broker_;
  Client declarer_;
  std::optional<Client> other_;
};

class ConfiguredTimeout : public ConsumerTimeout {
 protected:
  ConfiguredTimeout() : ConsumerTimeout(std::chrono::milliseconds(500)) {}
};

const auto kBoth = testing::Values(true, false);
const auto kName = [](const auto& each) {
  return each.param ? std::string("OneWay") : std::string("TheOther");
};
INSTANTIATE_TEST_SUITE_P(, ConsumerTimeout, kBoth, kName);
INSTANTIATE_TEST_SUITE_P(, ConfiguredTimeout, kBoth, kName);

TEST_P(ConsumerTimeout, TheConsumerIsCancelledAndItsMessagesGoBackInOrder) {
  Client slow = consumer(true);
  slow.consume("q", "slow", false, kSoon);
  for (const char* body : {"1", "2", "3"}) declarer_.publish("", "q", body);
  declarer_.flush();
  for (int n = 0; n != 3; ++n) slow.next_delivery();
  EXPECT_EQ(slow.next_cancelled(), "slow");
  std::string order;
  for (int n = 0; n != 3; ++n) {
    EXPECT_TRUE(becomes_true([&] { return declarer_.counts("q").messages != 0; }));
    const auto delivery = declarer_.get("q", true);
    order += delivery->body + (delivery->redelivered ? "r " : " ");
  }
  EXPECT_EQ(order, "1r 2r 3r ");
  EXPECT_EQ(declarer_.counts("q").consumers, 0u);
  slow.flush();  // its channel is open
}

TEST_P(ConsumerTimeout, AnotherConsumerTakesOver) {
  Client slow = consumer(true);
  slow.consume("q", "slow", false, kSoon);
  declarer_.publish("", "q", "m");
  declarer_.flush();
  EXPECT_EQ(slow.next_delivery().body, "m");
  slow.consume("q", "patient");
  EXPECT_EQ(slow.next_cancelled(), "slow");
  const Delivery again = slow.next_delivery();
  EXPECT_EQ(again.consumer, "patient");
  EXPECT_TRUE(again.redelivered);
  slow.ack(again.tag);
  slow.flush();
  EXPECT_EQ(slow.cancelled_kept(), 0u);
}

TEST_P(ConsumerTimeout, ALateAcknowledgementIsPassedOver) {
  Client slow = consumer(true);
  slow.consume("q", "slow", false, kSoon);
  declarer_.publish("", "q", "m");
  declarer_.flush();
  const Delivery late = slow.next_delivery();
  EXPECT_EQ(slow.next_cancelled(), "slow");
  slow.ack(late.tag);
  slow.requeue(late.tag);
  slow.ack(late.tag, true);
  slow.flush();
  EXPECT_TRUE(becomes_true([&] { return declarer_.counts("q").messages == 1; }));
  slow.ack(99);
  EXPECT_EQ(slow.wait_for_channel_close(), 406);
}

TEST_P(ConsumerTimeout, WhatIsAcknowledgedInTimeDoesNotCount) {
  Client quick = consumer(true);
  Client slow = consumer(true);
  quick.consume("q", "quick", false, kSoon);
  declarer_.declare("other");
  slow.consume("other", "slow", false, kSoon);
  declarer_.publish("", "q", "m");
  declarer_.publish("", "other", "m");
  declarer_.flush();
  quick.ack(quick.next_delivery().tag);
  quick.flush();
  EXPECT_EQ(slow.next_cancelled(), "slow");
  quick.flush();
  EXPECT_EQ(quick.cancelled_kept(), 0u);
  EXPECT_EQ(declarer_.counts("q").consumers, 1u);
}

TEST_P(ConsumerTimeout, OnlyTheConsumerThatIsLateIsCancelled) {
  Client client = consumer(true);
  client.qos(1);
  client.consume("q", "patient");
  declarer_.publish("", "q", "1");
  declarer_.flush();
  client.next_delivery();
  client.consume("q", "slow", false, kSoon);
  declarer_.publish("", "q", "2");
  declarer_.flush();
  EXPECT_EQ(client.next_delivery().consumer, "slow");
  EXPECT_EQ(client.next_cancelled(), "slow");
  EXPECT_TRUE(becomes_true([&] { return declarer_.counts("q").messages == 1; }));
  EXPECT_EQ(declarer_.counts("q").consumers, 1u);
  EXPECT_EQ(client.cancelled_kept(), 0u);
}

// The first delivery has long been looked at when the one that will be late comes.
TEST_P(ConsumerTimeout, AShortTimeoutIsKeptBesideALongOne) {
  Client client = consumer(true), other = consumer(true);
  declarer_.declare("short");
  declarer_.declare("clock");
  client.consume("q", "patient");
  client.consume("short", "slow", false, kSoon);
  other.consume("clock", "clock", false, {{"x-consumer-timeout", Value::int32(1'500)}});
  declarer_.publish("", "q", "1");
  declarer_.publish("", "clock", "1");
  declarer_.flush();
  EXPECT_EQ(other.next_cancelled(), "clock");
  declarer_.publish("", "short", "2");
  declarer_.flush();
  EXPECT_EQ(client.next_cancelled(), "slow");
}

TEST_P(ConsumerTimeout, AClientThatKnowsNoCancelLosesItsChannel) {
  Client slow = consumer(false);
  slow.consume("q", "slow", false, kSoon);
  declarer_.publish("", "q", "m");
  declarer_.flush();
  slow.next_delivery();
  EXPECT_EQ(closed_channel(slow),
            "406 PRECONDITION_FAILED - delivery acknowledgement on channel 1 timed out. Timeout "
            "value used: 500 ms. This timeout value can be configured, see consumers doc guide to "
            "learn more");
  EXPECT_TRUE(becomes_true([&] { return declarer_.counts("q").messages == 1; }));
}

TEST_P(ConsumerTimeout, AcknowledgedInATransactionIsInTime) {
  Client client = consumer(true), slow = consumer(true);
  declarer_.declare("other");
  client.tx_select();
  client.consume("q", "c", false, kSoon);
  declarer_.publish("", "q", "m");
  declarer_.flush();
  client.ack(client.next_delivery().tag);
  client.flush();
  slow.consume("other", "slow", false, kSoon);
  declarer_.publish("", "other", "m");
  declarer_.flush();
  EXPECT_EQ(slow.next_cancelled(), "slow");
  client.tx_commit();
  EXPECT_EQ(client.cancelled_kept(), 0u);
  EXPECT_EQ(declarer_.counts("q").messages, 0u);
}

TEST_P(ConfiguredTimeout, HoldsForBasicGetAndClosesTheChannel) {
  declarer_.publish("", "q", "m");
  declarer_.flush();
  Client client = consumer(true);
  ASSERT_TRUE(client.get("q"));
  EXPECT_NE(closed_channel(client).find("Timeout value used: 500 ms"), std::string::npos);
  EXPECT_TRUE(becomes_true([&] { return declarer_.counts("q").messages == 1; }));
}

TEST_P(ConfiguredTimeout, HoldsForDeliveriesOfAConsumerThatHasCancelled) {
  declarer_.publish("", "q", "m");
  declarer_.flush();
  Client client = consumer(true);
  client.consume("q", "c");
  client.next_delivery();
  client.cancel("c");
  EXPECT_NE(closed_channel(client).find("delivery acknowledgement on channel 1 timed out"),
            std::string::npos);
}

TEST_P(ConfiguredTimeout, AConsumersOwnTimeoutComesFirst) {
  Client client = consumer(true);
  declarer_.declare("other");
  client.consume("q", "own", false, {{"x-consumer-timeout", Value::int32(3'600'000)}});
  client.consume("other", "configured");
  declarer_.publish("", "q", "m");
  declarer_.publish("", "other", "m");
  declarer_.flush();
  EXPECT_EQ(client.next_cancelled(), "configured");
  client.flush();
  EXPECT_EQ(client.cancelled_kept(), 0u);
  EXPECT_EQ(declarer_.counts("q").consumers, 1u);
}

TEST_P(ConfiguredTimeout, WhatIsLeftOfADeletedQueueIsNotAskedFor) {
  Client client = consumer(true);
  declarer_.declare("gone");
  client.consume("gone", "c");
  declarer_.publish("", "gone", "m");
  declarer_.flush();
  client.next_delivery();
  declarer_.delete_queue("gone");
  EXPECT_EQ(client.next_cancelled(), "c");
  client.consume("q", "late");
  declarer_.publish("", "q", "m");
  declarer_.flush();
  EXPECT_EQ(client.next_cancelled(), "late");
  client.flush();
}

}  // namespace
}  // namespace coney::test
