#pragma once
// The components that runtime parameters belong to, and what their values must be. Texts as
// RabbitMQ's.

#include <optional>
#include <string>
#include <string_view>

#include "broker/topology/administration.h"

namespace coney {

// What is wrong, one line for each fault: "component bogus not found\n".
std::optional<std::string> check_parameter(const ParameterRecord& parameter);

// Of a vhost-limits parameter that check_parameter() has let through.
Limits limits_from_json(std::string_view value);

}  // namespace coney
