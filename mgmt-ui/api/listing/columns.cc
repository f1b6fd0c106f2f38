#include "mgmt-ui/api/listing/columns.h"

#include <algorithm>
#include <span>

namespace coney::management {

namespace json = boost::json;

namespace {

constexpr std::size_t kMaxColumns = 200;

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

using Steps = std::span<const std::string>;

// Copies what the paths lead to.
json::value pick(const json::value& from, std::vector<Steps> paths) {
  if (std::ranges::any_of(paths, [](Steps steps) { return steps.empty(); })) return from;
  if (from.is_array()) {
    json::array list;
    for (const json::value& item : from.get_array()) {
      if (item.is_object()) list.push_back(pick(item, paths));
    }
    return list;
  }
  json::object row;
  for (const auto& [key, value] : from.get_object()) {
    std::vector<Steps> inner;
    for (Steps steps : paths) {
      if (std::string_view(key) == steps.front()) inner.push_back(steps.subspan(1));
    }
    const bool leaf = std::ranges::any_of(inner, [](Steps steps) { return steps.empty(); });
    if (inner.empty() || (!leaf && !value.is_object() && !value.is_array())) continue;
    json::value picked = pick(value, std::move(inner));
    if (leaf || !picked.is_object() || !picked.get_object().empty()) row[key] = std::move(picked);
  }
  return row;
}

}  // namespace

Columns Columns::parse(std::string_view text) {
  Columns columns;
  for (const std::string& column : split(text, ',')) {
    if (columns.paths_.size() == kMaxColumns) break;
    columns.paths_.push_back(split(column, '.'));
  }
  std::erase_if(columns.paths_, [](const Path& path) { return path.empty(); });
  return columns;
}

bool Columns::wants(std::string_view field) const {
  return all() || std::ranges::any_of(paths_, [&](const Path& path) { return path[0] == field; });
}

json::value Columns::cut(json::value row) const {
  if (all() || !row.is_object()) return row;
  std::vector<Steps> paths(paths_.begin(), paths_.end());
  return pick(row, std::move(paths));
}

const json::value* find_field(const json::object& row, std::string_view path) {
  const json::object* object = &row;
  while (true) {
    const std::size_t dot = path.find('.');
    const json::value* value = object->if_contains(path.substr(0, dot));
    if (!value || dot == path.npos) return value;
    if (!value->is_object()) return nullptr;
    object = &value->get_object();
    path.remove_prefix(dot + 1);
  }
}

}  // namespace coney::management
