#include "broker/policy/policy_check.h"

#include <string_view>

#include "broker/arguments/erlang_term.h"
#include "broker/policy/ha_policy.h"
#include "broker/policy/policy_key.h"
#include "broker/policy/policy_pattern.h"

namespace coney {
namespace {

using amqp::Table;
using amqp::Value;
using Fault = std::optional<std::string>;

// Where Erlang's printer begins a new line.
constexpr std::size_t kLineWidth = 80;

const PolicyKey* known_key(std::string_view name, bool is_operator) {
  const PolicyKey* key = find_policy_key(name);
  return key && (key->for_operators || !is_operator) ? key : nullptr;
}

Fault check_values(const Table& definition, bool is_operator) {
  for (const auto& [name, value] : definition) {
    const PolicyKey* key = known_key(name, is_operator);
    if (!key || key->valid(value)) continue;
    return erlang_json_term(value) + std::string(key->complaint);
  }
  return std::nullopt;
}

// A retry that is delayed needs to know by how much.
Fault check_delayed_retry(const Table& definition) {
  const Value* type = definition.find("delayed-retry-type");
  if (!type || *type->as_string() == "disabled" || definition.find("delayed-retry-min")) {
    return std::nullopt;
  }
  return "delayed-retry-min is required when delayed-retry-type is " + *type->as_string();
}

Fault check_keys(const Table& definition, bool is_operator) {
  std::string unknown;
  for (const auto& [name, value] : definition) {
    if (known_key(name, is_operator)) continue;
    if (!unknown.empty()) unknown += ',';
    unknown += "{" + erlang_binary(name) + "," + erlang_json_term(value) + "}";
  }
  if (unknown.empty()) return std::nullopt;
  return "[" + unknown + "] are not recognised policy settings";
}

}  // namespace

std::optional<std::string> check_policy_definition(const Table& definition, bool is_operator) {
  if (definition.empty()) return "no policy provided";
  // To operator policies the ha-* keys are unknown ones.
  Fault fault = is_operator ? std::nullopt : check_ha_policy(definition);
  if (!fault) fault = check_values(definition, is_operator);
  if (!fault) fault = check_delayed_retry(definition);
  return fault ? fault : check_keys(definition, is_operator);
}

std::optional<std::string> check_policy_pattern(const std::string& pattern) {
  auto compiled = PolicyPattern::compile(pattern);
  if (compiled) return std::nullopt;
  std::string text = "pattern should be regular expression but is invalid: {";
  const std::size_t indent = text.size();
  text += erlang_string(compiled.error().message) + ",";
  const std::string position = std::to_string(compiled.error().position) + "}";
  if (text.size() + position.size() > kLineWidth) text += "\n" + std::string(indent, ' ');
  return text + position;
}

std::optional<std::string> check_policy(const PolicyRecord& policy) {
  std::string faults;
  if (auto fault = check_policy_pattern(policy.pattern)) faults += *fault + "\n";
  if (auto fault = check_policy_definition(policy.definition, policy.is_operator)) {
    faults += *fault + "\n";
  }
  if (faults.empty()) return std::nullopt;
  return validation_failed(faults);
}

std::string validation_failed(const std::string& faults) {
  return "Validation failed\n\n" + faults;
}

}  // namespace coney
