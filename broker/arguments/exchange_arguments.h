#pragma once
// The arguments of exchange.declare that every exchange type has.
//
// A declare goes: the type's name (exchange_type.h); permissions; if the exchange exists,
// check_exchange_equivalence() (equivalence.h) and nothing else; if not, its name,
// check_alternate_exchange(), permissions on the alternate, then check_exchange_declare().

#include <optional>
#include <string>
#include <string_view>

#include "amqp/table.h"
#include "broker/arguments/argument_fault.h"

namespace coney {

inline constexpr std::string_view kAlternateExchangeKey = "alternate-exchange";

// It is a string; the exchange that it names need not exist.
std::optional<ArgumentFault> check_alternate_exchange(std::string_view vhost,
                                                      std::string_view exchange,
                                                      const amqp::Table& arguments);

// The name in `arguments`, null when there is none.
const std::string* alternate_exchange(const amqp::Table& arguments);

}  // namespace coney
