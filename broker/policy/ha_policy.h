#pragma once
// The keys of classic mirrored queues, ha-*, which depend on each other. RabbitMQ 3.10's rules and
// texts; 4.x knows none of them.

#include <optional>
#include <string>

#include "amqp/table.h"

namespace coney {

// What is wrong with the ha-* keys of a definition; nothing when there are none.
std::optional<std::string> check_ha_policy(const amqp::Table& definition);

}  // namespace coney
