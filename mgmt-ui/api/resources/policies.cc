#include <boost/json.hpp>

#include "broker/definitions/policy_json.h"
#include "mgmt-ui/api/body/json_body.h"
#include "mgmt-ui/api/listing/record_rows.h"
#include "mgmt-ui/api/resources/resources.h"
#include "mgmt-ui/api/resources/rows.h"

// Policies and operator policies: the same but for their paths and who may write them.

namespace coney::management {

namespace json = boost::json;

namespace {

using Records = std::vector<PolicyPtr>;

void add_records(const Vhost& vhost, bool is_operator, Records& records) {
  for (const CompiledPolicy& policy : vhost.policies.list(is_operator)) {
    records.push_back(policy.record());
  }
}

template <bool is_operator>
Reply list_policies(Call& call) {
  Records records;
  for (const Vhost* vhost : call.directory.vhosts()) {
    if (call.sees(vhost->record->name)) add_records(*vhost, is_operator, records);
  }
  return list_records(call.request, std::move(records), policy_row, &PolicyRecord::name);
}

template <bool is_operator>
Reply list_policies_of_vhost(Call& call) {
  const Vhost* vhost = call.vhost();
  if (!vhost) return no_such_object();
  Records records;
  add_records(*vhost, is_operator, records);
  return list_records(call.request, std::move(records), policy_row, &PolicyRecord::name);
}

const PolicyPtr* policy_of(const Call& call, bool is_operator) {
  const Vhost* vhost = call.vhost();
  return vhost ? vhost->policies.list(is_operator).find(call.name("name")) : nullptr;
}

template <bool is_operator>
Reply show_policy(Call& call) {
  const PolicyPtr* policy = policy_of(call, is_operator);
  return policy ? show(call.request, policy_row(**policy)) : no_such_object();
}

template <bool is_operator>
Reply put_policy(Call& call) {
  auto body = JsonBody::parse(call.request);
  if (!body) return body.error();
  if (!call.vhost()) return not_found("vhost_not_found");
  for (std::string_view key : {"pattern", "definition"}) body->any(key);
  if (body->faults().any()) return bad_request(body->faults());
  PolicyRecord named{
      .vhost = call.name("vhost"), .is_operator = is_operator, .name = call.name("name")};
  auto policy = policy_from_json(body->object(), std::move(named));
  if (!policy) return bad_request(json::string(policy.error().reason));
  return carry_out(call, PutPolicy{std::move(*policy)});
}

template <bool is_operator>
Reply delete_policy(Call& call) {
  if (!policy_of(call, is_operator)) return no_such_object();
  return carry_out(call, DeletePolicy{call.name("vhost"), is_operator, call.name("name")},
                   [](const TopologyAnswer&) { return no_content(); });
}

}  // namespace

void add_policies(RouteTable& table) {
  table.add("/api/policies", {get(Need::kManagement, list_policies<false>)});
  table.add("/api/policies/{vhost}", {get(Need::kManagement, list_policies_of_vhost<false>)});
  table.add("/api/policies/{vhost}/{name}",
            {get(Need::kManagement, show_policy<false>), put(Need::kPolicymaker, put_policy<false>),
             del(Need::kPolicymaker, delete_policy<false>)});
  table.add("/api/operator-policies", {get(Need::kManagement, list_policies<true>)});
  table.add("/api/operator-policies/{vhost}",
            {get(Need::kManagement, list_policies_of_vhost<true>)});
  table.add("/api/operator-policies/{vhost}/{name}",
            {get(Need::kManagement, show_policy<true>), put(Need::kAdministrator, put_policy<true>),
             del(Need::kAdministrator, delete_policy<true>)});
}

}  // namespace coney::management
