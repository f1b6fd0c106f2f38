#include <boost/json.hpp>

#include "mgmt-ui/api/body/json_body.h"
#include "mgmt-ui/api/listing/listing.h"
#include "mgmt-ui/api/resources/json_parts.h"
#include "mgmt-ui/api/resources/resources.h"

// The cluster's name is the global parameter cluster_name, else the configured one.

namespace coney::management {

namespace json = boost::json;

namespace {

constexpr const char* kParameter = "cluster_name";

Reply show_name(Call& call) {
  return show(call.request, {{"name", cluster_name(call)}});
}

Reply put_name(Call& call) {
  auto body = JsonBody::parse(call.request);
  if (!body) return body.error();
  const std::string name = body->text("name");
  if (body->faults().any()) return bad_request(body->faults());
  return carry_out(call, PutGlobalParameter{{kParameter, json::serialize(json::string(name))}},
                   [](const TopologyAnswer&) { return no_content(); });
}

}  // namespace

std::string cluster_name(const Call& call) {
  const auto& parameters = call.catalog().global_parameters();
  auto found = parameters.find(kParameter);
  const json::value value =
      found == parameters.end() ? json::value() : stored_json(found->second->value);
  return value.is_string() ? std::string(value.get_string()) : call.config().cluster_name;
}

void add_cluster_name(RouteTable& table) {
  table.add("/api/cluster-name",
            {get(Need::kManagement, show_name), put(Need::kAdministrator, put_name)});
}

}  // namespace coney::management
