#include "broker/policy/policy_list.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace coney {
namespace {

using amqp::Value;
constexpr auto kClassic = QueueType::kClassic;

PolicyRecord policy(std::string name, std::string pattern, double priority = 0) {
  return {.vhost = "/",
          .name = std::move(name),
          .pattern = std::move(pattern),
          .priority = priority,
          .definition = {{"message-ttl", Value::int64(5)}}};
}

class Policies : public ::testing::Test {
 protected:
  void put(PolicyRecord record) { list_.put(std::make_shared<PolicyRecord>(std::move(record))); }
  std::string queue(std::string_view name, QueueType type = kClassic) const {
    const PolicyRecord* match = list_.match_queue(name, type);
    return match ? match->name : "none";
  }
  std::string exchange(std::string_view name) const {
    const PolicyRecord* match = list_.match_exchange(name);
    return match ? match->name : "none";
  }
  PolicyList list_;
};

TEST_F(Policies, PatternIsSearchedForAnywhereInTheName) {
  put(policy("p", "b+"));
  EXPECT_EQ(queue("abc"), "p");
  EXPECT_EQ(queue("ac"), "none");
}

TEST_F(Policies, EmptyPatternMatchesEveryName) {
  put(policy("p", ""));
  EXPECT_EQ(queue("anything"), "p");
  EXPECT_EQ(queue(""), "p");
}

TEST_F(Policies, HighestPriorityWins) {
  put(policy("low", "q", 1));
  put(policy("high", "q", 2.5));
  put(policy("negative", "q", -3));
  EXPECT_EQ(queue("q"), "high");
  list_.remove("high");
  EXPECT_EQ(queue("q"), "low");
  list_.remove("low");
  EXPECT_EQ(queue("q"), "negative");
}

// Recorded: p1 wins against p2, whichever was created first.
TEST_F(Policies, NameThatSortsFirstWinsATie) {
  put(policy("p2", "q", 1));
  put(policy("p1", "q", 1));
  put(policy("p3", "q", 1));
  EXPECT_EQ(queue("q"), "p1");
}

TEST_F(Policies, PutReplacesThePolicyOfTheSameName) {
  put(policy("p", "old", 9));
  put(policy("other", "", 1));
  put(policy("p", "new", 0));
  EXPECT_EQ(queue("old"), "other");
  EXPECT_EQ(queue("new"), "other");
  EXPECT_EQ(std::distance(list_.begin(), list_.end()), 2);
}

TEST_F(Policies, TargetsAreKept) {
  struct Case {
    PolicyTarget target;
    bool classic, quorum, stream, exchange;
  };
  const Case cases[] = {{PolicyTarget::kAll, true, true, true, true},
                        {PolicyTarget::kQueues, true, true, true, false},
                        {PolicyTarget::kClassicQueues, true, false, false, false},
                        {PolicyTarget::kQuorumQueues, false, true, false, false},
                        {PolicyTarget::kStreams, false, false, true, false},
                        {PolicyTarget::kExchanges, false, false, false, true}};
  for (const Case& one : cases) {
    PolicyRecord record = policy("p", "q");
    record.apply_to = one.target;
    record.definition = {{"max-length-bytes", Value::int64(5)}};  // every type has it
    put(record);
    EXPECT_EQ(queue("q", QueueType::kClassic) == "p", one.classic);
    EXPECT_EQ(queue("q", QueueType::kQuorum) == "p", one.quorum);
    EXPECT_EQ(queue("q", QueueType::kStream) == "p", one.stream);
    EXPECT_EQ(exchange("q") == "p", one.exchange);
  }
}

// Recorded, but for delivery-limit, which every queue type has here.
TEST_F(Policies, KeyThatTheQueueTypeLacksKeepsThePolicyAway) {
  PolicyRecord quorum = policy("quorum", "q", 2);
  quorum.definition = {{"max-length", Value::int64(5)},
                       {"dead-letter-strategy", Value::text("at-least-once")}};
  put(quorum);
  put(policy("lower", "q", 1));
  EXPECT_EQ(queue("q", QueueType::kQuorum), "quorum");
  EXPECT_EQ(queue("q", QueueType::kClassic), "lower");
  EXPECT_EQ(queue("q", QueueType::kStream), "none");

  PolicyRecord limit = policy("limit", "q", 3);
  limit.definition = {{"delivery-limit", Value::int64(3)}};
  put(limit);
  EXPECT_EQ(queue("q", QueueType::kClassic), "limit");
}

TEST_F(Policies, KeyOfAnExchangeDoesNotKeepAPolicyFromQueues) {
  PolicyRecord both = policy("p", "q");
  both.definition.append("alternate-exchange", Value::text("ae"));
  put(both);
  EXPECT_EQ(queue("q"), "p");
  EXPECT_EQ(exchange("q"), "p");
}

TEST_F(Policies, PatternThatDoesNotCompileMatchesNothing) {
  put(policy("p", "("));
  EXPECT_EQ(queue("("), "none");
}

}  // namespace
}  // namespace coney
