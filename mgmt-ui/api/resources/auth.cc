#include <boost/json.hpp>

#include "broker/auth/password_hash.h"
#include "mgmt-ui/api/listing/listing.h"
#include "mgmt-ui/api/resources/resources.h"

namespace coney::management {

namespace json = boost::json;

namespace {

bool is_this_node(const Call& call) {
  return call.name("node") == call.config().node_name;
}

json::object attempts_row(std::string_view protocol, const Gate::Attempts& attempts) {
  return {{"protocol", protocol},
          {"auth_attempts", attempts.succeeded + attempts.failed},
          {"auth_attempts_failed", attempts.failed},
          {"auth_attempts_succeeded", attempts.succeeded}};
}

Reply list_attempts(Call& call) {
  if (!is_this_node(call)) return no_such_object();
  std::vector<json::object> rows{attempts_row("http", call.gate.attempts())};
  return list(call.request, ReadyRows(std::move(rows), "protocol"));
}

// RabbitMQ counts by address only when it is told to, which it is not.
Reply list_attempts_by_source(Call& call) {
  if (!is_this_node(call)) return no_such_object();
  return list(call.request, std::vector<json::object>());
}

Reply reset_attempts(Call& call) {
  if (!is_this_node(call)) return no_such_object();
  call.gate.reset_attempts();
  return no_content();
}

Reply show_hash(Call& call) {
  auto hash = hash_password(call.name("password"), PasswordHashing::kSha256, random_salt());
  if (!hash) return bad_request("an empty password has no hash");
  return json_answer(json::object{{"ok", *hash}});
}

}  // namespace

void add_auth(RouteTable& table) {
  table.add("/api/auth/attempts/{node}",
            {get(Need::kMonitoring, list_attempts), del(Need::kAdministrator, reset_attempts)});
  table.add("/api/auth/attempts/{node}/source", {get(Need::kMonitoring, list_attempts_by_source),
                                                 del(Need::kAdministrator, reset_attempts)});
  table.add_without_head("/api/auth/hash_password/{password}",
                         {get(Need::kAdministrator, show_hash)});
}

}  // namespace coney::management
