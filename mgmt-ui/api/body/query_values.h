#pragma once
// Values in the query of our own paths: a value that is none of those that there are is a fault,
// where RabbitMQ's paths take it for the usual one. Any thread.

#include <cstdint>
#include <string_view>

#include "mgmt-ui/api/body/faults.h"
#include "mgmt-ui/api/http/request.h"

namespace coney::management {

// A whole number in [least, most], `usual` when there is none; else a fault.
std::uint64_t read_number(const Request& request, std::string_view name, std::uint64_t usual,
                          std::uint64_t least, std::uint64_t most, Faults& faults);
// true or false, `usual` when there is none; else a fault.
bool read_flag(const Request& request, std::string_view name, bool usual, Faults& faults);

}  // namespace coney::management
