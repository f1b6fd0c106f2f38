// The exchange types that choose: by a hash, at random, by a regular expression.

#include <gtest/gtest.h>

#include "tests/integration/broker.h"
#include "tests/integration/client.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney::test {
namespace {

using amqp::Table;
using amqp::Value;

class ExchangeTypes : public testing::Test {
 protected:
  // Queues q0, q1, ..., bound with the key.
  void declare_bound(int count, const std::string& exchange, const std::string& key) {
    for (int n = 0; n != count; ++n) {
      const std::string name = "q" + std::to_string(n);
      client_.declare(name);
      client_.bind(name, exchange, key);
    }
  }
  std::vector<std::uint32_t> depths(int count) {
    std::vector<std::uint32_t> all;
    for (int n = 0; n != count; ++n) {
      all.push_back(client_.counts("q" + std::to_string(n)).messages);
      client_.purge("q" + std::to_string(n));
    }
    return all;
  }

  TemporaryDirectory directory_;
  LocalBroker broker_{directory_ / "data"};
  Client client_{broker_.port()};
};

TEST_F(ExchangeTypes, ConsistentHashSplitsKeysAsRabbitMqDoes) {
  client_.declare_exchange("x", "x-consistent-hash", false);
  declare_bound(2, "x", "1");
  for (int n = 0; n != 20; ++n) client_.publish("x", "k" + std::to_string(n), "m");
  EXPECT_EQ(depths(2), (std::vector<std::uint32_t>{7, 13}));
}

TEST_F(ExchangeTypes, ConsistentHashOfAPropertyLooksAtEveryMessage) {
  client_.declare_exchange("x", "x-consistent-hash", false,
                           {{"hash-property", Value::text("message_id")}});
  declare_bound(2, "x", "1");
  for (int n = 0; n != 20; ++n) {
    const std::string id = "k" + std::to_string(n);
    client_.publish("x", "same", "m", {.message_id = id});
  }
  EXPECT_EQ(depths(2), (std::vector<std::uint32_t>{7, 13}));
}

TEST_F(ExchangeTypes, ModulusHashSendsAKeyOneWay) {
  client_.declare_exchange("x", "x-modulus-hash", false);
  declare_bound(3, "x", "");
  for (int n = 0; n != 30; ++n) client_.publish("x", "key", "m");
  auto same = depths(3);
  std::ranges::sort(same);
  EXPECT_EQ(same, (std::vector<std::uint32_t>{0, 0, 30}));
  for (int n = 0; n != 300; ++n) client_.publish("x", std::to_string(n), "m");
  for (std::uint32_t depth : depths(3)) EXPECT_GT(depth, 50u);
}

TEST_F(ExchangeTypes, RandomChoosesForEachMessageAlsoBehindAnotherExchange) {
  for (const char* type : {"x-random", "x-local-random"}) {
    client_.declare_exchange(type, type, false);
    declare_bound(3, type, "");
    client_.declare_exchange("front", "fanout", false);
    client_.bind_exchange(type, "front", "");
    for (int n = 0; n != 600; ++n) client_.publish("front", "key", "m");
    const auto chosen = depths(3);
    EXPECT_EQ(chosen[0] + chosen[1] + chosen[2], 600u);
    for (std::uint32_t depth : chosen) EXPECT_GT(depth, 100u) << type;
    for (int n = 0; n != 3; ++n) client_.unbind("q" + std::to_string(n), type, "");
  }
}

TEST_F(ExchangeTypes, RegexMatchesWholeKeys) {
  client_.declare_exchange("x", "x-regex", true);
  client_.declare("orders");
  client_.declare("everything");
  client_.bind("orders", "x", "(eu|us)\\.order\\.[0-9]+");
  client_.bind("everything", "x", ".*");
  for (const char* key : {"eu.order.1", "us.order.22", "eu.order.", "an eu.order.1", ""}) {
    client_.publish("x", key, key);
  }
  EXPECT_EQ(client_.counts("everything").messages, 5u);
  EXPECT_EQ(client_.get("orders", true)->body, "eu.order.1");
  EXPECT_EQ(client_.get("orders", true)->body, "us.order.22");
  EXPECT_EQ(client_.get("orders", true), std::nullopt);
}

TEST_F(ExchangeTypes, RegexRefusesWhatIsNoExpression) {
  client_.declare_exchange("x", "x-regex", false);
  client_.declare("q");
  try {
    client_.bind("q", "x", "a(b");
    ADD_FAILURE() << "no error";
  } catch (const ClosedByBroker& closed) {
    EXPECT_TRUE(closed.only_channel);
    EXPECT_STREQ(closed.what(),
                 "406 PRECONDITION_FAILED - the binding key 'a(b' is not a regular expression: "
                 "missing ): a(b");
  }
}

TEST(ExchangeTypesAfterARestart, RouteAsBefore) {
  TemporaryDirectory directory;
  const Config config = broker_config(directory / "data");
  {
    LocalBroker broker(config);
    Client client(broker.port());
    client.declare_exchange("hash", "x-consistent-hash", true);
    client.declare_exchange("regex", "x-regex", true);
    client.declare("q", {.durable = true});
    client.bind("q", "hash", "5");
    client.bind("q", "regex", "a+");
  }
  LocalBroker broker(config);
  Client client(broker.port());
  client.publish("hash", "any", "1");
  client.publish("regex", "aaa", "2");
  client.publish("regex", "b", "3");
  EXPECT_EQ(client.counts("q").messages, 2u);
}

}  // namespace
}  // namespace coney::test
