#pragma once
// Exchange type "x-consistent-hash" (RabbitMQ): a message goes to one destination, chosen by a hash
// of its routing key, or of what the declare's hash-header or hash-property names. A binding's key
// is its weight: a destination with twice the weight gets twice as many keys. The hash is
// RabbitMQ's (erlang_hash.h): with the same bindings made in the same order, keys go where they
// went there. When a binding is added, few keys move.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/exchange/binding_index.h"
#include "broker/exchange/exchange_type.h"

namespace coney {

// hash-header and hash-property are strings, not both given, and the property is one of
// correlation_id, message_id and timestamp.
std::optional<ArgumentFault> check_consistent_hash_declare(const amqp::Table& exchange_arguments);
// The binding key is the destination's weight: a positive decimal integer.
std::optional<ArgumentFault> check_consistent_hash_binding(const BindingCheck& binding);

class ConsistentHashExchange final : public BindingIndex {
 public:
  // Larger weights count as this one.
  static constexpr std::uint64_t kMaxWeight = INT32_MAX;

  // REQUIRES: arguments that check_consistent_hash_declare() accepts.
  static std::unique_ptr<BindingIndex> make(const amqp::Table& exchange_arguments);
  explicit ConsistentHashExchange(const amqp::Table& exchange_arguments);

  void add(std::string_view routing_key, const amqp::Table& arguments,
           DestinationIndex destination) override;
  void remove(std::string_view routing_key, const amqp::Table& arguments,
              DestinationIndex destination) override;
  void match(std::string_view routing_key, std::string_view headers,
             std::vector<DestinationIndex>& out) const override;
  void route(const RoutedMessage& message, std::vector<DestinationIndex>& out) const override;
  bool decided_by_keys() const override {
    return source_ == Source::kRoutingKey || source_ == Source::kHeader;
  }
  bool empty() const override { return shares_.empty(); }

 private:
  // A binding has the buckets in front of `end` that the one before it has not.
  struct Share {
    DestinationIndex destination;
    std::uint64_t weight;
    std::uint64_t end;
  };
  enum class Source : std::uint8_t { kRoutingKey, kHeader, kCorrelationId, kMessageId, kTimestamp };

  std::uint64_t hash_key(const RoutedMessage& message) const;
  void number_buckets(std::size_t from);

  Source source_ = Source::kRoutingKey;
  std::string header_;
  std::vector<Share> shares_;  // in the order in which they were bound
};

}  // namespace coney
