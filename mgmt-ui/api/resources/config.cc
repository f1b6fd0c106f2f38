#include <boost/json.hpp>

#include "broker/config/config_key.h"
#include "mgmt-ui/api/listing/listing.h"
#include "mgmt-ui/api/resources/resources.h"

// GET /api/config: every setting with what it means, its default, the value that it has and who has
// given it that.

namespace coney::management {

namespace json = boost::json;

namespace {

json::object described(const ConfigKey& row) {
  return {{"name", row.key},
          {"section", kSectionNames[static_cast<std::size_t>(row.section)]},
          {"accepts", accepted_values(row.value)},
          {"default", row.fallback},
          {"help", row.help},
          {"reloadable", row.reloadable},
          {"own", row.coneys_own}};
}

bool is_later(const AppliedSetting& one, std::span<const AppliedSetting> settings) {
  return std::ranges::none_of(
      settings, [&](const AppliedSetting& other) { return &other > &one && other.key == one.key; });
}

// A key with $name in it has a row for each name.
void add_rows(const ConfigKey& row, std::span<const AppliedSetting> settings,
              std::vector<json::object>& rows) {
  bool is_set = false;
  for (const AppliedSetting& one : settings) {
    if (one.row != &row || !is_later(one, settings)) continue;
    json::object set = described(row);
    set["name"] = one.key;
    set["value"] = row.secret ? "<secret>" : one.value;
    set["source"] = one.where;
    rows.push_back(std::move(set));
    is_set = true;
  }
  if (is_set) return;
  rows.push_back(described(row));
  rows.back()["value"] = row.fallback;
  rows.back()["source"] = "default";
}

Reply explain(Call& call) {
  std::vector<json::object> rows;
  for (const ConfigKey& row : config_keys()) add_rows(row, call.services.settings(), rows);
  return list(call.request, std::move(rows));
}

}  // namespace

void add_config(RouteTable& table) {
  table.add("/api/config", {get(Need::kAdministrator, explain)});
}

}  // namespace coney::management
