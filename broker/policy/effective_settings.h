#pragma once
// What is asked of a queue by its arguments and its policies together. Pure.

#include <string>

#include "broker/arguments/queue_type.h"
#include "broker/policy/policy_list.h"
#include "broker/queue/queue_settings.h"
#include "persistence/definitions/records.h"

namespace coney {

// `arguments` were checked once; values that no check would let through count as absent.
// REQUIRES: the policies match a queue of this type.
QueueSettings effective_settings(QueueType type, const amqp::Table& arguments,
                                 const PolicyMatch& policies);

// Where an exchange sends what it cannot route; empty: nowhere. The argument beats the policy.
std::string effective_alternate(const ExchangeRecord& exchange, const PolicyMatch& policies);

}  // namespace coney
