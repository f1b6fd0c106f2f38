#include "broker/arguments/value_check.h"

#include <fmt/format.h>

#include <algorithm>

namespace coney {
namespace {

Reason negative(std::int64_t value) {
  return fmt::format("{{value_negative,{}}}", value);
}

}  // namespace

std::string unacceptable_type(const amqp::Value& value) {
  return fmt::format("{{unacceptable_type,{}}}", amqp::type_name(value.tag));
}

Reason check_integer(const amqp::Value& value) {
  if (value.is_integer()) return std::nullopt;
  return fmt::format("\"expected integer, got {}\"", amqp::type_name(value.tag));
}

Reason check_non_negative(const amqp::Value& value) {
  if (auto reason = check_integer(value)) return reason;
  if (*value.as_integer() < 0) return negative(*value.as_integer());
  return std::nullopt;
}

Reason check_positive(const amqp::Value& value) {
  if (auto reason = check_non_negative(value)) return reason;
  if (*value.as_integer() == 0) return "{value_zero,0}";
  return std::nullopt;
}

Reason check_milliseconds(std::int64_t milliseconds) {
  if (milliseconds < 0) return negative(milliseconds);
  if (milliseconds > kMaxMilliseconds) return fmt::format("{{value_too_large,{}}}", milliseconds);
  return std::nullopt;
}

Reason check_duration(const amqp::Value& value) {
  if (auto reason = check_integer(value)) return reason;
  return check_milliseconds(*value.as_integer());
}

Reason check_expiry(const amqp::Value& value) {
  if (auto reason = check_positive(value)) return reason;
  return check_milliseconds(*value.as_integer());
}

Reason check_priorities(const amqp::Value& value) {
  constexpr std::int64_t kHighest = 255;
  if (auto reason = check_non_negative(value)) return reason;
  if (*value.as_integer() <= kHighest) return std::nullopt;
  return fmt::format("{{max_value_exceeded,{}}}", *value.as_integer());
}

Reason check_bool(const amqp::Value& value) {
  if (value.as_bool()) return std::nullopt;
  return unacceptable_type(value);
}

Reason check_text(const amqp::Value& value) {
  if (value.as_string()) return std::nullopt;
  return unacceptable_type(value);
}

Reason check_word(const amqp::Value& value, std::initializer_list<std::string_view> words,
                  std::string_view wrong_word) {
  if (auto reason = check_text(value)) return reason;
  if (std::ranges::find(words, *value.as_string()) != words.end()) return std::nullopt;
  return std::string(wrong_word);
}

}  // namespace coney
