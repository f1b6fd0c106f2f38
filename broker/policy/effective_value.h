#pragma once
// Who wins where an argument, a policy and an operator policy ask for different values: first the
// policies among themselves, then the argument. Pure.

#include <cstdint>

#include "broker/policy/policy_key.h"
#include "broker/policy/policy_list.h"

namespace coney {

enum class ValueSource : std::uint8_t { kDefault, kArgument, kPolicy, kOperatorPolicy };

struct ChosenValue {
  const amqp::Value* value = nullptr;  // null: nobody asks for one
  ValueSource source = ValueSource::kDefault;
};

// `argument`: a valid one, or null.
ChosenValue choose_value(const PolicyKey& key, const amqp::Value* argument,
                         const PolicyMatch& policies);

// What the policies ask for together, without the arguments. RabbitMQ's
// effective_policy_definition.
amqp::Table merge_definitions(const PolicyMatch& policies);

}  // namespace coney
