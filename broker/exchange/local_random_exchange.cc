#include "broker/exchange/local_random_exchange.h"

#include <string>

namespace coney {

std::optional<ArgumentFault> check_local_random_binding(const BindingCheck& binding) {
  if (!binding.routing_key.empty()) {
    return precondition_failed("Non empty binding '" + std::string(binding.routing_key) +
                               "' key not permitted");
  }
  if (binding.destination_queue_type == "classic") return std::nullopt;
  if (binding.destination_queue_type.empty()) {
    return precondition_failed("Destination not found");
  }
  return precondition_failed("Queue type rabbit_" + std::string(binding.destination_queue_type) +
                             "_queue not valid for this exchange type");
}

}  // namespace coney
