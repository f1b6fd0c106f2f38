#pragma once
// The words that apply-to takes.

#include <optional>
#include <string>
#include <string_view>

#include "persistence/definitions/records.h"

namespace coney {

// "all", "queues", "classic_queues", "quorum_queues", "streams", "exchanges"
std::string_view to_string(PolicyTarget target);
// Nothing for any other word; case matters.
std::optional<PolicyTarget> parse_policy_target(std::string_view word);
// RabbitMQ's text for a word that is none.
std::string unrecognised_policy_target(std::string_view word);

}  // namespace coney
