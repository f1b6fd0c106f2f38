#pragma once
// The value of one limit in the body of a PUT: {"value": 5}. Texts are RabbitMQ's.

#include <boost/json.hpp>
#include <string>

#include "broker/topology/administration.h"
#include "mgmt-ui/api/body/json_body.h"

namespace coney::management {

// "max-queues should be a number, actually was <<"x">>"
std::string not_a_number(const std::string& limit, const boost::json::value& value);

}  // namespace coney::management
