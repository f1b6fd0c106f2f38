#pragma once
// The query of requests that walk over messages: where, how far, and which.

#include "mgmt-ui/api/browse/browser.h"

namespace coney::management {

// A whole number in [least, most], `usual` when there is none; else a fault.
std::uint64_t read_number(const Request& request, std::string_view name, std::uint64_t usual,
                          std::uint64_t least, std::uint64_t most, Faults& faults);
// from, direction, scan and state.
BrowseOrder read_order(const Request& request, Faults& faults);

}  // namespace coney::management
