#include "mgmt-ui/cli/command/columns.h"

namespace coney::cli {

namespace json = boost::json;

namespace {

std::vector<std::string> names_of(const Arguments& arguments) {
  std::vector<std::string> names;
  for (std::string_view word : arguments.positional()) {
    while (!word.empty()) {
      const std::size_t comma = std::min(word.find(','), word.size());
      if (comma != 0) names.emplace_back(word.substr(0, comma));
      word.remove_prefix(std::min(comma + 1, word.size()));
    }
  }
  return names;
}

const Column* find(std::span<const Column> columns, std::string_view name) {
  for (const Column& column : columns) {
    if (column.name == name) return &column;
  }
  return nullptr;
}

json::value cell(const Column& column, const json::object& row) {
  if (column.make) return column.make(row);
  return field_at(row, column.field.empty() ? column.name : column.field);
}

}  // namespace

std::optional<std::string> check_columns(const Arguments& arguments,
                                         std::span<const Column> columns) {
  std::string unknown;
  for (const std::string& name : names_of(arguments)) {
    if (!find(columns, name)) unknown += (unknown.empty() ? "" : ", ") + name;
  }
  if (unknown.empty()) return std::nullopt;
  return "Info key(s) " + unknown + " are not supported";
}

std::vector<const Column*> chosen_columns(const Arguments& arguments,
                                          std::span<const Column> columns,
                                          std::initializer_list<std::string_view> usual) {
  std::vector<const Column*> chosen;
  for (const std::string& name : names_of(arguments)) {
    if (const Column* column = find(columns, name)) chosen.push_back(column);
  }
  if (!chosen.empty()) return chosen;
  for (std::string_view name : usual) chosen.push_back(find(columns, name));
  return chosen;
}

Table make_table(const std::vector<const Column*>& columns, const std::vector<json::object>& rows) {
  Table table;
  for (const Column* column : columns) table.columns.emplace_back(column->name);
  for (const json::object& row : rows) {
    json::object cells;
    for (const Column* column : columns) cells[column->name] = cell(*column, row);
    table.rows.push_back(std::move(cells));
  }
  return table;
}

json::value field_at(const json::object& row, std::string_view path) {
  const std::size_t dot = path.find('.');
  const json::value* value = row.if_contains(path.substr(0, dot));
  if (!value || dot == path.npos) return value ? *value : json::value();
  return value->is_object() ? field_at(value->get_object(), path.substr(dot + 1)) : json::value();
}

}  // namespace coney::cli
