// What ends with a connection, a consumer or the broker's process, and what stays.

#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>

#include "tests/integration/broker.h"
#include "tests/integration/client.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney::test {
namespace {

using Clock = std::chrono::steady_clock;

class Lifetime : public testing::Test {
 protected:
  // Asks again and again, for a minute.
  static bool goes(Client& client, const std::string& queue) {
    const auto deadline = Clock::now() + std::chrono::seconds(60);
    while (Clock::now() < deadline) {
      try {
        if (!client.queue_exists(queue)) return true;
      } catch (const ClosedByBroker& closed) {
        if (closed.code != 405) throw;  // still there, and another's
      }
    }
    return false;
  }

  TemporaryDirectory directory_;
};

TEST_F(Lifetime, ExclusiveQueueIsForItsConnectionAlone) {
  LocalBroker broker(directory_ / "data");
  Client owner(broker.port()), other(broker.port());
  owner.declare("mine", {.exclusive = true});
  try {
    other.counts("mine");
    FAIL() << "the other connection may use it";
  } catch (const ClosedByBroker& closed) {
    EXPECT_EQ(closed.code, 405);
  }
}

TEST_F(Lifetime, ExclusiveQueueIsGoneWhenItsConnectionReadsCloseOk) {
  LocalBroker broker(directory_ / "data");
  Client owner(broker.port()), other(broker.port());
  owner.declare("mine", {.exclusive = true});
  owner.close();
  EXPECT_FALSE(other.queue_exists("mine"));
}

TEST_F(Lifetime, ExclusiveQueueGoesWhenItsConnectionDrops) {
  LocalBroker broker(directory_ / "data");
  Client other(broker.port());
  Client(broker.port()).declare("mine", {.exclusive = true});
  EXPECT_TRUE(goes(other, "mine"));
}

TEST_F(Lifetime, AutoDeleteQueueGoesWithItsLastConsumer) {
  LocalBroker broker(directory_ / "data");
  Client owner(broker.port()), other(broker.port());
  owner.declare("q", {.auto_delete = true});
  EXPECT_TRUE(other.queue_exists("q"));
  owner.consume("q", "one");
  other.consume("q", "two");
  owner.cancel("one");
  EXPECT_TRUE(owner.queue_exists("q"));
  other.cancel("two");
  EXPECT_FALSE(other.queue_exists("q"));
  EXPECT_FALSE(owner.queue_exists("q"));
}

TEST_F(Lifetime, AutoDeleteQueueGoesWhenItsLastConsumersConnectionDrops) {
  LocalBroker broker(directory_ / "data");
  Client owner(broker.port());
  for (int n = 0; n != 4; ++n) {  // on either shard
    const std::string name = "q" + std::to_string(n);
    owner.declare(name, {.auto_delete = true});
    Client(broker.port()).consume(name, "c");
    EXPECT_TRUE(goes(owner, name)) << name;
  }
}

// The cancel is on its way to the queue, or its answer on its way back, when the connection ends.
TEST_F(Lifetime, AutoDeleteQueueGoesWhenTheConnectionDropsBehindItsCancel) {
  LocalBroker broker(directory_ / "data");
  Client owner(broker.port());
  for (int n = 0; n != 40; ++n) {
    const std::string name = "q" + std::to_string(n);
    owner.declare(name, {.auto_delete = true});
    {
      Client leaving(broker.port()), other(broker.port());
      for (Client* client : {&leaving, &other}) client->consume(name, "c");
      leaving.send_cancel("c");
      other.send_cancel("c");
    }
    EXPECT_TRUE(goes(owner, name)) << name;
  }
}

TEST_F(Lifetime, DurableDefinitionsSurviveAKill) {
  {
    BrokerProcess broker(directory_ / "data");
    Client client(broker.port());
    client.declare_exchange("durable.exchange", "direct", true);
    client.declare_exchange("transient.exchange", "direct", false);
    client.declare("durable.queue", {.durable = true});
    client.declare("transient.queue");
    client.bind("durable.queue", "durable.exchange", "key");
    broker.signal(SIGKILL);
    EXPECT_EQ(broker.wait(), -SIGKILL);
  }
  BrokerProcess broker(directory_ / "data");
  Client client(broker.port());
  EXPECT_TRUE(client.queue_exists("durable.queue"));
  EXPECT_TRUE(client.exchange_exists("durable.exchange"));
  EXPECT_FALSE(client.queue_exists("transient.queue"));
  EXPECT_FALSE(client.exchange_exists("transient.exchange"));
  client.publish("durable.exchange", "key", "through the binding");
  const auto got = client.get("durable.queue", true);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->body, "through the binding");
}

TEST_F(Lifetime, SigtermClosesConnectionsWith320) {
  BrokerProcess broker(directory_ / "data");
  Client one(broker.port()), two(broker.port());
  broker.signal(SIGTERM);
  EXPECT_EQ(one.wait_for_close(), 320);
  EXPECT_EQ(two.wait_for_close(), 320);
  EXPECT_EQ(broker.wait(), 0);
}

TEST_F(Lifetime, SigtermEndsTheBrokerAlsoWhenAClientIsSilent) {
  BrokerProcess broker(directory_ / "data");
  Client silent(broker.port());
  broker.signal(SIGTERM);
  EXPECT_EQ(broker.wait(), 0);
}

}  // namespace
}  // namespace coney::test
