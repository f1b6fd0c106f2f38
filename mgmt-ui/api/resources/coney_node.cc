#include <unistd.h>

#include <boost/json.hpp>

#include "broker/auth/password_hash.h"
#include "mgmt-ui/api/body/json_body.h"
#include "mgmt-ui/api/resources/resources.h"

// What command line tools ask of the node and RabbitMQ's API has no path for.

namespace coney::management {

namespace json = boost::json;

namespace {

json::object limit_to_json(const ResourceLimit& limit) {
  json::object shown;
  if (limit.absolute) {
    shown["absolute"] = *limit.absolute;
  } else if (limit.relative) {
    shown["relative"] = *limit.relative;
  }
  return shown;
}

Reply show_node(Call& call) {
  const Config& config = call.config();
  return json_answer(
      json::object{{"name", config.node_name},
                   {"state", "running"},
                   {"pid", ::getpid()},
                   {"rabbitmq_version", config.server_version},
                   {"product_name", "Coney"},
                   {"product_version", CONEY_VERSION},
                   {"memory_high_watermark", limit_to_json(config.memory_high_watermark)}});
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

}  // namespace

void add_coney_node(RouteTable& table) {
  table.add("/api/coney/node", {get(Need::kManagement, show_node)});
  table.add("/api/coney/authenticate", {post(Need::kAdministrator, authenticate)});
}

}  // namespace coney::management
