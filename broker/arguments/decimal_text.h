#pragma once
// Integers written as text, as RabbitMQ reads them: decimal digits with an optional sign in front,
// of any length, nothing else around them.

#include <cstdint>
#include <optional>
#include <string_view>

namespace coney {

struct DecimalText {
  bool negative = false;    // false for "-0"
  std::string_view digits;  // without sign and leading zeros, "0" for zero

  // Nothing when the number does not fit.
  std::optional<std::int64_t> value() const;
};

// The digits are a view into `text`.
std::optional<DecimalText> parse_decimal_text(std::string_view text);

}  // namespace coney
