#pragma once
// Checks of one argument's value. Each returns nothing when the value is fine, else the reason as
// RabbitMQ prints it behind "invalid arg 'x-...' for queue 'q' in vhost '/': ".

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "amqp/table.h"

namespace coney {

// Ten years, the longest TTL, expiry and expiration that RabbitMQ takes.
inline constexpr std::int64_t kMaxMilliseconds = 315'360'000'000;

using Reason = std::optional<std::string>;

// {unacceptable_type,signedint}
std::string unacceptable_type(const amqp::Value& value);

Reason check_integer(const amqp::Value& value);       // of any integer type
Reason check_non_negative(const amqp::Value& value);  // integer, 0 and up
Reason check_positive(const amqp::Value& value);      // integer, 1 and up
Reason check_duration(const amqp::Value& value);      // integer, 0 to kMaxMilliseconds
Reason check_expiry(const amqp::Value& value);        // integer, 1 to kMaxMilliseconds
Reason check_priorities(const amqp::Value& value);    // integer, 0 to 255
Reason check_bool(const amqp::Value& value);
Reason check_text(const amqp::Value& value);  // long string
// A long string of `words`; `wrong_word` is the reason for any other.
Reason check_word(const amqp::Value& value, std::initializer_list<std::string_view> words,
                  std::string_view wrong_word);

// The range that check_duration() and the expiration property share.
Reason check_milliseconds(std::int64_t milliseconds);

}  // namespace coney
