#include <boost/json.hpp>

#include "mgmt-ui/api/body/json_body.h"
#include "mgmt-ui/api/listing/listing.h"
#include "mgmt-ui/api/resources/resources.h"
#include "mgmt-ui/api/resources/rows.h"

namespace coney::management {

namespace json = boost::json;

namespace {

Reply list_parameters(Call& call) {
  std::vector<json::object> rows;
  for (const auto& [name, record] : call.catalog().global_parameters()) {
    rows.push_back(global_parameter_row(*record));
  }
  return list(call.request, std::move(rows));
}

const GlobalParameterRecord* parameter_of(const Call& call) {
  const auto& parameters = call.catalog().global_parameters();
  auto found = parameters.find(call.name("name"));
  return found == parameters.end() ? nullptr : found->second.get();
}

Reply show_parameter(Call& call) {
  const GlobalParameterRecord* record = parameter_of(call);
  return record ? show(call.request, global_parameter_row(*record)) : no_such_object();
}

Reply put_parameter(Call& call) {
  auto body = JsonBody::parse(call.request);
  if (!body) return body.error();
  const json::value& value = body->any("value");
  if (body->faults().any()) return bad_request(body->faults());
  return carry_out(call, PutGlobalParameter{{call.name("name"), json::serialize(value)}});
}

Reply delete_parameter(Call& call) {
  if (!parameter_of(call)) return no_such_object();
  return carry_out(call, DeleteGlobalParameter{call.name("name")},
                   [](const TopologyAnswer&) { return no_content(); });
}

}  // namespace

void add_global_parameters(RouteTable& table) {
  table.add("/api/global-parameters", {get(Need::kPolicymaker, list_parameters)});
  table.add("/api/global-parameters/{name}",
            {get(Need::kPolicymaker, show_parameter), put(Need::kPolicymaker, put_parameter),
             del(Need::kPolicymaker, delete_parameter)});
}

}  // namespace coney::management
