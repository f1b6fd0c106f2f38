#pragma once
// From the text of a setting to a typed value. Pure functions without I/O; any thread. What is
// accepted and the words that tell a user so live here side by side, and both read the same fields
// of the table row.

#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/config/config.h"

namespace coney {

enum class ValueType : uint8_t {
  kBoolean,   // true, false (on and off are taken too)
  kInteger,   // within the row's bounds
  kBytes,     // an integer or a number with one of RabbitMQ's units
  kReal,      // within the row's bounds
  kText,      // anything but nothing
  kChoice,    // one of the row's choices
  kPattern,   // a regular expression that RE2 can compile
  kListener,  // port, address:port
  kNetworks,  // a comma separated list of addresses and address/bits
  kLogLevel,  // one of log::kLevelNames
};

// What a row of the table allows beyond its type.
struct ValueRules {
  ValueType type = ValueType::kText;
  int64_t minimum = 0;
  int64_t maximum = INT64_MAX;
  bool zero = false;              // 0 is allowed below the minimum
  bool infinity = false;          // "infinity" is allowed
  std::string_view choices = {};  // "a|b|c"
};

// The field that belongs to the type is set; `infinite` stands instead of any of them.
struct Value {
  bool boolean = false;
  bool infinite = false;
  int64_t integer = 0;  // kInteger, kBytes
  double real = 0;
  std::string text = {};  // always the text as given
  size_t choice = 0;      // position in the choices, or the log::Level
  Listener listener = {};
  std::vector<Network> networks = {};
};

// No value: the text is not accepted.
std::optional<Value> parse_value(const ValueRules& rules, std::string_view text);

// "an integer from 0 to 65535": what parse_value() accepts, to follow "expected".
std::string accepted_values(const ValueRules& rules);

}  // namespace coney
