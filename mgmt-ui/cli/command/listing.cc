#include "mgmt-ui/cli/command/listing.h"

#include "mgmt-ui/cli/command/erlang_arguments.h"

namespace coney::cli {

namespace json = boost::json;

namespace {

std::string query_of(const Listing& listing, const std::vector<const Column*>& columns) {
  std::string fields;
  for (const Column* column : columns) {
    if (!fields.empty()) fields += ',';
    fields += column->field.empty() ? column->name : column->field;
  }
  if (!listing.extra_fields.empty()) fields.append(",").append(listing.extra_fields);
  return "?columns=" + fields;
}

void type_arguments(Table& table, std::string_view integer) {
  for (json::object& row : table.rows) {
    for (std::string_view name : {"arguments", "client_properties"}) {
      if (json::value* value = row.if_contains(name)) *value = typed_arguments(*value, integer);
    }
  }
}

// No arguments are [], as an empty list is.
void show_empty_tables(Table& table) {
  for (json::object& row : table.rows) {
    json::value* value = row.if_contains("arguments");
    if (value && value->is_null()) *value = json::object();
  }
}

}  // namespace

bool in_json(const Context& context) {
  return context.arguments.text_or("formatter", "table") == "json";
}

Outcome list_rows(Context& context, const Listing& listing,
                  const std::function<void(json::object&)>& adjust) {
  const auto columns = chosen_columns(context.arguments, listing.columns, listing.usual);
  auto found = context.node.find(listing.path + query_of(listing, columns));
  if (!found) return found.error();
  std::vector<json::object> rows;
  if (found->is_array()) {
    for (json::value& row : found->get_array()) {
      if (row.is_object()) rows.push_back(std::move(row.get_object()));
    }
  }
  if (adjust) {
    for (json::object& row : rows) adjust(row);
  }
  Table table = make_table(columns, rows);
  show_empty_tables(table);
  if (in_json(context)) type_arguments(table, listing.integer);
  return table;
}

}  // namespace coney::cli
