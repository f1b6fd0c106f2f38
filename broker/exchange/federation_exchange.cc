#include "broker/exchange/federation_exchange.h"

namespace coney {

std::optional<ArgumentFault> check_federation_declare(const amqp::Table& exchange_arguments) {
  const amqp::Value* hops = exchange_arguments.find("x-max-hops");
  if (!hops) return precondition_failed("Argument x-max-hops missing");
  if (hops->tag != 'l') return precondition_failed("Argument x-max-hops must be of type long");
  return std::nullopt;
}

}  // namespace coney
