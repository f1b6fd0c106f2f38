#pragma once
// RabbitMQ's answer to an expression that is none: ["invalid_regexp", expression, [why, where]],
// with the reason, and in places the expression, as a list of character codes.

#include <boost/json.hpp>
#include <string_view>

#include "broker/topology/administration.h"
#include "mgmt-ui/api/http/answer.h"

namespace coney::management {

boost::json::array character_list(std::string_view text);
Answer invalid_pattern(const boost::json::value& expression, const Refusal& refusal);

}  // namespace coney::management
