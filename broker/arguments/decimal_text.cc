#include "broker/arguments/decimal_text.h"

#include <algorithm>
#include <charconv>

namespace coney {

std::optional<DecimalText> parse_decimal_text(std::string_view text) {
  DecimalText number;
  if (text.starts_with('-') || text.starts_with('+')) {
    number.negative = text[0] == '-';
    text.remove_prefix(1);
  }
  auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  text.remove_prefix(std::min(text.find_first_not_of('0'), text.size() - 1));
  number.digits = text;
  if (text == "0") number.negative = false;
  return number;
}

std::optional<std::int64_t> DecimalText::value() const {
  std::int64_t magnitude = 0;
  const char* end = digits.data() + digits.size();
  if (std::from_chars(digits.data(), end, magnitude).ec != std::errc{}) return std::nullopt;
  return negative ? -magnitude : magnitude;
}

}  // namespace coney
