#pragma once
// JSON values as cells of a table, as RabbitMQ's tools print the Erlang terms they have. Pure.

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>

namespace coney::cli {

// Texts stand for themselves, null is empty, a list is [one, two], an object is
// [{"key","text"},{"key",1}]. Control characters are escaped: one row is one line.
std::string cell_text(const boost::json::value& value);

// \n, \t, \r and \001 for control characters.
std::string escape_controls(std::string_view text);

}  // namespace coney::cli
