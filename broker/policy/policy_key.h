#pragma once
// Every key that a policy's definition may have, one row each: which queue types support it,
// whether operator policies may have it, what values it takes, and who wins where several ask for
// it. RabbitMQ 3.10's keys (ha-*, queue-mode, queue-master-locator) and 4.3's alike.

#include <cstdint>
#include <span>
#include <string_view>

#include "amqp/table.h"
#include "broker/arguments/queue_type.h"

namespace coney {

struct PolicyKey {
  std::string_view name;
  // The queue types that support it, bit 1 << QueueType. A policy with a key that a queue's type
  // does not support does not apply to that queue at all.
  std::uint8_t types;
  bool for_operators;
  bool (*valid)(const amqp::Value& value);
  std::string_view complaint;  // what follows the value in the text of a validation error
  // Does the second of two values win? Both are valid ones.
  bool (*operator_wins)(const amqp::Value& user, const amqp::Value& operators);
  bool (*policy_wins)(const amqp::Value& argument, const amqp::Value& policy);
  // The argument of queue.declare that asks for the same; empty: there is none.
  std::string_view argument;

  bool supported_by(QueueType type) const { return (types >> static_cast<int>(type) & 1) != 0; }
};

std::span<const PolicyKey> policy_keys();
const PolicyKey* find_policy_key(std::string_view name);
const PolicyKey* find_policy_key_of_argument(std::string_view argument);

}  // namespace coney
