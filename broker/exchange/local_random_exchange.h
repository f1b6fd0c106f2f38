#pragma once
// Exchange type "x-local-random": what may be bound.

#include <optional>

#include "broker/exchange/exchange_type.h"

namespace coney {

// Classic queues with an empty routing key only.
std::optional<ArgumentFault> check_local_random_binding(const BindingCheck& binding);

}  // namespace coney
