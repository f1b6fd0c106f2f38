#include "broker/exchange/exchange_type.h"

#include <algorithm>
#include <string>

#include "broker/exchange/consistent_hash_exchange.h"
#include "broker/exchange/direct_exchange.h"
#include "broker/exchange/fanout_exchange.h"
#include "broker/exchange/federation_exchange.h"
#include "broker/exchange/headers_exchange.h"
#include "broker/exchange/modulus_hash_exchange.h"
#include "broker/exchange/random_exchange.h"
#include "broker/exchange/regex_exchange.h"
#include "broker/exchange/topic_exchange.h"

namespace coney {
namespace {

std::optional<ArgumentFault> check_headers_binding(const BindingCheck& binding) {
  return HeadersExchange::check_arguments(binding.arguments);
}

constexpr ExchangeType kTypes[] = {
    {"direct", DirectExchange::make},
    {"fanout", FanoutExchange::make},
    {"topic", TopicExchange::make},
    {"headers", HeadersExchange::make, nullptr, check_headers_binding},
    {"x-consistent-hash", ConsistentHashExchange::make, check_consistent_hash_declare,
     check_consistent_hash_binding},
    {"x-modulus-hash", ModulusHashExchange::make},
    {"x-random", RandomExchange::make},
    {"x-local-random", RandomExchange::make, nullptr, check_local_random_binding},
    {"x-regex", RegexExchange::make, nullptr, check_regex_binding},
    {"x-federation-upstream", nullptr, check_federation_declare},
};

// RabbitMQ says "invalid" instead of "unknown" when the name is an atom of its runtime. These are.
constexpr std::string_view kInvalidTypes[] = {"", "foo", "x-jms-topic"};

}  // namespace

std::span<const ExchangeType> exchange_types() {
  return kTypes;
}

const ExchangeType* find_exchange_type(std::string_view name) {
  for (const ExchangeType& type : kTypes) {
    if (type.name == name) return &type;
  }
  return nullptr;
}

ArgumentFault unknown_exchange_type(std::string_view name) {
  bool invalid = std::ranges::find(kInvalidTypes, name) != std::end(kInvalidTypes);
  return precondition_failed((invalid ? "invalid exchange type '" : "unknown exchange type '") +
                             std::string(name) + "'");
}

std::optional<ArgumentFault> check_exchange_declare(const ExchangeType& type,
                                                    const amqp::Table& exchange_arguments) {
  if (type.check_declare) {
    if (auto fault = type.check_declare(exchange_arguments)) return fault;
  }
  if (type.implemented()) return std::nullopt;
  return not_implemented("exchange type '" + std::string(type.name) + "'");
}

std::optional<ArgumentFault> check_binding(const ExchangeType& type, const BindingCheck& binding) {
  return type.check_binding ? type.check_binding(binding) : std::nullopt;
}

}  // namespace coney
