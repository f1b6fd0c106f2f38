#include <boost/json.hpp>

#include "broker/policy/policy_check.h"
#include "mgmt-ui/api/body/json_body.h"
#include "mgmt-ui/api/listing/listing.h"
#include "mgmt-ui/api/resources/json_parts.h"
#include "mgmt-ui/api/resources/limit_value.h"
#include "mgmt-ui/api/resources/resources.h"

namespace coney::management {

namespace json = boost::json;

namespace {

void add_row(const VhostRecord& vhost, std::vector<json::object>& rows) {
  json::object limits = limits_to_json(vhost);
  if (!limits.empty()) rows.push_back({{"vhost", vhost.name}, {"value", std::move(limits)}});
}

Reply list_limits(Call& call) {
  std::vector<json::object> rows;
  for (const Vhost* vhost : call.directory.vhosts()) {
    if (call.sees(vhost->record->name)) add_row(*vhost->record, rows);
  }
  return list(call.request, ReadyRows(std::move(rows), "vhost"));
}

Reply list_limits_of_vhost(Call& call) {
  const Vhost* vhost = call.vhost();
  if (!vhost) return no_such_object();
  std::vector<json::object> rows;
  add_row(*vhost->record, rows);
  return list(call.request, ReadyRows(std::move(rows), "vhost"));
}

Answer done(const TopologyAnswer&) {
  return no_content();
}

Reply put_limit(Call& call) {
  auto body = JsonBody::parse(call.request);
  if (!body) return body.error();
  if (!call.vhost()) return not_found("vhost_not_found");
  const std::string& name = call.name("name");
  const json::value& value = body->any("value");
  if (!body->faults().any() && !value.is_int64()) {
    body->faults().report("/value",
                          json::string(validation_failed(not_a_number(name, value) + "\n")));
  }
  if (body->faults().any()) return bad_request(body->faults());
  return carry_out(call, SetVhostLimits{call.name("vhost"), {{name, value.get_int64()}}}, done);
}

Reply delete_limit(Call& call) {
  if (!call.vhost()) return no_such_object();
  return carry_out(call, SetVhostLimits{call.name("vhost"), {{call.name("name"), std::nullopt}}},
                   done);
}

}  // namespace

void add_vhost_limits(RouteTable& table) {
  table.add_without_head("/api/vhost-limits", {get(Need::kManagement, list_limits)});
  table.add_without_head("/api/vhost-limits/{vhost}",
                         {get(Need::kManagement, list_limits_of_vhost)});
  table.add("/api/vhost-limits/{vhost}/{name}",
            {put(Need::kAdministrator, put_limit), del(Need::kAdministrator, delete_limit)});
}

}  // namespace coney::management
