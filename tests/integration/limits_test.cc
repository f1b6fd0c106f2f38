// Limits and defaults of the configuration that clients meet.

#include <gtest/gtest.h>

#include "tests/integration/broker.h"
#include "tests/integration/client.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney::test {
namespace {

class Limits : public testing::Test {
 protected:
  Config config() const { return broker_config(directory_ / "data"); }

  // `call` ends with an error of the broker that has this code and text.
  template <typename Call>
  static void expect_error(Call call, int code, const std::string& text, bool only_channel) {
    try {
      call();
      ADD_FAILURE() << "no error";
    } catch (const ClosedByBroker& closed) {
      EXPECT_EQ(closed.code, code);
      EXPECT_EQ(closed.only_channel, only_channel);
      EXPECT_NE(std::string(closed.what()).find(text), std::string::npos) << closed.what();
    }
  }

  coney::TemporaryDirectory directory_;
};

TEST_F(Limits, ConsumersPerChannel) {
  Config limited = config();
  limited.consumer_max_per_channel = 2;
  LocalBroker broker(limited);
  Client client(broker.port()), other(broker.port());
  client.declare("q");
  client.consume("q", "one");
  client.consume("q", "two");
  client.cancel("one");
  client.consume("q", "three");
  other.consume("q", "one");
  expect_error([&] { client.consume("q", "four"); }, 530,
               "reached maximum (2) of consumers per channel", false);
  EXPECT_EQ(other.counts("q").consumers, 1u);
}

TEST_F(Limits, ConnectionsOfTheNode) {
  Config limited = config();
  limited.connection_max = 2;
  LocalBroker broker(limited);
  Client one(broker.port()), two(broker.port());
  expect_error([&] { Client(broker.port()); }, 530, "node connection limit (2) is reached", false);
  one.close();
  Client three(broker.port());
  expect_error([&] { Client(broker.port()); }, 530, "node connection limit (2) is reached", false);
}

TEST_F(Limits, ChannelsOfAConnection) {
  Config limited = config();
  limited.channel_max = 3;
  LocalBroker broker(limited);
  Client client(broker.port()), other(broker.port());
  EXPECT_EQ(client.channel_max(), 3);
  client.open_channel(2);
  client.open_channel(3);
  expect_error([&] { client.open_channel(4); }, 530,
               "number of channels opened (3) has reached the negotiated channel_max (3)", false);
  other.open_channel(2);
}

TEST_F(Limits, ChannelsThatAreChangedHoldForWhoComesThen) {
  LocalBroker broker(config());
  Client before(broker.port());
  LiveValues values = broker.server().live_settings().read();
  values.channel_max = 2;
  broker.server().change_settings(values);
  Client after(broker.port());
  EXPECT_EQ(after.channel_max(), 2);
  after.open_channel(2);
  expect_error([&] { after.open_channel(3); }, 530,
               "number of channels opened (2) has reached the negotiated channel_max (2)", false);
  before.open_channel(3);
}

// Quorum queues are yet to come, so it shows in the refusal.
TEST_F(Limits, QueueTypeOfADeclareWithoutOne) {
  Config quorum = config();
  quorum.default_queue_type = "quorum";
  LocalBroker broker(quorum);
  Client client(broker.port());
  client.declare("q", {.durable = true});
  amqp::Table classic{{"x-queue-type", amqp::Value::text("classic")}};
  expect_error([&] { client.declare("q", {.durable = true}, classic); }, 406, "inequivalent arg",
               true);
}

TEST_F(Limits, QueueTypeIsClassicUnlessConfigured) {
  LocalBroker broker(config());
  Client client(broker.port());
  client.declare("q", {.durable = true});
}

}  // namespace
}  // namespace coney::test
