#pragma once
// What rows are compared by when a list is sorted, in Erlang's order: numbers, then words (true,
// false), then texts. A field that a row lacks counts as 0.

#include <boost/json/fwd.hpp>
#include <string>
#include <variant>

namespace coney::management {

using SortKey = std::variant<double, bool, std::string>;

SortKey sort_key(const boost::json::value* field);

}  // namespace coney::management
