#include "broker/exchange/consistent_hash_exchange.h"

#include <string>

#include "broker/arguments/decimal_text.h"
#include "broker/arguments/erlang_term.h"

namespace coney {

std::optional<ArgumentFault> check_consistent_hash_declare(const amqp::Table& exchange_arguments) {
  const amqp::Value* header = exchange_arguments.find("hash-header");
  const amqp::Value* property = exchange_arguments.find("hash-property");
  if (header && !header->as_string()) return internal_error();
  if (property && !property->as_string()) return internal_error();
  if (header && property) {
    return precondition_failed("hash-header and hash-property are mutually exclusive");
  }
  if (!property) return std::nullopt;
  const std::string& name = *property->as_string();
  if (name == "correlation_id" || name == "message_id" || name == "timestamp") return std::nullopt;
  return precondition_failed("Unsupported property: " + name);
}

std::optional<ArgumentFault> check_consistent_hash_binding(const BindingCheck& binding) {
  auto weight = parse_decimal_text(binding.routing_key);
  if (!weight) {
    return precondition_failed("The binding key must be an integer: " +
                               erlang_binary(binding.routing_key));
  }
  if (weight->negative || weight->digits == "0") {
    return precondition_failed("The binding key must be greater than 0");
  }
  return std::nullopt;
}

}  // namespace coney
