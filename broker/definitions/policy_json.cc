#include "broker/definitions/policy_json.h"

#include <boost/json.hpp>
#include <cmath>
#include <stdexcept>

#include "broker/arguments/erlang_term.h"
#include "broker/definitions/argument_json.h"
#include "broker/policy/policy_check.h"
#include "broker/policy/policy_target.h"

namespace coney {
namespace {

namespace json = boost::json;

// Integers up to here are doubles too.
constexpr double kExact = 9007199254740992.0;

std::string term(const json::value& value) {
  JsonErrors errors;
  const amqp::Table table = table_from_json({{"value", value}}, JsonPlace(), errors);
  return erlang_json_term(*table.find("value"));
}

// Each reads its field if there is one; the faults are lines of text, in RabbitMQ's order.
class PolicyReader {
 public:
  PolicyReader(const json::object& body, PolicyRecord& policy) : body_(body), policy_(policy) {}

  std::string read() {
    read_priority();
    read_pattern();
    read_target();
    read_definition();
    return faults_;
  }

 private:
  void fault(const std::string& text) { faults_ += text + "\n"; }

  void read_priority() {
    const json::value* value = body_.if_contains("priority");
    if (!value) return;
    if (!value->is_number()) {
      return fault("priority should be a number, actually was " + term(*value));
    }
    policy_.priority = value->to_number<double>();
  }

  void read_pattern() {
    const json::value& value = body_.at("pattern");
    if (!value.is_string()) return fault("pattern should be a binary, but was " + term(value));
    policy_.pattern = value.get_string();
    if (auto wrong = check_policy_pattern(policy_.pattern)) fault(*wrong);
  }

  void read_target() {
    const json::value* value = body_.if_contains("apply-to");
    if (!value) return;
    const std::string word = value->is_string() ? std::string(value->get_string()) : term(*value);
    auto target = parse_policy_target(word);
    if (!target) return fault(unrecognised_policy_target(word));
    policy_.apply_to = *target;
  }

  void read_definition() {
    const json::value& value = body_.at("definition");
    if (!value.is_object()) return fault("definition should be an object, but was " + term(value));
    JsonErrors errors;
    policy_.definition =
        table_from_json(value.get_object(), JsonPlace(JsonPlace(), "definition"), errors);
    if (errors.any()) return fault(errors.first().pointer + ": " + errors.first().message);
    auto wrong = check_policy_definition(policy_.definition, policy_.is_operator);
    if (wrong) fault(*wrong);
  }

  const json::object& body_;
  PolicyRecord& policy_;
  std::string faults_;
};

}  // namespace

void throw_exception_from_error(const PolicyFault& fault, const boost::source_location&) {
  throw std::logic_error("policy fault taken for a value: " + fault.reason);
}

boost::system::result<PolicyRecord, PolicyFault> policy_from_json(const json::value& body,
                                                                  PolicyRecord named) {
  if (!body.is_object()) return PolicyFault{"not_json"};
  for (std::string_view key : {"pattern", "definition"}) {
    if (body.get_object().contains(key)) continue;
    return PolicyFault{"[{key_missing," + std::string(key) + "}]"};
  }
  const std::string faults = PolicyReader(body.get_object(), named).read();
  if (!faults.empty()) return PolicyFault{validation_failed(faults)};
  return named;
}

json::object policy_to_json(const PolicyRecord& policy) {
  json::value priority = policy.priority;
  if (std::trunc(policy.priority) == policy.priority && std::abs(policy.priority) <= kExact) {
    priority = static_cast<std::int64_t>(policy.priority);
  }
  return {{"pattern", json::string(json_text(policy.pattern))},
          {"definition", table_to_json(policy.definition)},
          {"priority", std::move(priority)},
          {"apply-to", to_string(policy.apply_to)}};
}

}  // namespace coney
