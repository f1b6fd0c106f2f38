#pragma once
// Arguments of queues, bindings and consumers for the JSON formatter: RabbitMQ's tools name the
// type of each, [["x-max-length", "long", 5]]. Pure.

#include <boost/json.hpp>
#include <string_view>

namespace coney::cli {

// `integer`: the word for whole numbers.
boost::json::value typed_arguments(const boost::json::value& arguments,
                                   std::string_view integer = "long");

}  // namespace coney::cli
