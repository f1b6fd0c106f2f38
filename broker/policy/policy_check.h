#pragma once
// Is a policy one that RabbitMQ would take? Its texts.

#include <optional>
#include <string>

#include "persistence/definitions/records.h"

namespace coney {

// What is wrong with a definition: "-1 is not a valid maximum length",
// "[{<<\"bogus\">>,1}] are not recognised policy settings", "no policy provided".
std::optional<std::string> check_policy_definition(const amqp::Table& definition, bool is_operator);

// Why this is no regular expression: "pattern should be regular expression but is invalid: ...".
std::optional<std::string> check_policy_pattern(const std::string& pattern);

// All that is wrong, as RabbitMQ answers it: "Validation failed\n\n" and one line for each fault.
std::optional<std::string> check_policy(const PolicyRecord& policy);
// That text of faults which were found by other means; REQUIRES: each ends with a line feed.
std::string validation_failed(const std::string& faults);

}  // namespace coney
