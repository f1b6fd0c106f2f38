#pragma once
// Which policies apply to a queue or an exchange, and where each value that is in effect comes
// from. Pure; for whoever asks the broker why.

#include <string>
#include <vector>

#include "broker/policy/effective_value.h"
#include "broker/policy/policy_list.h"
#include "persistence/definitions/records.h"

namespace coney {

struct ExplainedValue {
  std::string key;  // as in a policy: "max-length", for an argument without a policy key too
  amqp::Value value;
  ValueSource source = ValueSource::kDefault;
  std::string policy;  // name of the policy or operator policy; empty for other sources
  bool operator==(const ExplainedValue&) const = default;
};

struct Explanation {
  std::string policy;           // empty: none applies
  std::string operator_policy;  // empty: none applies
  // What both ask for together, without the arguments; RabbitMQ's field of this name.
  amqp::Table effective_policy_definition;
  std::vector<ExplainedValue> values;  // sorted by key
};

Explanation explain(const QueueRecord& queue, const VhostPolicies& policies);
Explanation explain(const ExchangeRecord& exchange, const VhostPolicies& policies);

// "default", "argument", "policy", "operator policy"
std::string_view to_string(ValueSource source);

}  // namespace coney
