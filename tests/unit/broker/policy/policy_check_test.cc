// Which policies are taken, held against the recorded answers of RabbitMQ 4.3 and, for the keys of
// mirrored queues, those of 3.10.

#include "broker/policy/policy_check.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>

#include "broker/definitions/policy_json.h"
#include "broker/policy/policy_key.h"
#include "tests/unit/broker/recorded_cases.h"

namespace coney {
namespace {

namespace json = boost::json;

// The reason why a policy with this definition is refused; empty: it is taken.
std::string refusal_of(const json::value& definition, bool is_operator = false) {
  auto policy = policy_from_json({{"pattern", "^nothing$"}, {"definition", definition}},
                                 {.vhost = "/", .is_operator = is_operator, .name = "p"});
  return policy ? "" : policy.error().reason;
}

std::string refusal(std::string_view definition, bool is_operator = false) {
  return refusal_of(json::parse(definition), is_operator);
}

std::string line(const std::string& text) {
  return "Validation failed\n\n" + text + "\n";
}

// Keys that 3.10 takes and 4.3 refuses: we take what either takes.
bool only_in_3(const json::object& definition) {
  return definition.contains("ha-mode") || definition.contains("queue-master-locator");
}

TEST(PolicyCheck, AgreesWithTheRecordedValidations) {
  json::value file = recorded::load("/conformance/replay/golden/semantics.json");
  std::size_t compared = 0;
  for (const json::value& one : file.at("cases").as_array()) {
    const std::string id(one.at("id").as_string());
    if (id.find("policy: validation of") == std::string::npos) continue;
    const json::value& put = one.at("steps").at(0);
    const json::value& definition = put.at("do").at("body").at("definition");
    const json::object& answer = put.at("got").at(0).as_object();
    std::string expected;
    if (answer.at("status") != 201) expected = answer.at("body").at("reason").as_string();
    if (only_in_3(definition.as_object())) expected.clear();
    // Without ha-mode 3.10 says more than that it does not know the key.
    if (definition.as_object().contains("ha-sync-mode")) {
      expected = line(
          "ha-mode must be specified to specify ha-params, ha-sync-mode or ha-promote-on-shutdown");
    }
    EXPECT_EQ(refusal_of(definition, id.starts_with("operator")), expected) << id;
    ++compared;
  }
  EXPECT_GE(compared, 40u);
}

TEST(PolicyCheck, AgreesWithTheRecordedRulesOfMirroredQueues) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"ha-mode":"all"})", ""},
      {R"({"ha-mode":"all","ha-params":2})", "ha-mode=\"all\" does not take parameters"},
      {R"({"ha-mode":"exactly","ha-params":2})", ""},
      {R"({"ha-mode":"exactly"})", "ha-mode=\"exactly\" takes an integer, none given"},
      {R"({"ha-mode":"exactly","ha-params":"2"})",
       "ha-mode=\"exactly\" takes an integer, <<\"2\">> given"},
      {R"({"ha-mode":"exactly","ha-params":0})", "ha-mode=\"exactly\" takes an integer, 0 given"},
      {R"({"ha-mode":"exactly","ha-params":-1})", "ha-mode=\"exactly\" takes an integer, -1 given"},
      {R"({"ha-mode":"nodes","ha-params":["a@h","b@h"]})", ""},
      {R"({"ha-mode":"nodes","ha-params":[]})", "ha-mode=\"nodes\" list must be non-empty"},
      {R"({"ha-mode":"nodes"})", "ha-mode=\"nodes\" takes a list, none given"},
      {R"({"ha-mode":"nodes","ha-params":"m1"})",
       "ha-mode=\"nodes\" takes a list, <<\"m1\">> given"},
      {R"({"ha-mode":"bogus"})", "<<\"bogus\">> is not a valid ha-mode value"},
      {R"({"ha-params":2})",
       "ha-mode must be specified to specify ha-params, ha-sync-mode or ha-promote-on-shutdown"},
      {R"({"ha-mode":"all","ha-sync-mode":"automatic"})", ""},
      {R"({"ha-mode":"all","ha-sync-mode":"bogus"})",
       "ha-sync-mode must be \"manual\" or \"automatic\", got <<\"bogus\">>"},
      {R"({"ha-mode":"all","ha-promote-on-shutdown":"bogus"})",
       "ha-promote-on-shutdown must be \"always\" or \"when-synced\", got <<\"bogus\">>"},
      {R"({"ha-mode":"all","ha-promote-on-failure":"bogus"})",
       "ha-promote-on-failure must be \"always\" or \"when-synced\", got <<\"bogus\">>"},
      {R"({"ha-mode":"all","ha-sync-batch-size":100})", ""},
      {R"({"ha-mode":"all","ha-sync-batch-size":0})",
       "ha-sync-batch-size takes an integer greater than 0, 0 given"},
      {R"({"ha-mode":"all","ha-sync-batch-size":"x"})",
       "ha-sync-batch-size takes an integer greater than 0, <<\"x\">> given"},
      {R"({"queue-master-locator":"min-masters"})", ""},
      {R"({"queue-master-locator":"bogus"})", "<<\"bogus\">> invalid queue-master-locator value"},
      {R"({"queue-mode":"lazy"})", ""},
      {R"({"queue-mode":"bogus"})", "<<\"bogus\">> is not a valid queue-mode value"},
      {R"({"bogus":1})", "[{<<\"bogus\">>,1}] are not recognised policy settings"},
  };
  for (const auto& [definition, fault] : cases) {
    EXPECT_EQ(refusal(definition), *fault ? line(fault) : "") << definition;
  }
}

