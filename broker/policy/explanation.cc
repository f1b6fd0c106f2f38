#include "broker/policy/explanation.h"

#include <algorithm>

#include "broker/arguments/exchange_arguments.h"
#include "broker/arguments/queue_argument_table.h"
#include "broker/queue/queue_settings.h"

namespace coney {
namespace {

using amqp::Value;

class Explainer {
 public:
  explicit Explainer(const PolicyMatch& policies) : policies_(policies) {
    if (policies.user) explanation_.policy = policies.user->name;
    if (policies.operators) explanation_.operator_policy = policies.operators->name;
    explanation_.effective_policy_definition = merge_definitions(policies);
  }

  void add(std::string_view key, const ChosenValue& chosen) {
    if (!chosen.value) return;
    ExplainedValue value{std::string(key), *chosen.value, chosen.source, {}};
    if (chosen.source == ValueSource::kPolicy) value.policy = policies_.user->name;
    if (chosen.source == ValueSource::kOperatorPolicy) value.policy = policies_.operators->name;
    explanation_.values.push_back(std::move(value));
  }

  void add_default(std::string_view key, Value value) {
    auto has_key = [&](const ExplainedValue& one) { return one.key == key; };
    if (std::ranges::any_of(explanation_.values, has_key)) return;
    explanation_.values.push_back({std::string(key), std::move(value), ValueSource::kDefault, {}});
  }

  Explanation finish() {
    std::ranges::sort(explanation_.values, {}, &ExplainedValue::key);
    return std::move(explanation_);
  }

 private:
  const PolicyMatch policies_;
  Explanation explanation_;
};

std::string_view without_prefix(std::string_view argument) {
  return argument.starts_with("x-") ? argument.substr(2) : argument;
}

}  // namespace

Explanation explain(const QueueRecord& queue, const VhostPolicies& policies) {
  const QueueType type = parse_queue_type(queue.type).value_or(QueueType::kClassic);
  const PolicyMatch match = policies.match_queue(queue.name, type);
  Explainer explainer(match);
  for (const PolicyKey& key : policy_keys()) {
    // A queue has no alternate exchange, though a policy for both may name one.
    if (key.name == kAlternateExchangeKey) continue;
    const QueueArgumentRow* row = find_queue_argument(key.argument);
    const Value* argument = row ? valid_argument(*row, type, queue.arguments) : nullptr;
    explainer.add(key.name, choose_value(key, argument, match));
  }
  for (const QueueArgumentRow& row : queue_argument_rows()) {
    if (find_policy_key_of_argument(row.key)) continue;
    explainer.add(without_prefix(row.key),
                  {valid_argument(row, type, queue.arguments), ValueSource::kArgument});
  }
  if (type == QueueType::kQuorum) {
    explainer.add_default("delivery-limit", Value::int64(QueueSettings::kQuorumDeliveryLimit));
    explainer.add_default("dead-letter-strategy", Value::text("at-most-once"));
  }
  if (type != QueueType::kStream) explainer.add_default("overflow", Value::text("drop-head"));
  return explainer.finish();
}

Explanation explain(const ExchangeRecord& exchange, const VhostPolicies& policies) {
  const PolicyMatch match = policies.match_exchange(exchange.name);
  Explainer explainer(match);
  for (const PolicyKey& key : policy_keys()) {
    const bool is_alternate = key.name == kAlternateExchangeKey;
    if (!is_alternate && !key.name.starts_with("federation-")) continue;
    explainer.add(
        key.name,
        choose_value(key, is_alternate ? exchange.arguments.find(key.name) : nullptr, match));
  }
  return explainer.finish();
}

std::string_view to_string(ValueSource source) {
  switch (source) {
    case ValueSource::kArgument:
      return "argument";
    case ValueSource::kPolicy:
      return "policy";
    case ValueSource::kOperatorPolicy:
      return "operator policy";
    case ValueSource::kDefault:
      break;
  }
  return "default";
}

}  // namespace coney
