#include <fmt/format.h>

#include <boost/json.hpp>
#include <map>

#include "broker/config/config_key.h"
#include "broker/config/live_settings.h"
#include "broker/log/log_level.h"
#include "mgmt-ui/api/listing/listing.h"
#include "mgmt-ui/api/resources/resources.h"

// GET /api/config: every setting with what it means, its default, the value that it has and who has
// given it that: also what was changed while the node runs.

namespace coney::management {

namespace json = boost::json;

namespace {

json::object described(const ConfigKey& row) {
  return {{"name", row.key},
          {"section", kSectionNames[static_cast<std::size_t>(row.section)]},
          {"accepts", accepted_values(row.value)},
          {"default", row.fallback},
          {"help", row.help},
          {"own", row.coneys_own}};
}

bool is_later(const AppliedSetting& one, std::span<const AppliedSetting> settings) {
  return std::ranges::none_of(
      settings, [&](const AppliedSetting& other) { return &other > &one && other.key == one.key; });
}

// ---- what has changed since the start ----

constexpr std::string_view kChanged = "changed while running";

using Changed = std::map<std::string, json::value>;  // by key; null: the other form of it counts

void note_limit(const std::string& key, const ResourceLimit& then, const ResourceLimit& now,
                Changed& changed) {
  if (then == now) return;
  changed[key + ".relative"] = changed[key + ".absolute"] = nullptr;
  if (now.absolute) {
    changed[key + ".absolute"] = std::to_string(*now.absolute);
  } else if (now.relative) {
    changed[key + ".relative"] = fmt::format("{}", *now.relative);
  }
}

void note_loopback_users(const std::vector<std::string>& then, const std::vector<std::string>& now,
                         Changed& changed) {
  const auto has = [](const std::vector<std::string>& users, const std::string& user) {
    return std::ranges::find(users, user) != users.end();
  };
  for (const std::string& user : now) {
    if (!has(then, user)) changed["loopback_users." + user] = "true";
  }
  for (const std::string& user : then) {
    if (!has(now, user)) changed["loopback_users." + user] = "false";
  }
}

// One for every output and category.
void note_log_levels(Changed& changed) {
  const auto level = log::level_set();
  if (!level) return;
  for (const ConfigKey& row : config_keys()) {
    if (row.value.type != ValueType::kLogLevel) continue;
    changed[std::string(row.key)] = log::kLevelNames[static_cast<std::size_t>(*level)];
  }
}

Changed changed_settings(const Call& call) {
  const LiveValues then(call.config()), now = call.services.live_settings();
  Changed changed;
  if (then.channel_max != now.channel_max) changed["channel_max"] = std::to_string(now.channel_max);
  if (then.consumer_timeout != now.consumer_timeout) {
    changed["consumer_timeout"] =
        now.consumer_timeout ? std::to_string(now.consumer_timeout->count()) : "infinity";
  }
  note_limit("vm_memory_high_watermark", then.memory_high_watermark, now.memory_high_watermark,
             changed);
  note_limit("disk_free_limit", then.disk_free_limit, now.disk_free_limit, changed);
  note_log_levels(changed);
  note_loopback_users(then.loopback_users, now.loopback_users, changed);
  return changed;
}

// What has changed in rows that are there; what is left has no row yet.
void put_changes(Changed& changed, std::vector<json::object>& rows) {
  for (json::object& row : rows) {
    const auto at = changed.find(std::string(std::string_view(row.at("name").as_string())));
    if (at == changed.end()) continue;
    row["value"] = std::move(at->second);
    row["source"] = kChanged;
    changed.erase(at);
  }
}

void add_changed_users(Changed& changed, std::vector<json::object>& rows) {
  const auto pattern = std::ranges::find(config_keys(), "loopback_users.$user", &ConfigKey::key);
  if (pattern == config_keys().end()) return;
  for (auto& [key, value] : changed) {
    json::object row = described(*pattern);
    row["name"] = key;
    row["value"] = std::move(value);
    row["source"] = kChanged;
    rows.push_back(std::move(row));
  }
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
  Changed changed = changed_settings(call);
  put_changes(changed, rows);
  add_changed_users(changed, rows);
  return list(call.request, std::move(rows));
}

}  // namespace

void add_config(RouteTable& table) {
  table.add("/api/config", {get(Need::kAdministrator, explain)});
}

}  // namespace coney::management
