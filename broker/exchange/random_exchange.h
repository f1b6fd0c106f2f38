#pragma once
// Exchange types "x-random" and "x-local-random" (RabbitMQ): each message goes to one of the
// destinations, any of them. The latter takes classic queues alone and prefers those of the
// client's node, which on a single node all of them are. Routing keys and headers play no part.

#include <memory>
#include <optional>
#include <random>

#include "broker/exchange/binding_index.h"
#include "broker/exchange/destination_set.h"
#include "broker/exchange/exchange_type.h"

namespace coney {

// x-local-random: classic queues with an empty routing key only.
std::optional<ArgumentFault> check_local_random_binding(const BindingCheck& binding);

class RandomExchange final : public BindingIndex {
 public:
  static std::unique_ptr<BindingIndex> make(const amqp::Table& exchange_arguments);
  // Equal seeds make equal choices.
  explicit RandomExchange(std::uint64_t seed) : generator_(seed) {}

  void add(std::string_view routing_key, const amqp::Table& arguments,
           DestinationIndex destination) override;
  void remove(std::string_view routing_key, const amqp::Table& arguments,
              DestinationIndex destination) override;
  void match(std::string_view routing_key, std::string_view headers,
             std::vector<DestinationIndex>& out) const override;
  void route(const RoutedMessage& message, std::vector<DestinationIndex>& out) const override;
  bool decided_by_keys() const override { return false; }
  bool empty() const override { return destinations_.empty(); }

 private:
  DestinationSet destinations_;
  mutable std::minstd_rand generator_;  // small and fast; nothing is secret here
};

}  // namespace coney
