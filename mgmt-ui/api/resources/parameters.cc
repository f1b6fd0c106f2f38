#include <boost/json.hpp>

#include "broker/definitions/policy_json.h"
#include "mgmt-ui/api/body/json_body.h"
#include "mgmt-ui/api/listing/listing.h"
#include "mgmt-ui/api/resources/json_parts.h"
#include "mgmt-ui/api/resources/resources.h"
#include "mgmt-ui/api/resources/rows.h"

// Runtime parameters. Operator policies and limits of vhosts are no parameters in Coney, but they
// are listed as RabbitMQ lists them.

namespace coney::management {

namespace json = boost::json;

namespace {

constexpr std::string_view kLimits = "vhost-limits";
constexpr std::string_view kOperatorPolicy = "operator_policy";

json::object row(json::value value, const std::string& vhost, std::string_view component,
                 const std::string& name) {
  return {{"value", std::move(value)}, {"vhost", vhost}, {"component", component}, {"name", name}};
}

// `component` empty: every one.
void add_rows(const Vhost& vhost, std::string_view component, std::vector<json::object>& rows) {
  const auto wanted = [&](std::string_view one) { return component.empty() || one == component; };
  const std::string& name = vhost.record->name;
  if (wanted(kOperatorPolicy)) {
    for (const CompiledPolicy& policy : vhost.policies.operators) {
      rows.push_back(
          row(policy_to_json(*policy.record()), name, kOperatorPolicy, policy.record()->name));
    }
  }
  for (const auto& [key, record] : vhost.parameters) {
    if (wanted(key.first)) rows.push_back(parameter_row(*record));
  }
  json::object limits = limits_to_json(*vhost.record);
  if (wanted(kLimits) && !limits.empty()) {
    rows.push_back(row(std::move(limits), name, kLimits, "limits"));
  }
}

Reply list_all(Call& call, std::string_view component) {
  std::vector<json::object> rows;
  for (const Vhost* vhost : call.directory.vhosts()) {
    if (call.sees(vhost->record->name)) add_rows(*vhost, component, rows);
  }
  return list(call.request, std::move(rows));
}

Reply list_parameters(Call& call) {
  return list_all(call, "");
}

Reply list_component(Call& call) {
  return list_all(call, call.name("component"));
}

Reply list_component_of_vhost(Call& call) {
  const Vhost* vhost = call.vhost();
  if (!vhost) return no_such_object();
  std::vector<json::object> rows;
  add_rows(*vhost, call.name("component"), rows);
  return list(call.request, std::move(rows));
}

std::optional<json::object> row_of_path(const Call& call) {
  const Vhost* vhost = call.vhost();
  if (!vhost) return std::nullopt;
  std::vector<json::object> rows;
  add_rows(*vhost, call.name("component"), rows);
  for (json::object& one : rows) {
    if (one.at("name").as_string() == call.name("name")) return std::move(one);
  }
  return std::nullopt;
}

Reply show_parameter(Call& call) {
  auto found = row_of_path(call);
  return found ? show(call.request, std::move(*found)) : no_such_object();
}

Reply put_parameter(Call& call) {
  auto body = JsonBody::parse(call.request);
  if (!body) return body.error();
  const json::value& value = body->any("value");
  if (body->faults().any()) return bad_request(body->faults());
  return carry_out(call, PutParameter{{.vhost = call.name("vhost"),
                                       .component = call.name("component"),
                                       .name = call.name("name"),
                                       .value = json::serialize(value)}});
}

Reply delete_parameter(Call& call) {
  if (!row_of_path(call)) return no_such_object();
  return carry_out(call,
                   DeleteParameter{call.name("vhost"), call.name("component"), call.name("name")},
                   [](const TopologyAnswer&) { return no_content(); });
}

}  // namespace

void add_parameters(RouteTable& table) {
  table.add("/api/parameters", {get(Need::kPolicymaker, list_parameters)});
  table.add("/api/parameters/{component}", {get(Need::kPolicymaker, list_component)});
  table.add("/api/parameters/{component}/{vhost}",
            {get(Need::kPolicymaker, list_component_of_vhost)});
  table.add("/api/parameters/{component}/{vhost}/{name}",
            {get(Need::kPolicymaker, show_parameter), put(Need::kPolicymaker, put_parameter),
             del(Need::kPolicymaker, delete_parameter)});
}

}  // namespace coney::management
