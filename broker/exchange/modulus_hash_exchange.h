#pragma once
// Exchange type "x-modulus-hash" (RabbitMQ): a message goes to one of the destinations, chosen by
// the hash of its routing key modulo their number. Binding keys and arguments play no part. A
// change of the bindings moves most keys; x-consistent-hash moves few.

#include <memory>

#include "broker/exchange/binding_index.h"
#include "broker/exchange/destination_set.h"

namespace coney {

class ModulusHashExchange final : public BindingIndex {
 public:
  static std::unique_ptr<BindingIndex> make(const amqp::Table& exchange_arguments);

  void add(std::string_view routing_key, const amqp::Table& arguments,
           DestinationIndex destination) override;
  void remove(std::string_view routing_key, const amqp::Table& arguments,
              DestinationIndex destination) override;
  void match(std::string_view routing_key, std::string_view headers,
             std::vector<DestinationIndex>& out) const override;
  void route(const RoutedMessage& message, std::vector<DestinationIndex>& out) const override;
  bool empty() const override { return destinations_.empty(); }

 private:
  DestinationSet destinations_;
};

}  // namespace coney
