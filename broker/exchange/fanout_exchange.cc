#include "broker/exchange/fanout_exchange.h"

namespace coney {

std::unique_ptr<BindingIndex> FanoutExchange::make(const amqp::Table&) {
  return std::make_unique<FanoutExchange>();
}

void FanoutExchange::add(std::string_view, const amqp::Table&, DestinationIndex destination) {
  destinations_.add(destination);
}

void FanoutExchange::remove(std::string_view, const amqp::Table&, DestinationIndex destination) {
  destinations_.remove(destination);
}

void FanoutExchange::match(std::string_view, std::string_view,
                           std::vector<DestinationIndex>& out) const {
  destinations_.append_to(out);
}

}  // namespace coney
