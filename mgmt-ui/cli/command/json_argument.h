#pragma once
// JSON that is given on the command line.

#include <string_view>

#include "mgmt-ui/cli/output/outcome.h"

namespace coney::cli {

// RabbitMQ's words for what is no JSON.
Result<boost::json::value> parse_json_argument(std::string_view text);

}  // namespace coney::cli
