#include "mgmt-ui/api/events/json_delta.h"

#include <boost/json.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace coney::management {

namespace json = boost::json;

namespace {

// Fields that name a row of some list of the API. What a list does not have it is not told by.
constexpr std::string_view kNaming[] = {"name",
                                        "vhost",
                                        "user",
                                        "timestamp",
                                        "consumer_tag",
                                        "source",
                                        "destination",
                                        "properties_key",
                                        "protocol",
                                        "port",
                                        "delivery_tag",
                                        "channel",
                                        "destination_type"};

// Empty: the row has no name.
std::string name_of(const json::value& row) {
  std::string name;
  const json::object* object = row.if_object();
  if (!object) return name;
  for (std::string_view field : kNaming) {
    const json::value* value = object->if_contains(field);
    if (!value || value->is_structured()) continue;
    name.append(field).append("=").append(json::serialize(*value)).append("\n");
  }
  return name;
}

// For each new row the old one that it was; none: it is new.
std::vector<std::optional<std::size_t>> origins(const json::array& before,
                                                const json::array& after) {
  std::multimap<std::string, std::size_t> old_rows;
  std::vector<std::string> names;
  for (std::size_t at = 0; at != before.size(); ++at) {
    names.push_back(name_of(before[at]));
    old_rows.emplace_hint(old_rows.end(), names.back(), at);
  }
  std::vector<std::optional<std::size_t>> from;
  for (std::size_t at = 0; at != after.size(); ++at) {
    const std::string name = name_of(after[at]);
    if (name.empty()) {
      const bool same_place = at < before.size() && names[at].empty();
      from.push_back(same_place ? std::optional(at) : std::nullopt);
      continue;
    }
    const auto found = old_rows.lower_bound(name);
    const bool is_old = found != old_rows.end() && found->first == name;
    from.push_back(is_old ? std::optional(found->second) : std::nullopt);
    if (is_old) old_rows.erase(found);
  }
  return from;
}

bool same_order(const std::vector<std::optional<std::size_t>>& from, std::size_t before) {
  if (from.size() != before) return false;
  for (std::size_t at = 0; at != from.size(); ++at) {
    if (from[at] != at) return false;
  }
  return true;
}

json::array order_of(const std::vector<std::optional<std::size_t>>& from,
                     const json::array& after) {
  json::array order;
  std::size_t next = SIZE_MAX;  // the old row that would lengthen the present run
  for (std::size_t at = 0; at != from.size(); ++at) {
    if (!from[at]) {
      order.push_back(json::object{{"row", after[at]}});
      next = SIZE_MAX;
    } else if (*from[at] == next) {
      json::value& count = order.back().as_array()[1];
      count = count.to_number<std::uint64_t>() + 1;
      ++next;
    } else {
      order.push_back(json::array{*from[at], 1});
      next = *from[at] + 1;
    }
  }
  return order;
}

void put_inner(json::object& inner, std::string_view key, const json::value& before,
               const json::value& after) {
  json::object delta = json_delta(before, after);
  if (!delta.empty()) inner[key] = std::move(delta);
}

json::object delta_of_rows(const json::array& before, const json::array& after) {
  json::object delta, inner;
  const auto from = origins(before, after);
  if (!same_order(from, before.size())) delta["rows"] = order_of(from, after);
  for (std::size_t at = 0; at != from.size(); ++at) {
    if (from[at]) put_inner(inner, std::to_string(at), before[*from[at]], after[at]);
  }
  if (!inner.empty()) delta["in"] = std::move(inner);
  return delta;
}

bool alike(const json::value& before, const json::value& after) {
  return (before.is_object() && after.is_object()) || (before.is_array() && after.is_array());
}

json::object delta_of_fields(const json::object& before, const json::object& after) {
  json::object delta, set, inner;
  json::array cut;
  for (const auto& [key, value] : after) {
    const json::value* old = before.if_contains(key);
    if (old && alike(*old, value)) {
      put_inner(inner, key, *old, value);
    } else if (!old || *old != value) {
      set[key] = value;
    }
  }
  for (const auto& [key, value] : before) {
    if (!after.contains(key)) cut.emplace_back(key);
  }
  if (!set.empty()) delta["set"] = std::move(set);
  if (!cut.empty()) delta["cut"] = std::move(cut);
  if (!inner.empty()) delta["in"] = std::move(inner);
  return delta;
}

}  // namespace

json::object json_delta(const json::value& before, const json::value& after) {
  if (before.is_object() && after.is_object()) {
    return delta_of_fields(before.get_object(), after.get_object());
  }
  if (before.is_array() && after.is_array()) {
    return delta_of_rows(before.get_array(), after.get_array());
  }
  return before == after ? json::object() : json::object{{"is", after}};
}

}  // namespace coney::management
