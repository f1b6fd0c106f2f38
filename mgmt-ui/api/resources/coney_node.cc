#include <unistd.h>

#include <boost/json.hpp>

#include "broker/auth/password_hash.h"
#include "broker/log/log.h"
#include "broker/log/log_level.h"
#include "mgmt-ui/api/body/json_body.h"
#include "mgmt-ui/api/resources/limit_json.h"
#include "mgmt-ui/api/resources/resources.h"
#include "mgmt-ui/api/stats/statistics.h"

// What command line tools ask of the node and RabbitMQ's API has no path for.

namespace coney::management {

namespace json = boost::json;

namespace {

constexpr const char* kStates[] = {"running", "stopped", "starting"};

// It has started when the counts of what a restart brings are known, too.
Services::App state_of(const Services& services) {
  const bool counting = services.statistics().tables().restoring();
  return counting ? Services::App::kStarting : services.app();
}

Reply show_node(Call& call) {
  const Config& config = call.config();
  const AlarmState alarms = call.services.alarms();
  return json_answer(
      json::object{{"name", config.node_name},
                   {"state", kStates[static_cast<std::size_t>(state_of(call.services))]},
                   {"start_failure", call.services.start_failure()},
                   {"mem_alarm", alarms.memory},
                   {"disk_free_alarm", alarms.disk},
                   {"pid", ::getpid()},
                   {"rabbitmq_version", config.server_version},
                   {"product_name", "Coney"},
                   {"product_version", CONEY_VERSION},
                   {"memory_high_watermark",
                    limit_to_json(call.services.live_settings().memory_high_watermark)}});
}

// Unlike a login, whatever the user may do.
Reply authenticate(Call& call) {
  auto body = JsonBody::parse(call.request);
  if (!body) return body.error();
  const std::string name = body->text("user");
  const std::string password = body->text("password");
  if (body->faults().any()) return bad_request(body->faults());
  const User* user = call.directory.find_user(name);
  const bool right =
      user && verify_password(password, user->record->password_hash, user->record->hashing);
  return json_answer(json::object{{"user", name}, {"authenticated", right}});
}

Reply set_log_level(Call& call) {
  auto body = JsonBody::parse(call.request);
  if (!body) return body.error();
  const std::string name = body->text("level");
  const auto level = std::ranges::find(log::kLevelNames, name);
  if (!body->faults().any() && level == log::kLevelNames.end()) {
    body->faults().report("/level", json::string("unknown log level"));
  }
  if (body->faults().any()) return bad_request(body->faults());
  log::set_level(static_cast<log::Level>(level - log::kLevelNames.begin()));
  return no_content();
}

Reply rotate_logs(Call&) {
  if (auto problem = log::reopen()) {
    return error_answer(500, "internal_error", json::string(*problem));
  }
  return no_content();
}

}  // namespace

void add_coney_node(RouteTable& table) {
  table.add("/api/coney/node", {get(Need::kManagement, show_node)});
  table.add("/api/coney/log-level", {post(Need::kAdministrator, set_log_level)});
  table.add("/api/coney/rotate-logs", {post(Need::kAdministrator, rotate_logs)});
}

void add_authentication(RouteTable& table) {
  table.add("/api/coney/authenticate", {post(Need::kAdministrator, authenticate)});
}

}  // namespace coney::management
