#include "broker/policy/effective_value.h"

namespace coney {
namespace {

const amqp::Value* value_in(const PolicyRecord* policy, std::string_view key) {
  return policy ? policy->definition.find(key) : nullptr;
}

}  // namespace

ChosenValue choose_value(const PolicyKey& key, const amqp::Value* argument,
                         const PolicyMatch& policies) {
  const amqp::Value* user = value_in(policies.user, key.name);
  const amqp::Value* operators = value_in(policies.operators, key.name);
  ChosenValue chosen;
  if (user) chosen = {user, ValueSource::kPolicy};
  if (operators && (!user || key.operator_wins(*user, *operators))) {
    chosen = {operators, ValueSource::kOperatorPolicy};
  }
  if (argument && (!chosen.value || !key.policy_wins(*argument, *chosen.value))) {
    chosen = {argument, ValueSource::kArgument};
  }
  return chosen;
}

amqp::Table merge_definitions(const PolicyMatch& policies) {
  amqp::Table merged;
  if (policies.user) merged = policies.user->definition;
  if (!policies.operators) return merged;
  for (const auto& [name, value] : policies.operators->definition) {
    const amqp::Value* user = merged.find(name);
    const PolicyKey* key = find_policy_key(name);
    if (!user || !key || key->operator_wins(*user, value)) merged.set(name, amqp::Value(value));
  }
  merged.canonicalize();
  return merged;
}

}  // namespace coney
