#pragma once
// The property `expiration`: how long a message may wait in a queue, as decimal text.

#include <boost/system/result.hpp>
#include <chrono>
#include <string_view>

#include "broker/arguments/argument_fault.h"

namespace coney {

// 0 to ten years; a '+' in front is fine. The fault is RabbitMQ's:
// "invalid expiration 'abc': no_integer".
boost::system::result<std::chrono::milliseconds, ArgumentFault> parse_expiration(
    std::string_view expiration);

}  // namespace coney
