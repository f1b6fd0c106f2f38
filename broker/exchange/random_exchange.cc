#include "broker/exchange/random_exchange.h"

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

std::unique_ptr<BindingIndex> RandomExchange::make(const amqp::Table&) {
  return std::make_unique<RandomExchange>(std::random_device()());
}

void RandomExchange::add(std::string_view, const amqp::Table&, DestinationIndex destination) {
  destinations_.add(destination);
}

void RandomExchange::remove(std::string_view, const amqp::Table&, DestinationIndex destination) {
  destinations_.remove(destination);
}

void RandomExchange::match(std::string_view, std::string_view,
                           std::vector<DestinationIndex>& out) const {
  if (empty()) return;
  std::uniform_int_distribution<std::size_t> any(0, destinations_.size() - 1);
  out.push_back(destinations_.at(any(generator_)));
}

void RandomExchange::route(const RoutedMessage&, std::vector<DestinationIndex>& out) const {
  match({}, {}, out);
}

}  // namespace coney
