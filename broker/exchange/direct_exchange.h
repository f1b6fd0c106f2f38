#pragma once
// Exchange type "direct": a message goes where its routing key is a binding's key, byte for byte;
// the empty key is a key like any other. Arguments and headers play no part.

#include <memory>

#include "broker/exchange/binding_index.h"
#include "broker/exchange/destination_set.h"
#include "broker/exchange/text_map.h"

namespace coney {

class DirectExchange final : public BindingIndex {
 public:
  static std::unique_ptr<BindingIndex> make(const amqp::Table& exchange_arguments);

  void add(std::string_view routing_key, const amqp::Table& arguments,
           DestinationIndex destination) override;
  void remove(std::string_view routing_key, const amqp::Table& arguments,
              DestinationIndex destination) override;
  void match(std::string_view routing_key, std::string_view headers,
             std::vector<DestinationIndex>& out) const override;
  bool empty() const override { return keys_.empty(); }

 private:
  TextMap<DestinationSet> keys_;
};

}  // namespace coney
