#include "broker/policy/effective_settings.h"

#include <gtest/gtest.h>

#include <random>

#include "broker/arguments/value_check.h"
#include "broker/policy/explanation.h"
#include "broker/policy/policy_key.h"
#include "broker/policy/settings_pool.h"

namespace coney {
namespace {

using amqp::Table;
using amqp::Value;

PolicyRecord policy(Table definition) {
  return {.vhost = "/", .name = "p", .definition = std::move(definition)};
}

QueueSettings settings(const Table& arguments, const Table& user, const Table& operators = {},
                       QueueType type = QueueType::kClassic) {
  const PolicyRecord p = policy(user), o = policy(operators);
  return effective_settings(type, arguments,
                            {user.empty() ? nullptr : &p, operators.empty() ? nullptr : &o});
}

Table one(std::string key, Value value) {
  return {{std::move(key), std::move(value)}};
}

TEST(EffectiveSettings, ComeFromArgumentsAlone) {
  const Table arguments = {{"x-max-length", Value::int32(7)},
                           {"x-max-priority", Value::int32(3)},
                           {"x-overflow", Value::text("reject-publish")}};
  const QueueSettings result = settings(arguments, {});
  EXPECT_EQ(result.max_length, 7);
  EXPECT_EQ(result.max_priority, 3);
  EXPECT_EQ(result.overflow, Overflow::kRejectPublish);
}

TEST(EffectiveSettings, PolicyFillsInWhatArgumentsLeaveOpen) {
  const QueueSettings result = settings({}, {{"dead-letter-exchange", Value::text("dlx")},
                                             {"dead-letter-routing-key", Value::text("k")},
                                             {"expires", Value::int64(300)},
                                             {"message-ttl", Value::int64(0)}});
  EXPECT_EQ(result.dead_letter_exchange, "dlx");
  EXPECT_EQ(result.dead_letter_routing_key, "k");
  EXPECT_EQ(result.expires, 300);
  EXPECT_EQ(result.message_ttl, 0);
}

TEST(EffectiveSettings, SmallerNumberWins) {
  const std::pair<const char*, std::optional<std::int64_t> QueueSettings::*> keys[] = {
      {"max-length", &QueueSettings::max_length},
      {"max-length-bytes", &QueueSettings::max_length_bytes},
      {"message-ttl", &QueueSettings::message_ttl},
      {"expires", &QueueSettings::expires}};
  for (const auto& [key, field] : keys) {
    for (int winner = 0; winner != 3; ++winner) {
      auto value = [&](int n) { return Value::int64(n == winner ? 2 : 3 + n); };
      const QueueSettings result =
          settings(one("x-" + std::string(key), value(0)), one(key, value(1)), one(key, value(2)));
      EXPECT_EQ(result.*field, 2) << key << winner;
    }
  }
}

TEST(EffectiveSettings, ArgumentWinsForDeadLettersAndOverflow) {
  const QueueSettings result = settings({{"x-dead-letter-exchange", Value::text("")},
                                         {"x-dead-letter-routing-key", Value::text("dla")},
                                         {"x-overflow", Value::text("drop-head")}},
                                        {{"dead-letter-exchange", Value::text("other")},
                                         {"dead-letter-routing-key", Value::text("dlp")},
                                         {"overflow", Value::text("reject-publish")}},
                                        one("overflow", Value::text("reject-publish-dlx")));
  EXPECT_EQ(result.dead_letter_exchange, "");
  EXPECT_EQ(result.dead_letter_routing_key, "dla");
  EXPECT_EQ(result.overflow, Overflow::kDropHead);
}

TEST(EffectiveSettings, OperatorPolicyWinsForOverflow) {
  EXPECT_EQ(settings({}, one("overflow", Value::text("drop-head")),
                     one("overflow", Value::text("reject-publish")))
                .overflow,
            Overflow::kRejectPublish);
}

TEST(EffectiveSettings, DeliveryLimitOfEveryQueueType) {
  EXPECT_EQ(settings({}, one("delivery-limit", Value::int64(3))).delivery_limit, 3);
  auto quorum = [](int argument, int user) {
    return settings(one("x-delivery-limit", Value::int64(argument)),
                    one("delivery-limit", Value::int64(user)), {}, QueueType::kQuorum)
        .delivery_limit;
  };
  EXPECT_EQ(quorum(5, 3), 3);
  EXPECT_EQ(quorum(-1, 3), 3);  // -1 is none
  EXPECT_EQ(quorum(5, -1), 5);
  EXPECT_EQ(quorum(-1, -1), -1);
}

TEST(EffectiveSettings, ShorterAgeWins) {
  auto age = [](const char* argument, const char* user) {
    return settings(one("x-max-age", Value::text(argument)), one("max-age", Value::text(user)), {},
                    QueueType::kStream)
        .max_age;
  };
  EXPECT_EQ(age("1h", "2D"), 3'600'000);
  EXPECT_EQ(age("2D", "1h"), 3'600'000);
}

TEST(EffectiveSettings, TimesOfPoliciesAreLimitedToTenYears) {
  const Value huge = Value::int64(INT64_MAX);
  const QueueSettings result = settings({}, {{"message-ttl", huge}, {"expires", huge}});
  EXPECT_EQ(result.message_ttl, kMaxMilliseconds);
  EXPECT_EQ(result.expires, kMaxMilliseconds);
}

TEST(EffectiveAlternate, ArgumentBeatsPolicy) {
  const PolicyRecord p = policy(one("alternate-exchange", Value::text("ae")));
  ExchangeRecord exchange{.vhost = "/", .name = "x", .type = "direct"};
  EXPECT_EQ(effective_alternate(exchange, {}), "");
  EXPECT_EQ(effective_alternate(exchange, {&p, nullptr}), "ae");
  exchange.arguments = one("alternate-exchange", Value::text("mine"));
  EXPECT_EQ(effective_alternate(exchange, {&p, nullptr}), "mine");
}

TEST(MergedDefinition, IsThatOfBothPolicies) {
  const PolicyRecord user = policy({{"max-length", Value::int64(5)},
                                    {"message-ttl", Value::int64(7)},
                                    {"overflow", Value::text("drop-head")}});
  const PolicyRecord operators = policy({{"expires", Value::int64(9)},
                                         {"max-length", Value::int64(3)},
                                         {"message-ttl", Value::int64(8)},
                                         {"overflow", Value::text("reject-publish")}});
  EXPECT_EQ(merge_definitions({&user, nullptr}), user.definition);
  EXPECT_EQ(merge_definitions({nullptr, &operators}), operators.definition);
  EXPECT_EQ(merge_definitions({&user, &operators}),
            (Table{{"expires", Value::int64(9)},
                   {"max-length", Value::int64(3)},
                   {"message-ttl", Value::int64(7)},
                   {"overflow", Value::text("reject-publish")}}));
  EXPECT_EQ(merge_definitions({}), Table{});
}

// ---- explanation ----

class Explained : public ::testing::Test {
 protected:
  void put(bool is_operator, std::string name, Table definition) {
    policies_.list(is_operator)
        .put(std::make_shared<PolicyRecord>(PolicyRecord{
            .is_operator = is_operator, .name = std::move(name), .definition = definition}));
  }
  static ExplainedValue value_of(const Explanation& explanation, std::string_view key) {
    for (const ExplainedValue& value : explanation.values) {
      if (value.key == key) return value;
    }
    return {};
  }
  VhostPolicies policies_;
};

TEST_F(Explained, EachValueNamesItsSource) {
  put(false, "user", {{"max-length", Value::int64(5)}, {"message-ttl", Value::int64(9)}});
  put(true, "ops", {{"max-length", Value::int64(6)}, {"message-ttl", Value::int64(8)}});
  const QueueRecord queue{.vhost = "/",
                          .name = "q",
                          .arguments = {{"x-expires", Value::int32(1000)},
                                        {"x-max-priority", Value::int32(4)},
                                        {"x-message-ttl", Value::int32(10)}}};
  const Explanation explanation = explain(queue, policies_);
  EXPECT_EQ(explanation.policy, "user");
  EXPECT_EQ(explanation.operator_policy, "ops");
  EXPECT_EQ(explanation.effective_policy_definition,
            (Table{{"max-length", Value::int64(5)}, {"message-ttl", Value::int64(8)}}));
  const std::vector<ExplainedValue> expected = {
      {"expires", Value::int32(1000), ValueSource::kArgument, ""},
      {"max-length", Value::int64(5), ValueSource::kPolicy, "user"},
      {"max-priority", Value::int32(4), ValueSource::kArgument, ""},
      {"message-ttl", Value::int64(8), ValueSource::kOperatorPolicy, "ops"},
      {"overflow", Value::text("drop-head"), ValueSource::kDefault, ""}};
  EXPECT_EQ(explanation.values, expected);
}

TEST_F(Explained, QueueWithoutPoliciesHasDefaults) {
  const Explanation explanation =
      explain(QueueRecord{.vhost = "/", .name = "q", .type = "quorum"}, policies_);
  EXPECT_EQ(explanation.policy, "");
  EXPECT_EQ(explanation.operator_policy, "");
  EXPECT_TRUE(explanation.effective_policy_definition.empty());
  EXPECT_EQ(value_of(explanation, "delivery-limit"),
            (ExplainedValue{"delivery-limit", Value::int64(20), ValueSource::kDefault, ""}));
}

TEST_F(Explained, Exchange) {
  put(false, "user", one("alternate-exchange", Value::text("ae")));
  ExchangeRecord exchange{.vhost = "/", .name = "x", .type = "direct"};
  EXPECT_EQ(explain(exchange, policies_).policy, "user");
  EXPECT_EQ(value_of(explain(exchange, policies_), "alternate-exchange").source,
            ValueSource::kPolicy);
  exchange.arguments = one("alternate-exchange", Value::text("mine"));
  EXPECT_EQ(
      value_of(explain(exchange, policies_), "alternate-exchange"),
      (ExplainedValue{"alternate-exchange", Value::text("mine"), ValueSource::kArgument, ""}));
}

// ---- the pool ----

TEST(SettingsPool, EqualSettingsAreOneValue) {
  SettingsPool pool;
  auto shared = pool.share({.max_length = 5});
  EXPECT_EQ(pool.share({.max_length = 5}), shared);
  EXPECT_NE(pool.share({.max_length = 6}), shared);
  EXPECT_NE(pool.share({.delayed_retry_min = 6}), pool.share({.delayed_retry_min = 7}));
}

TEST(SettingsPool, ForgetsWhatNobodyHas) {
  SettingsPool pool;
  for (int n = 0; n != 10'000; ++n) pool.share({.max_length = n});
  EXPECT_LT(pool.size(), 100u);
}

// ---- random policies against a naive merge ----

// The same rules, written for each key by hand and over plain maps.
class NaiveMerge {
 public:
  using Numbers = std::map<std::string, std::int64_t>;
  using Texts = std::map<std::string, std::string>;
  struct Asked {
    Numbers numbers;
    Texts texts;
  };

  static std::optional<std::int64_t> smallest(const std::string& key,
                                              const std::vector<const Asked*>& all) {
    std::optional<std::int64_t> best;
    for (const Asked* asked : all) {
      auto found = asked->numbers.find(key);
      if (found == asked->numbers.end()) continue;
      if (!best || found->second < *best) best = found->second;
    }
    return best;
  }
  // Negative ones only when there is no other.
  static std::optional<std::int64_t> limit(const std::string& key,
                                           const std::vector<const Asked*>& all) {
    std::optional<std::int64_t> best, none;
    for (const Asked* asked : all) {
      auto found = asked->numbers.find(key);
      if (found == asked->numbers.end()) continue;
      auto& into = found->second < 0 ? none : best;
      if (!into || found->second < *into) into = found->second;
    }
    return best ? best : none;
  }
  static std::optional<std::string> first(const std::string& key,
                                          const std::vector<const Asked*>& all) {
    for (const Asked* asked : all) {
      auto found = asked->texts.find(key);
      if (found != asked->texts.end()) return found->second;
    }
    return std::nullopt;
  }

  static QueueSettings merge(QueueType type, const Asked& argument, const Asked& user,
                             const Asked& operators) {
    QueueSettings result{.type = type};
    const std::vector<const Asked*> all = {&argument, &user, &operators};
    result.max_length = smallest("max-length", all);
    result.max_length_bytes = smallest("max-length-bytes", all);
    result.message_ttl = smallest("message-ttl", all);
    result.expires = smallest("expires", all);
    result.delivery_limit = limit("delivery-limit", all);
    result.dead_letter_exchange = first("dead-letter-exchange", {&argument, &user});
    result.dead_letter_routing_key = first("dead-letter-routing-key", {&argument, &user});
    auto overflow = first("overflow", {&argument, &operators, &user});
    if (overflow == "reject-publish") result.overflow = Overflow::kRejectPublish;
    if (overflow == "reject-publish-dlx") result.overflow = Overflow::kRejectPublishDlx;
    return result;
  }
};

class RandomPolicies {
 public:
  explicit RandomPolicies(unsigned seed) : random_(seed) {}

  int pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }

  NaiveMerge::Asked asked(bool texts, bool limit) {
    NaiveMerge::Asked asked;
    for (const char* key : {"max-length", "max-length-bytes", "message-ttl", "expires"}) {
      if (pick(2)) asked.numbers[key] = 1 + pick(4);
    }
    if (limit && pick(2)) asked.numbers["delivery-limit"] = pick(4) - 1;
    const char* overflows[] = {"drop-head", "reject-publish", "reject-publish-dlx"};
    if (pick(2)) asked.texts["overflow"] = overflows[pick(3)];
    if (!texts) return asked;
    if (pick(2))
      asked.texts["dead-letter-exchange"] = std::string(1, static_cast<char>('a' + pick(3)));
    if (pick(2) && asked.texts.contains("dead-letter-exchange")) {
      asked.texts["dead-letter-routing-key"] = "k" + std::to_string(pick(3));
    }
    return asked;
  }

  static Table table(const NaiveMerge::Asked& asked, const std::string& prefix) {
    Table table;
    for (const auto& [key, value] : asked.numbers) table.append(prefix + key, Value::int64(value));
    for (const auto& [key, value] : asked.texts) table.append(prefix + key, Value::text(value));
    table.canonicalize();
    return table;
  }

 private:
  std::mt19937 random_;
};

TEST(EffectiveSettingsModel, AgreesWithANaiveMerge) {
  RandomPolicies random(1);
  for (int round = 0; round != 20'000; ++round) {
    const QueueType type = random.pick(2) ? QueueType::kQuorum : QueueType::kClassic;
    const bool quorum = type == QueueType::kQuorum;
    const auto argument = random.asked(true, quorum);
    const auto user = random.asked(true, true);
    const auto operators = random.asked(false, true);
    ASSERT_EQ(settings(random.table(argument, "x-"), random.table(user, ""),
                       random.table(operators, ""), type),
              NaiveMerge::merge(type, argument, user, operators))
        << "round " << round;
  }
}

// Every choice of the explanation is what the queue does.
TEST(EffectiveSettingsModel, ExplanationAgreesWithTheSettings) {
  RandomPolicies random(2);
  for (int round = 0; round != 5'000; ++round) {
    VhostPolicies policies;
    QueueRecord queue{.vhost = "/", .name = "q", .type = "quorum"};
    queue.arguments = random.table(random.asked(true, true), "x-");
    for (bool is_operator : {false, true}) {
      PolicyRecord record{.is_operator = is_operator, .name = "p"};
      record.definition = random.table(random.asked(!is_operator, true), "");
      if (random.pick(4)) policies.list(is_operator).put(std::make_shared<PolicyRecord>(record));
    }
    Table chosen;
    for (const ExplainedValue& value : explain(queue, policies).values) {
      chosen.set("x-" + value.key, Value(value.value));
    }
    QueueSettings expected = effective_settings(QueueType::kQuorum, queue.arguments,
                                                policies.match_queue("q", QueueType::kQuorum));
    if (!expected.delivery_limit) expected.delivery_limit = QueueSettings::kQuorumDeliveryLimit;
    ASSERT_EQ(effective_settings(QueueType::kQuorum, chosen, {}), expected) << "round " << round;
  }
}

}  // namespace
}  // namespace coney
