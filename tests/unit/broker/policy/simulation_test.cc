#include "broker/policy/simulation.h"

#include <gtest/gtest.h>

namespace coney {
namespace {

using amqp::Value;

class PolicySimulationTest : public testing::Test {
 protected:
  static PolicyRecord policy(std::string name, std::string pattern, double priority,
                             amqp::Table definition) {
    PolicyRecord record{.vhost = "/", .name = std::move(name), .pattern = std::move(pattern)};
    record.priority = priority;
    record.definition = std::move(definition);
    return record;
  }
  void add(PolicyRecord record) {
    PolicyList& list = policies_.list(record.is_operator);
    list.put(std::make_shared<const PolicyRecord>(std::move(record)));
  }
  static QueueRecord queue(std::string name, std::string type = "classic",
                           amqp::Table arguments = {}) {
    QueueRecord record{.vhost = "/", .name = std::move(name)};
    record.type = std::move(type);
    record.arguments = std::move(arguments);
    return record;
  }

  VhostPolicies policies_;
};

TEST_F(PolicySimulationTest, ThePolicyOfTheHigherPriorityWins) {
  add(policy("old", "^q", 5, {{"max-length", Value::int64(10)}}));
  auto below = PolicySimulation::of_put(policies_,
                                        policy("new", "^q", 4, {{"max-length", Value::int64(3)}}));
  const SimulatedEffect loses = below.on(queue("q"));
  EXPECT_TRUE(loses.fits);
  EXPECT_FALSE(loses.wins);
  EXPECT_TRUE(loses.changes.empty());
  EXPECT_EQ(loses.after.user->name, "old");

  auto above = PolicySimulation::of_put(policies_,
                                        policy("new", "^q", 6, {{"message-ttl", Value::int64(3)}}));
  const SimulatedEffect wins = above.on(queue("q"));
  EXPECT_TRUE(wins.wins);
  ASSERT_EQ(wins.changes.size(), 2u);
  EXPECT_EQ(wins.changes[0].key, "max-length");
  EXPECT_EQ(wins.changes[0].before->policy, "old");
  EXPECT_FALSE(wins.changes[0].after) << "policies are not merged with one another";
  EXPECT_EQ(wins.changes[1].key, "message-ttl");
  EXPECT_FALSE(wins.changes[1].before);
  EXPECT_EQ(wins.changes[1].after->value, Value::int64(3));
}

TEST_F(PolicySimulationTest, AStricterArgumentStays) {
  auto simulation =
      PolicySimulation::of_put(policies_, policy("p", "^q", 0, {{"max-length", Value::int64(50)}}));
  const SimulatedEffect effect =
      simulation.on(queue("q", "classic", {{"x-max-length", Value::int64(9)}}));
  EXPECT_TRUE(effect.wins);
  EXPECT_TRUE(effect.changes.empty());
  EXPECT_EQ(simulation.on(queue("q2")).changes.size(), 1u) << "another queue has no argument";
  EXPECT_EQ(simulation.on(queue("q3")).changes.size(), 1u) << "nor has the next";
}

TEST_F(PolicySimulationTest, ATypeThatDoesNotSupportAKeyIsTold) {
  auto simulation =
      PolicySimulation::of_put(policies_, policy("p", ".*", 0, {{"max-age", Value::text("1D")}}));
  EXPECT_TRUE(simulation.on(queue("s", "stream")).wins);
  const SimulatedEffect effect = simulation.on(queue("c"));
  EXPECT_TRUE(effect.is_unsupported);
  EXPECT_FALSE(effect.fits);
  EXPECT_TRUE(effect.changes.empty());
}

TEST_F(PolicySimulationTest, AChangedPatternLeavesQueuesBehind) {
  add(policy("p", "^a", 0, {{"max-length", Value::int64(10)}}));
  auto simulation =
      PolicySimulation::of_put(policies_, policy("p", "^b", 0, {{"max-length", Value::int64(10)}}));
  const SimulatedEffect left = simulation.on(queue("a"));
  EXPECT_FALSE(left.fits);
  EXPECT_TRUE(left.concerns());
  ASSERT_EQ(left.changes.size(), 1u);
  EXPECT_FALSE(left.changes[0].after);
  EXPECT_EQ(simulation.on(queue("b")).changes.size(), 1u);
  EXPECT_FALSE(simulation.on(queue("c")).concerns());
}

TEST_F(PolicySimulationTest, OfADeletionTheNextPolicyTakesThePlace) {
  add(policy("first", "^q", 2, {{"max-length", Value::int64(10)}}));
  add(policy("second", "^q", 1, {{"max-length", Value::int64(20)}}));
  auto simulation = PolicySimulation::of_deletion(policies_, *policies_.user.find("first"));
  const SimulatedEffect effect = simulation.on(queue("q"));
  EXPECT_TRUE(effect.wins);
  ASSERT_EQ(effect.changes.size(), 1u);
  EXPECT_EQ(effect.changes[0].before->value, Value::int64(10));
  EXPECT_EQ(effect.changes[0].after->value, Value::int64(20));
  EXPECT_EQ(effect.changes[0].after->policy, "second");
  EXPECT_NE(policies_.user.find("first"), nullptr) << "nothing has been deleted";
}

TEST_F(PolicySimulationTest, AnOperatorPolicyCapsWhatOthersAskFor) {
  add(policy("p", "^q", 0, {{"max-length", Value::int64(100)}}));
  PolicyRecord cap = policy("cap", ".*", 0, {{"max-length", Value::int64(7)}});
  cap.is_operator = true;
  auto simulation = PolicySimulation::of_put(policies_, std::move(cap));
  const SimulatedEffect effect = simulation.on(queue("q"));
  ASSERT_EQ(effect.changes.size(), 1u);
  EXPECT_EQ(effect.changes[0].before->source, ValueSource::kPolicy);
  EXPECT_EQ(effect.changes[0].after->source, ValueSource::kOperatorPolicy);
}

TEST_F(PolicySimulationTest, ExchangesHaveAlternates) {
  auto simulation = PolicySimulation::of_put(
      policies_, policy("p", "^e", 0, {{"alternate-exchange", Value::text("other")}}));
  ExchangeRecord exchange{.vhost = "/", .name = "e"};
  exchange.type = "direct";
  const SimulatedEffect effect = simulation.on(exchange);
  EXPECT_TRUE(effect.wins);
  ASSERT_EQ(effect.changes.size(), 1u);
  EXPECT_EQ(effect.changes[0].key, "alternate-exchange");
}

}  // namespace
}  // namespace coney