TEST(PolicyCheck, OperatorPoliciesKnowNoKeyOfMirroredQueues) {
  EXPECT_EQ(refusal(R"({"ha-mode":"all"})", true),
            line("[{<<\"ha-mode\">>,<<\"all\">>}] are not recognised policy settings"));
}

TEST(PolicyCheck, WrongValuesAreNamedBeforeUnknownKeys) {
  EXPECT_EQ(refusal(R"({"bogus":1,"expires":0})"), line("0 is not a valid queue expiry"));
}

TEST(PolicyCheck, ValuesArePrintedAsRabbitMqPrintsThem) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"a":null,"b":[1,"x"],"c":{"k":true},"d":1.5})",
       "[{<<\"a\">>,null},{<<\"b\">>,[1,<<\"x\">>]},{<<\"c\">>,#{<<\"k\">> => true}},"
       "{<<\"d\">>,1.5}] are not recognised policy settings"},
      {R"({"a":[104,105]})", "[{<<\"a\">>,\"hi\"}] are not recognised policy settings"},
  };
  for (const auto& [definition, fault] : cases) EXPECT_EQ(refusal(definition), line(fault));
}

TEST(PolicyCheck, DelayedRetryNeedsADelay) {
  EXPECT_EQ(refusal(R"({"delayed-retry-type":"failed","delayed-retry-min":5})"), "");
  EXPECT_EQ(refusal(R"({"delayed-retry-type":"disabled"})"), "");
  EXPECT_EQ(refusal(R"({"delayed-retry-type":"failed"})"),
            line("delayed-retry-min is required when delayed-retry-type is failed"));
}

TEST(PolicyCheck, PatternIsARegularExpression) {
  auto policy = [](std::string pattern) {
    return check_policy(
        {.pattern = std::move(pattern), .definition = {{"max-length", amqp::Value::int64(6)}}});
  };
  EXPECT_EQ(policy("^a|b$"), std::nullopt);
  EXPECT_EQ(policy(""), std::nullopt);
  EXPECT_EQ(policy("("), line("pattern should be regular expression but is invalid: "
                              "{\"missing closing parenthesis\",\n" +
                              std::string(54, ' ') + "1}"));
  EXPECT_NE(policy("(?=a)b")->find("look-around"), std::string::npos);
  EXPECT_NE(policy(std::string(5000, 'a'))->find("longer than"), std::string::npos);
}

// Whatever is asked for, the answer is finite and quick.
TEST(PolicyCheck, PatternThatWouldBacktrackForEverIsHarmless) {
  auto fault = check_policy_pattern("(a{1000}){1000}");
  EXPECT_TRUE(fault);
}

TEST(PolicyKeys, AreSortedAndFoundByName) {
  std::string_view before;
  std::set<std::string_view> arguments;
  for (const PolicyKey& key : policy_keys()) {
    EXPECT_LT(before, key.name);
    before = key.name;
    EXPECT_EQ(find_policy_key(key.name), &key);
    if (key.argument.empty()) continue;
    EXPECT_EQ(find_policy_key_of_argument(key.argument), &key);
    EXPECT_TRUE(arguments.insert(key.argument).second);
  }
  EXPECT_EQ(find_policy_key("zzz"), nullptr);
  EXPECT_EQ(find_policy_key_of_argument(""), nullptr);
}

TEST(PolicyJson, AgreesWithTheRecordedAnswers) {
  const json::value max_length = {{"max-length", 6}};
  auto reason = [](const json::value& body) {
    auto policy = policy_from_json(body, {.vhost = "/", .name = "p"});
    return policy ? "" : policy.error().reason;
  };
  EXPECT_EQ(reason({{"pattern", "^zz"}, {"definition", max_length}}), "");
  EXPECT_EQ(reason({{"definition", max_length}}), "[{key_missing,pattern}]");
  EXPECT_EQ(reason({{"pattern", "x"}}), "[{key_missing,definition}]");
  EXPECT_EQ(reason({{"pattern", "x"}, {"definition", max_length}, {"apply-to", "bogus"}}),
            line("apply-to 'bogus' unrecognised; should be one of: 'queues', 'classic_queues',  "
                 "'quorum_queues', 'streams', 'exchanges', or 'all'"));
  EXPECT_EQ(reason({{"pattern", "x"}, {"definition", max_length}, {"priority", "high"}}),
            line("priority should be a number, actually was <<\"high\">>"));
  EXPECT_EQ(reason({{"pattern", "x"}, {"definition", max_length}, {"priority", 1.5}}), "");
  EXPECT_NE(reason({{"pattern", "x"}, {"definition", json::array{1}}}), "");
  EXPECT_NE(reason({{"pattern", 5}, {"definition", max_length}}), "");
  EXPECT_NE(reason({{"pattern", "x"}, {"definition", {{"a", 18446744073709551615u}}}}), "");
  EXPECT_NE(reason(json::array{}), "");
}

TEST(PolicyJson, DefaultsAreThoseOfRabbitMq) {
  auto policy = policy_from_json(json::parse(R"({"pattern":"^zz","definition":{"max-length":5}})"),
                                 {.vhost = "v", .name = "tmp"});
  ASSERT_TRUE(policy);
  EXPECT_EQ(
      policy_to_json(*policy),
      json::parse(
          R"({"pattern":"^zz","apply-to":"all","definition":{"max-length":5},"priority":0})"));
}

TEST(PolicyJson, ComesBack) {
  const json::value body = json::parse(
      R"({"pattern":"a","definition":{"max-age":"1h"},"priority":1.5,"apply-to":"streams"})");
  EXPECT_EQ(policy_to_json(*policy_from_json(body, {})), body);
}

}  // namespace
}  // namespace coney
