#pragma once
// The exchange types: one row each in exchange_type.cc, which is where a new one is added.
// A row without `make_index` is a type that RabbitMQ has and Coney does not route for yet: its
// arguments are validated, then a declare answers with not_implemented().

#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "amqp/table.h"
#include "broker/arguments/argument_fault.h"
#include "broker/exchange/binding_index.h"

namespace coney {

// What a type may look at when something is bound to an exchange of it.
struct BindingCheck {
  std::string_view routing_key;
  const amqp::Table& arguments;
  std::string_view destination_queue_type;  // "classic", "quorum", "stream"; empty: an exchange
};

struct ExchangeType {
  std::string_view name;
  std::unique_ptr<BindingIndex> (*make_index)(const amqp::Table& exchange_arguments);
  // Null: everything is allowed.
  std::optional<ArgumentFault> (*check_declare)(const amqp::Table& exchange_arguments) = nullptr;
  std::optional<ArgumentFault> (*check_binding)(const BindingCheck& binding) = nullptr;

  bool implemented() const { return make_index != nullptr; }
};

std::span<const ExchangeType> exchange_types();
// Null when there is no such type.
const ExchangeType* find_exchange_type(std::string_view name);

// The answer to a declare whose type find_exchange_type() does not know: "invalid exchange type
// 'x'" for words that RabbitMQ's runtime happens to know, "unknown exchange type 'x'" for others.
ArgumentFault unknown_exchange_type(std::string_view name);

// The type's own checks; what a declare of a new exchange, or a new binding, answers. A valid
// declare of a type without routing gets 540 naming it.
std::optional<ArgumentFault> check_exchange_declare(const ExchangeType& type,
                                                    const amqp::Table& exchange_arguments);
std::optional<ArgumentFault> check_binding(const ExchangeType& type, const BindingCheck& binding);

}  // namespace coney
