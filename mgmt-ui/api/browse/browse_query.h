#pragma once
// The query of requests that walk over messages: where, how far, and which.

#include "mgmt-ui/api/browse/browser.h"

namespace coney::management {

// from, direction, scan and state.
BrowseOrder read_order(const Request& request, Faults& faults);

}  // namespace coney::management
