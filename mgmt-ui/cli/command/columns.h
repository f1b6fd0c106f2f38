#pragma once
// The columns that a list command is asked for by name, as arguments, with spaces or commas in
// between. Pure.

#include <boost/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mgmt-ui/cli/arguments/arguments.h"
#include "mgmt-ui/cli/output/outcome.h"

namespace coney::cli {

struct Column {
  std::string_view name;
  std::string_view field{};  // of a row of the API, with dots for fields in fields; empty: the name
  // Makes the cell of a row itself; unset: the field's value.
  boost::json::value (*make)(const boost::json::object& row) = nullptr;
};

// Names that are no columns, in RabbitMQ's words; none: all are.
std::optional<std::string> check_columns(const Arguments& arguments,
                                         std::span<const Column> columns);

// The columns asked for, `usual` when none is.
std::vector<const Column*> chosen_columns(const Arguments& arguments,
                                          std::span<const Column> columns,
                                          std::initializer_list<std::string_view> usual);

Table make_table(const std::vector<const Column*>& columns,
                 const std::vector<boost::json::object>& rows);

// The field that a dotted path leads to; null when there is none.
boost::json::value field_at(const boost::json::object& row, std::string_view path);

}  // namespace coney::cli
