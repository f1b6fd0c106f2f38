#include <boost/json.hpp>

#include "broker/log/log.h"
#include "mgmt-ui/api/body/json_body.h"
#include "mgmt-ui/api/resources/resources.h"

// Stopping and starting a node: its process, or what RabbitMQ calls its app, which is all that
// serves clients. The node is named, so that nobody stops another than they mean. An answer may be
// cut off by what it announces: who asks looks at /api/coney/node.

namespace coney::management {

namespace json = boost::json;

namespace {

// None: this node is meant.
std::optional<Answer> another_is_meant(Call& call) {
  auto body = JsonBody::parse(call.request);
  if (!body) return body.error();
  const std::string name = body->text("node");
  if (!body->faults().any() && name != call.config().node_name) {
    body->faults().report("/node", json::string("this is " + call.config().node_name));
  }
  if (body->faults().any()) return bad_request(body->faults());
  return std::nullopt;
}

void tell(const Call& call, std::string_view what) {
  log::notice(log::Category::kDefault, "user '{}' {}", call.caller.name, what);
}

Reply stop_node(Call& call) {
  if (auto answer = another_is_meant(call)) return std::move(*answer);
  tell(call, "stops the node");
  call.services.stop_node();
  return no_content();
}

Reply stop_app(Call& call) {
  if (auto answer = another_is_meant(call)) return std::move(*answer);
  tell(call, "stops the app");
  call.services.stop_app();
  return no_content();
}

Reply start_app(Call& call) {
  if (auto answer = another_is_meant(call)) return std::move(*answer);
  tell(call, "starts the app");
  call.services.start_app();
  return no_content();
}

Reply reset_node(Call& call) {
  if (auto answer = another_is_meant(call)) return std::move(*answer);
  if (call.services.app() != Services::App::kStopped) {
    return error_answer(409, "wrong_state",
                        "this command requires the 'rabbit' app to be stopped on the target node. "
                        "Stop it with 'rabbitmqctl stop_app'.");
  }
  tell(call, "resets the node");
  if (auto failure = call.services.reset()) {
    return error_answer(500, "internal_error", json::string(*failure));
  }
  return no_content();
}

}  // namespace

void add_node_life(RouteTable& table) {
  table.add("/api/coney/stop", {post(Need::kAdministrator, stop_node)});
  table.add("/api/coney/stop-app", {post(Need::kAdministrator, stop_app)});
  table.add("/api/coney/start-app", {post(Need::kAdministrator, start_app)});
  table.add("/api/coney/reset", {post(Need::kAdministrator, reset_node)});
}

}  // namespace coney::management
