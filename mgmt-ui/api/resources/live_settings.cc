#include "broker/config/live_settings.h"

#include <boost/json.hpp>

#include "broker/log/log.h"
#include "mgmt-ui/api/body/json_body.h"
#include "mgmt-ui/api/resources/limit_json.h"
#include "mgmt-ui/api/resources/resources.h"

// Settings of a running node, and alarms that are raised by hand. What is changed holds until the
// node is started again.

namespace coney::management {

namespace json = boost::json;

namespace {

constexpr std::string_view kUnlimited = "infinity";

Reply show_settings(Call& call) {
  const LiveValues values = call.services.live_settings();
  json::value timeout = json::string(kUnlimited);
  if (values.consumer_timeout) timeout = values.consumer_timeout->count();
  return json_answer(
      json::object{{"channel_max", values.channel_max},
                   {"loopback_users", json::value_from(values.loopback_users)},
                   {"consumer_timeout", std::move(timeout)},
                   {"vm_memory_high_watermark", limit_to_json(values.memory_high_watermark)},
                   {"disk_free_limit", limit_to_json(values.disk_free_limit)}});
}

void read_channel_max(JsonBody& body, LiveValues& values) {
  const auto wanted = body.optional_integer("channel_max");
  if (!wanted) return;
  if (*wanted < 0 || *wanted > UINT16_MAX) {
    return body.faults().report("/channel_max", json::string("expected 0 to 65535, 0 is no limit"));
  }
  values.channel_max = static_cast<std::uint16_t>(*wanted);
}

void read_consumer_timeout(JsonBody& body, LiveValues& values) {
  const json::value* given = body.find("consumer_timeout");
  if (!given) return;
  if (*given == json::value(kUnlimited)) return values.consumer_timeout.reset();
  const auto wanted = body.optional_integer("consumer_timeout");
  if (!wanted) return;  // a fault already
  if (*wanted < 0) {
    return body.faults().report("/consumer_timeout",
                                json::string("expected milliseconds, or infinity"));
  }
  values.consumer_timeout = std::chrono::milliseconds(*wanted);
}

// {"relative": 0.4}, a share of the memory that the node may use, or {"absolute": bytes}.
void read_limit(JsonBody& body, std::string_view key, double most, ResourceLimit& limit) {
  const json::value* given = body.find(key);
  if (!given) return;
  const json::object* form = given->if_object();
  if (form && form->size() == 1) {
    boost::system::error_code error;
    if (const json::value* absolute = form->if_contains("absolute")) {
      const auto bytes = absolute->to_number<std::uint64_t>(error);
      if (!error) return void(limit = {bytes, std::nullopt});
    } else if (const json::value* relative = form->if_contains("relative")) {
      const auto share = relative->to_number<double>(error);
      if (!error && share >= 0 && share <= most) return void(limit = {std::nullopt, share});
    }
  }
  body.faults().report(json_pointer(key),
                       json::string("expected {\"relative\": share of the memory} or "
                                    "{\"absolute\": bytes}"));
}

Reply change_settings(Call& call) {
  auto body = JsonBody::parse(call.request);
  if (!body) return body.error();
  constexpr double kMostMemories = 1'000'000;  // a disk may be larger than the memory
  LiveValues values = call.services.live_settings();
  read_channel_max(*body, values);
  if (auto users = body->optional_words("loopback_users")) values.loopback_users = *users;
  read_consumer_timeout(*body, values);
  read_limit(*body, "vm_memory_high_watermark", 1, values.memory_high_watermark);
  read_limit(*body, "disk_free_limit", kMostMemories, values.disk_free_limit);
  if (body->faults().any()) return bad_request(body->faults());
  log::notice(log::Category::kDefault, "user '{}' changes settings until the next start: {}",
              call.caller.name, json::serialize(body->object()));
  call.services.change_settings(values);
  return no_content();
}

Reply hold_alarm(Call& call, bool on) {
  const std::string& name = call.name("resource");
  if (name != "memory" && name != "disk") return not_found("Not Found");
  log::notice(log::Category::kDefault, "user '{}' {} the {} alarm by hand", call.caller.name,
              on ? "raises" : "takes back", name);
  call.services.hold_alarm(name == "memory" ? AlarmedResource::kMemory : AlarmedResource::kDisk,
                           on);
  return no_content();
}
Reply raise_alarm(Call& call) {
  return hold_alarm(call, true);
}
Reply take_back_alarm(Call& call) {
  return hold_alarm(call, false);
}

}  // namespace

void add_live_settings(RouteTable& table) {
  table.add("/api/coney/settings",
            {get(Need::kMonitoring, show_settings), put(Need::kAdministrator, change_settings)});
  table.add("/api/coney/alarms/{resource}",
            {put(Need::kAdministrator, raise_alarm), del(Need::kAdministrator, take_back_alarm)});
}

}  // namespace coney::management
