#pragma once
// Ages as stream arguments spell them: a positive number and one unit, "7D", "12h".

#include <chrono>
#include <optional>
#include <string_view>

namespace coney {

// Units: Y (365 days), M (30 days), D, h, m, s. Nothing when it is not such a text.
std::optional<std::chrono::milliseconds> parse_max_age(std::string_view text);

}  // namespace coney
