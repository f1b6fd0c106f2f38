#pragma once
// A place in a queue as clients of the API carry it: "4-1234", lane and position.

#include <optional>
#include <string>
#include <string_view>

#include "broker/queue/browsing.h"

namespace coney::management {

std::string cursor_text(const MessagePlace& place);
// A bare number is one of lane 0. None: it is no cursor.
std::optional<MessagePlace> parse_cursor(std::string_view text);

}  // namespace coney::management
