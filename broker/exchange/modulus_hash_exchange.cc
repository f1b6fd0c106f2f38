#include "broker/exchange/modulus_hash_exchange.h"

#include "broker/exchange/erlang_hash.h"

namespace coney {

std::unique_ptr<BindingIndex> ModulusHashExchange::make(const amqp::Table&) {
  return std::make_unique<ModulusHashExchange>();
}

void ModulusHashExchange::add(std::string_view, const amqp::Table&, DestinationIndex destination) {
  destinations_.add(destination);
}

void ModulusHashExchange::remove(std::string_view, const amqp::Table&,
                                 DestinationIndex destination) {
  destinations_.remove(destination);
}

void ModulusHashExchange::match(std::string_view routing_key, std::string_view,
                                std::vector<DestinationIndex>& out) const {
  if (empty()) return;
  out.push_back(destinations_.at(erlang_hash(routing_key) % destinations_.size()));
}

void ModulusHashExchange::route(const RoutedMessage& message,
                                std::vector<DestinationIndex>& out) const {
  if (!message.keys.empty()) match(message.keys.front(), {}, out);
}

}  // namespace coney
