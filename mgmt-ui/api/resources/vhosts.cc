#include <boost/json.hpp>

#include "mgmt-ui/api/body/json_body.h"
#include "mgmt-ui/api/listing/record_rows.h"
#include "mgmt-ui/api/resources/json_parts.h"
#include "mgmt-ui/api/resources/resources.h"
#include "mgmt-ui/api/resources/rows.h"

namespace coney::management {

namespace json = boost::json;

namespace {

Reply list_vhosts(Call& call) {
  std::vector<json::object> rows;
  for (const Vhost* vhost : call.directory.vhosts()) {
    if (call.sees(vhost->record->name)) rows.push_back(vhost_row(call, *vhost));
  }
  return list(call.request, std::move(rows));
}

Reply show_vhost(Call& call) {
  const Vhost* vhost = call.vhost();
  return vhost ? show(call.request, vhost_row(call, *vhost)) : no_such_object();
}

Reply switch_tracing(Call& call, bool on, bool existed) {
  return submit(call, SetTracing{call.name("vhost"), on},
                [existed](const TopologyAnswer&) { return put_answer(existed); });
}

// The vhost, then the switch of its firehose, which is no part of it.
Reply put_vhost_of(Call& call, PutVhost command, std::optional<bool> tracing) {
  if (!tracing) return carry_out(call, std::move(command));
  return Later([&call, command = std::move(command), on = *tracing](Respond respond) {
    call.services.submit(command, [&call, on, respond](TopologyAnswer answer) {
      if (answer.refused || answer.error) return respond(refusal_answer(answer));
      std::get<Later>(switch_tracing(call, on, answer.existed))(respond);
    });
  });
}

Reply put_vhost(Call& call) {
  auto body = JsonBody::parse(call.request);
  if (!body) return body.error();
  PutVhost command{.name = call.name("vhost")};
  command.description = body->optional_text("description");
  command.tags = body->optional_words("tags");
  command.default_queue_type = body->optional_text("default_queue_type");
  if (!command.default_queue_type) {
    command.default_queue_type = body->optional_text("defaultqueuetype");
  }
  command.protected_from_deletion = body->optional_flag("protected_from_deletion");
  if (!call.caller.is_local) command.creator = call.caller.name;
  const auto tracing = body->optional_flag("tracing");
  if (body->faults().any()) return bad_request(body->faults());
  return put_vhost_of(call, std::move(command), tracing);
}

Reply delete_vhost(Call& call) {
  if (!call.vhost()) return no_such_object();
  return carry_out(call, DeleteVhost{call.name("vhost")},
                   [](const TopologyAnswer&) { return no_content(); });
}

Reply set_protection(Call& call, bool on) {
  if (!call.vhost()) {
    return not_found("Cannot " + std::string(on ? "enable" : "disable") +
                     " deletion protection of virtual host '" + call.name("vhost") +
                     "' because it does not exist");
  }
  PutVhost command{.name = call.name("vhost")};
  command.protected_from_deletion = on;
  return carry_out(call, std::move(command), [](const TopologyAnswer&) { return no_content(); });
}

Reply protect(Call& call) {
  return set_protection(call, true);
}
Reply unprotect(Call& call) {
  return set_protection(call, false);
}
Reply show_protection(Call& call) {
  const Vhost* vhost = call.vhost();
  if (!vhost) return no_such_object();
  return json_answer(
      json::object{{"name", vhost->record->name},
                   {"protected_from_deletion", vhost->record->protected_from_deletion}});
}

// Every vhost runs on every node as long as the node does.
Reply start_vhost(Call& call) {
  const std::string& node = call.name("node");
  if (!call.vhost()) return no_such_object();
  if (node != call.config().node_name) {
    return bad_request(json::string("Unknown node: " + node));
  }
  return no_content();
}

Reply list_vhost_permissions(Call& call) {
  const Vhost* vhost = call.vhost();
  if (!vhost) return no_such_object();
  std::vector<std::shared_ptr<const PermissionRecord>> records;
  for (const User* user : call.directory.users()) {
    auto found = user->permissions.find(vhost->record->name);
    if (found != user->permissions.end()) records.push_back(found->second.record);
  }
  return list_records(call.request, std::move(records), permission_row, &PermissionRecord::user);
}

Reply list_vhost_topic_permissions(Call& call) {
  const Vhost* vhost = call.vhost();
  if (!vhost) return no_such_object();
  std::vector<json::object> rows;
  for (const User* user : call.directory.users()) {
    add_topic_permission_rows(*user, vhost->record->name, rows);
  }
  return list(call.request, ReadyRows(std::move(rows), "user"));
}

}  // namespace

void add_vhosts(RouteTable& table) {
  table.add("/api/vhosts", {get(Need::kManagement, list_vhosts)});
  table.add("/api/vhosts/{vhost}",
            {get(Need::kManagement, show_vhost), put(Need::kAdministrator, put_vhost),
             del(Need::kAdministrator, delete_vhost)});
  table.add_without_head(
      "/api/vhosts/{vhost}/deletion/protection",
      {get(Need::kAdministrator, show_protection), post(Need::kAdministrator, protect),
       del(Need::kAdministrator, unprotect)});
  table.add("/api/vhosts/{vhost}/start/{node}", {post(Need::kAdministrator, start_vhost)});
  table.add("/api/vhosts/{vhost}/permissions", {get(Need::kAdministrator, list_vhost_permissions)});
  table.add("/api/vhosts/{vhost}/topic-permissions",
            {get(Need::kAdministrator, list_vhost_topic_permissions)});
}

}  // namespace coney::management
