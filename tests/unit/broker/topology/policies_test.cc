// Policies reach queues and exchanges: those that exist and those that come, in every catalog.

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <chrono>
#include <iostream>
#include <set>

#include "broker/policy/explanation.h"
#include "broker/topology/topology_state.h"
#include "tests/unit/broker/topology/running_topology.h"
#include "tests/unit/persistence/failing_vfs.h"

namespace coney {
namespace {

using amqp::Table;
using amqp::Value;

DeclareQueue queue(std::string name, Table arguments = {}) {
  arguments.set("x-queue-type", Value::text("classic"));
  return {
      .record = {.vhost = "/", .name = std::move(name), .durable = true, .arguments = arguments}};
}
DeclareExchange exchange(std::string name, Table arguments = {}) {
  return {{.vhost = "/",
           .name = std::move(name),
           .type = "fanout",
           .durable = true,
           .arguments = std::move(arguments)}};
}
PutPolicy policy(std::string name, std::string pattern, Table definition, double priority = 0,
                 bool is_operator = false) {
  return {{.vhost = "/",
           .is_operator = is_operator,
           .name = std::move(name),
           .pattern = std::move(pattern),
           .priority = priority,
           .definition = std::move(definition)}};
}
Table max_length(std::int64_t value) {
  return {{"max-length", Value::int64(value)}};
}
Table alternate(std::string_view name) {
  return {{"alternate-exchange", Value::text(name)}};
}

TEST(TopologyPolicies, ReachQueuesThatExistAndThoseThatCome) {
  Running broker;
  broker.succeed(queue("before"));
  broker.succeed(queue("other"));
  broker.succeed(policy("p", "^before$|^after$", max_length(5)));
  EXPECT_EQ(broker.queue("before")->settings->max_length, 5);
  EXPECT_EQ(broker.queue("other")->settings->max_length, std::nullopt);
  broker.succeed(queue("after"));
  EXPECT_EQ(broker.queue("after")->settings->max_length, 5);
  broker.succeed(DeletePolicy{"/", false, "p"});
  EXPECT_EQ(broker.queue("before")->settings->max_length, std::nullopt);
  EXPECT_EQ(broker.queue("after")->settings->max_length, std::nullopt);
}

TEST(TopologyPolicies, ChangedPatternFreesWhatItMatchedBefore) {
  Running broker;
  broker.succeed(queue("a"));
  broker.succeed(queue("b"));
  EXPECT_FALSE(broker.run(policy("p", "a", max_length(5))).existed);
  EXPECT_TRUE(broker.run(policy("p", "b", max_length(6))).existed);
  EXPECT_EQ(broker.queue("a")->settings->max_length, std::nullopt);
  EXPECT_EQ(broker.queue("b")->settings->max_length, 6);
}

// Recorded: one user policy, that of the highest priority, and none of the others.
TEST(TopologyPolicies, OnlyTheFirstOfAKindApplies) {
  Running broker;
  broker.succeed(queue("q", {{"x-max-length", Value::int32(9)}}));
  broker.succeed(policy("p1", "q", max_length(5), 1));
  broker.succeed(policy("p2", "q", {{"message-ttl", Value::int64(1000)}}, 2));
  const QueueSettings& settings = *broker.queue("q")->settings;
  EXPECT_EQ(settings.max_length, 9);
  EXPECT_EQ(settings.message_ttl, 1000);
  broker.succeed(policy("o", "q", max_length(3), 0, true));
  EXPECT_EQ(broker.queue("q")->settings->max_length, 3);
  EXPECT_EQ(broker.queue("q")->settings->message_ttl, 1000);
}

TEST(TopologyPolicies, PolicyThatChangesNothingForAQueueIsNoChangeOfIt) {
  Running broker;
  broker.succeed(queue("q", {{"x-max-length", Value::int32(2)}}));
  const QueueSettingsPtr before = broker.queue("q")->settings;
  broker.succeed(policy("p", "q", max_length(5)));
  EXPECT_EQ(broker.queue("q")->settings, before);
}

TEST(TopologyPolicies, AlternateExchangeOfExistingAndNewExchanges) {
  Running broker;
  broker.succeed(exchange("x"));
  broker.succeed(exchange("mine", alternate("argument")));
  broker.succeed(policy("p", "^(x|y|mine)$", alternate("ae")));
  EXPECT_EQ(broker.exchange("x")->alternate, "ae");
  EXPECT_EQ(broker.exchange("mine")->alternate, "argument");
  broker.succeed(exchange("y"));
  EXPECT_EQ(broker.exchange("y")->alternate, "ae");
  broker.succeed(DeletePolicy{"/", false, "p"});
  EXPECT_EQ(broker.exchange("x")->alternate, "");
  EXPECT_EQ(broker.exchange("y")->alternate, "");
}

TEST(TopologyPolicies, SurviveARestart) {
  TemporaryDirectory directory;
  {
    Running broker(open_store(directory));
    broker.succeed(queue("q"));
    broker.succeed(exchange("x"));
    broker.succeed(policy(
        "p", "q|x", {{"alternate-exchange", Value::text("ae")}, {"max-length", Value::int64(5)}}));
    broker.succeed(policy("o", "q", max_length(4), 7, true));
  }
  Running broker(open_store(directory));
  EXPECT_EQ(broker.queue("q")->settings->max_length, 4);
  EXPECT_EQ(broker.exchange("x")->alternate, "ae");
  broker.succeed(DeletePolicy{"/", true, "o"});
  EXPECT_EQ(broker.queue("q")->settings->max_length, 5);
}

TEST(TopologyPolicies, WrongOnesAreRefusedWithRabbitMqsTexts) {
  Running broker;
  auto refused = broker.refuse(policy("p", "(", max_length(-1)));
  EXPECT_EQ(refused.kind, Refusal::Kind::kInvalid);
  EXPECT_EQ(refused.text.find("Validation failed\n\npattern should be"), 0u);
  EXPECT_NE(refused.text.find("\n-1 is not a valid maximum length\n"), std::string::npos);
  PutPolicy elsewhere = policy("p", "q", max_length(1));
  elsewhere.record.vhost = "nosuch";
  EXPECT_EQ(broker.refuse(elsewhere).kind, Refusal::Kind::kNoVhost);
  EXPECT_EQ(broker.refuse(DeletePolicy{"/", false, "p"}).kind, Refusal::Kind::kNotFound);
  EXPECT_EQ(broker.refuse(DeletePolicy{"nosuch", false, "p"}).kind, Refusal::Kind::kNoVhost);
}

TEST(TopologyPolicies, DiskThatRefusesLeavesQueuesAsTheyWere) {
  TemporaryDirectory directory;
  failing_vfs::reset();
  Running broker(open_store(directory, failing_vfs::kName));
  broker.succeed(queue("q"));
  broker.succeed(exchange("x"));
  broker.succeed(policy("p", "q|x", max_length(5)));
  failing_vfs::fail_at(1, SQLITE_FULL);
  EXPECT_TRUE(broker.run(policy("p", "q|x", alternate("ae"))).error);
  ASSERT_TRUE(failing_vfs::has_failed());
  EXPECT_EQ(broker.queue("q")->settings->max_length, 5);
  EXPECT_EQ(broker.exchange("x")->alternate, "");
  // The topology's own view is as before, too: the same policy is a change still.
  broker.succeed(policy("p", "q|x", alternate("ae")));
  EXPECT_EQ(broker.queue("q")->settings->max_length, std::nullopt);
  EXPECT_EQ(broker.exchange("x")->alternate, "ae");
}

TEST(TopologyPolicies, AreWhatTheExplanationSaysInEveryCatalog) {
  Running broker;
  broker.succeed(queue("q"));
  broker.succeed(policy("p", "q", max_length(5)));
  const Vhost& vhost = *broker.sink.shard().find_vhost("/");
  const Explanation explanation = explain(*broker.queue("q")->record, vhost.policies);
  EXPECT_EQ(explanation.policy, "p");
  EXPECT_EQ(explanation.effective_policy_definition, max_length(5));
}

// 100,000 queues under one policy, with two argument tables.
TEST(TopologyPolicies, ManyQueuesShareWhatTheirPolicyAsksFor) {
  constexpr int kQueues = 100'000;
  TopologyState state(nullptr, 2);
  state.apply(VhostPut{std::make_shared<VhostRecord>(VhostRecord{.name = "/"})});
  for (int n = 0; n != kQueues; ++n) {
    QueueRecord record = queue("queue." + std::to_string(n)).record;
    if (n % 2) record.arguments.set("x-message-ttl", Value::int32(60'000));
    state.apply(
        QueuePut{std::make_shared<QueueRecord>(std::move(record)), state.slots().allocate(), {}});
  }
  for (int n = 0; n != 10; ++n) {
    state.apply(PolicyPut{std::make_shared<PolicyRecord>(
        policy("other" + std::to_string(n), "^other" + std::to_string(n), max_length(n), 9)
            .record)});
  }
  ASSERT_FALSE(state.commit());
  state.take_changes();

  const auto start = std::chrono::steady_clock::now();
  state.apply(PolicyPut{
      std::make_shared<PolicyRecord>(policy("p", "^queue\\.[0-9]+$", max_length(5)).record)});
  ASSERT_FALSE(state.commit());
  const Changes changes = state.take_changes();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::cout << kQueues << " queues took " << took.count() << " s" << std::endl;
  EXPECT_EQ(changes.size(), kQueues + 1u);
  EXPECT_LT(took.count(), 10);  // far from a second where nothing else runs

  std::set<const QueueSettings*> settings;
  for (const auto& [name, queue] : state.catalog().find_vhost("/")->queues) {
    ASSERT_EQ(queue->settings->max_length, 5);
    settings.insert(queue->settings.get());
  }
  EXPECT_EQ(settings.size(), 2u);
}

}  // namespace
}  // namespace coney
