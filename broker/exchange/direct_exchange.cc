#include "broker/exchange/direct_exchange.h"

namespace coney {

std::unique_ptr<BindingIndex> DirectExchange::make(const amqp::Table&) {
  return std::make_unique<DirectExchange>();
}

void DirectExchange::add(std::string_view routing_key, const amqp::Table&,
                         DestinationIndex destination) {
  auto found = keys_.find(routing_key);
  if (found == keys_.end()) found = keys_.emplace(routing_key, DestinationSet{}).first;
  found->second.add(destination);
}

void DirectExchange::remove(std::string_view routing_key, const amqp::Table&,
                            DestinationIndex destination) {
  auto found = keys_.find(routing_key);
  if (found == keys_.end()) return;
  found->second.remove(destination);
  if (found->second.empty()) keys_.erase(found);
}

void DirectExchange::match(std::string_view routing_key, std::string_view,
                           std::vector<DestinationIndex>& out) const {
  if (auto found = keys_.find(routing_key); found != keys_.end()) found->second.append_to(out);
}

}  // namespace coney
