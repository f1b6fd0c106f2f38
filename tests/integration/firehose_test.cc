// The firehose: copies of what is published and delivered while tracing is on.

#include <gtest/gtest.h>

#include "broker/topology/topology.h"
#include "tests/integration/becomes_true.h"
#include "tests/integration/broker.h"
#include "tests/integration/client.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney::test {
namespace {

class Firehose : public testing::Test {
 protected:
  Firehose() {
    watcher_.declare("trace");
    watcher_.bind("trace", "amq.rabbitmq.trace", "#");
    client_.declare("q");
    other_.declare("other");
  }
  // Returns when it has happened: a message shows whether it is traced.
  void set_tracing(bool on) {
    broker_.server().topology().submit({}, SetTracing{"/", on});
    EXPECT_TRUE(becomes_true([&] {
      client_.publish("", "nowhere", "probe");
      other_.publish("", "nowhere", "probe");
      client_.flush();
      other_.flush();
      return (traced() == 2) == on;
    }));
  }
  // How many copies of probes have come; they are taken away.
  std::size_t traced() {
    // Mail in both directions is in order: what was sent before this has arrived.
    client_.declare("q");
    watcher_.flush();
    std::size_t count = watcher_.counts("trace").messages;
    watcher_.purge("trace");
    return count;
  }
  Delivery next() {
    std::optional<Delivery> copy;
    EXPECT_TRUE(becomes_true([&] { return (copy = watcher_.get("trace", true)).has_value(); }));
    return copy.value_or(Delivery{});
  }
  static amqp::Table headers_of(const Delivery& copy) {
    const auto list = amqp::PropertyList::decode(copy.properties);
    return amqp::decode_table(list.value().headers.value()).value();
  }
  static std::string text(const amqp::Table& table, std::string_view key) {
    return *table.find(key)->as_string();
  }

  TemporaryDirectory directory_;
  LocalBroker broker_{directory_ / "data"};
  Client watcher_{broker_.port()};
  Client client_{broker_.port()};
  Client other_{broker_.port()};
};

TEST_F(Firehose, CopiesPublishesAndDeliveries) {
  set_tracing(true);
  client_.publish("", "q", "body", {.message_id = "m1"});
  client_.flush();
  const Delivery published = next();
  EXPECT_EQ(published.body, "body");
  const amqp::Table in = headers_of(published);
  EXPECT_EQ(text(in, "exchange_name"), "");
  EXPECT_EQ(text(in, "user"), "guest");
  EXPECT_EQ(text(in, "vhost"), "/");
  EXPECT_EQ(in.find("routed_queues")->as_array()->at(0), amqp::Value::text("q"));
  EXPECT_EQ(text(*in.find("properties")->as_table(), "message_id"), "m1");

  const auto first = client_.get("q");
  EXPECT_EQ(headers_of(next()).find("redelivered")->as_integer(), 0);
  client_.requeue(first->tag);
  client_.consume("q", "c");
  client_.ack(client_.next_delivery().tag);
  const Delivery delivered = next();
  EXPECT_EQ(delivered.body, "body");
  const amqp::Table out = headers_of(delivered);
  EXPECT_EQ(out.find("redelivered")->as_integer(), 1);
  EXPECT_EQ(out.find("routing_keys")->as_array()->at(0), amqp::Value::text("q"));
  EXPECT_EQ(out.find("routed_queues"), nullptr);
}

TEST_F(Firehose, KnowsMessagesOfOtherShardsAndRepeatedKeys) {
  set_tracing(true);
  watcher_.declare("deliveries");
  watcher_.bind("deliveries", "amq.rabbitmq.trace", "deliver.*");
  for (int n = 0; n != 50; ++n) {
    client_.publish("", "q", "m");
    client_.publish("", "other", "m");
  }
  client_.consume("q", "c1", true);
  client_.consume("other", "c2", true);
  for (int n = 0; n != 100; ++n) client_.next_delivery();
  EXPECT_TRUE(becomes_true([&] { return watcher_.counts("deliveries").messages == 100; }));
  EXPECT_TRUE(becomes_true([&] { return watcher_.counts("trace").messages == 200; }));
}

TEST_F(Firehose, DoesNotCopyItsOwnCopies) {
  set_tracing(true);
  watcher_.consume("trace", "w", true);
  for (int n = 0; n != 10; ++n) client_.publish("", "q", std::to_string(n));
  client_.flush();
  for (int n = 0; n != 10; ++n) EXPECT_EQ(watcher_.next_delivery().body, std::to_string(n));
  watcher_.flush();
  EXPECT_EQ(watcher_.deliveries_kept(), 0u);
  EXPECT_EQ(watcher_.counts("trace").messages, 0u);
}

TEST_F(Firehose, IsOffUntilItIsSwitchedOnAndCanBeSwitchedOff) {
  client_.publish("", "q", "m");
  client_.flush();
  EXPECT_EQ(traced(), 0u);
  set_tracing(true);
  set_tracing(false);
  client_.publish("", "q", "m");
  client_.get("q", true);
  EXPECT_EQ(traced(), 0u);
}

TEST_F(Firehose, IsOffAfterARestart) {
  set_tracing(true);
  broker_.server().stop();
  LocalBroker again(directory_ / "data");
  Client watcher(again.port()), client(again.port());
  watcher.declare("trace");
  watcher.bind("trace", "amq.rabbitmq.trace", "#");
  client.declare("q");
  client.publish("", "q", "m");
  EXPECT_EQ(client.get("q", true)->body, "m");
  client.declare("q");  // mail is in order: a copy would be there
  watcher.flush();
  EXPECT_EQ(watcher.counts("trace").messages, 0u);
}

// A trace queue that takes part in what is traced.
TEST_F(Firehose, AQueueMayReceiveCopiesOfItsOwnDeliveries) {
  client_.bind("q", "amq.rabbitmq.trace", "deliver.q");
  set_tracing(true);
  client_.consume("q", "c", true);
  client_.publish("", "q", "m");
  const Delivery original = client_.next_delivery(), copy = client_.next_delivery();
  EXPECT_EQ(original.body, "m");
  EXPECT_TRUE(original.properties.empty());
  EXPECT_EQ(copy.body, "m");
  EXPECT_FALSE(copy.properties.empty());
  client_.flush();
  EXPECT_EQ(client_.deliveries_kept(), 0u);
}

}  // namespace
}  // namespace coney::test
