#pragma once
// Exchange type "x-federation-upstream", which federation links declare on the upstream node: what
// may be declared.

#include <optional>

#include "broker/exchange/exchange_type.h"

namespace coney {

// x-max-hops is required and a long.
std::optional<ArgumentFault> check_federation_declare(const amqp::Table& exchange_arguments);

}  // namespace coney
