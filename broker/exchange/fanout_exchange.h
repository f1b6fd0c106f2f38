#pragma once
// Exchange type "fanout": a message goes to every destination, whatever its key and headers.

#include <memory>

#include "broker/exchange/binding_index.h"
#include "broker/exchange/destination_set.h"

namespace coney {

class FanoutExchange final : public BindingIndex {
 public:
  static std::unique_ptr<BindingIndex> make(const amqp::Table& exchange_arguments);

  void add(std::string_view routing_key, const amqp::Table& arguments,
           DestinationIndex destination) override;
  void remove(std::string_view routing_key, const amqp::Table& arguments,
              DestinationIndex destination) override;
  void match(std::string_view routing_key, std::string_view headers,
             std::vector<DestinationIndex>& out) const override;
  bool empty() const override { return destinations_.empty(); }

 private:
  DestinationSet destinations_;
};

}  // namespace coney
