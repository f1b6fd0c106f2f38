#include "broker/arguments/exchange_arguments.h"

#include "broker/arguments/resource_text.h"

namespace coney {

std::optional<ArgumentFault> check_alternate_exchange(std::string_view vhost,
                                                      std::string_view exchange,
                                                      const amqp::Table& arguments) {
  const amqp::Value* value = arguments.find(kAlternateExchangeKey);
  if (!value || value->as_string()) return std::nullopt;
  return precondition_failed("invalid type '" + std::string(amqp::type_name(value->tag)) +
                             "' for arg '" + std::string(kAlternateExchangeKey) + "' in " +
                             exchange_text(exchange, vhost));
}

const std::string* alternate_exchange(const amqp::Table& arguments) {
  const amqp::Value* value = arguments.find(kAlternateExchangeKey);
  return value ? value->as_string() : nullptr;
}

}  // namespace coney
