#include "broker/message/expiration.h"

#include <algorithm>
#include <cstdint>

#include "broker/arguments/decimal_text.h"
#include "broker/arguments/erlang_term.h"
#include "broker/arguments/value_check.h"

namespace coney {
namespace {

ArgumentFault invalid(std::string_view expiration, std::string_view reason) {
  std::string text = "invalid expiration '";
  return precondition_failed(text.append(expiration).append("': ").append(reason));
}

// An optional sign and the digits behind it.
std::size_t number_length(std::string_view text) {
  std::size_t sign = text.starts_with('+') || text.starts_with('-') ? 1 : 0;
  return std::min(text.find_first_not_of("0123456789", sign), text.size());
}

// Longer than any integer that it could be compared with.
std::string out_of_range(const DecimalText& number) {
  std::string digits(number.digits);
  return number.negative ? "{value_negative,-" + digits + "}" : "{value_too_large," + digits + "}";
}

}  // namespace

boost::system::result<std::chrono::milliseconds, ArgumentFault> parse_expiration(
    std::string_view expiration) {
  std::size_t length = number_length(expiration);
  auto number = parse_decimal_text(expiration.substr(0, length));
  if (!number) return invalid(expiration, "no_integer");
  if (std::string_view rest = expiration.substr(length); !rest.empty()) {
    return invalid(expiration, "{leftover_string," + erlang_string(rest) + "}");
  }
  auto value = number->value();
  if (!value) return invalid(expiration, out_of_range(*number));
  if (auto reason = check_milliseconds(*value)) return invalid(expiration, *reason);
  return std::chrono::milliseconds(*value);
}

}  // namespace coney
