#pragma once
// Exchange type "x-consistent-hash": what may be declared and bound.

#include <optional>

#include "broker/exchange/exchange_type.h"

namespace coney {

// hash-header and hash-property are strings, not both given, and the property is one of
// correlation_id, message_id and timestamp.
std::optional<ArgumentFault> check_consistent_hash_declare(const amqp::Table& exchange_arguments);
// The binding key is the destination's weight: a positive decimal integer.
std::optional<ArgumentFault> check_consistent_hash_binding(const BindingCheck& binding);

}  // namespace coney
