#include <algorithm>
#include <boost/json.hpp>
#include <tuple>

#include "mgmt-ui/api/body/json_body.h"
#include "mgmt-ui/api/listing/record_rows.h"
#include "mgmt-ui/api/resources/invalid_pattern.h"
#include "mgmt-ui/api/resources/resources.h"
#include "mgmt-ui/api/resources/rows.h"

namespace coney::management {

namespace json = boost::json;

namespace {

Reply list_permissions(Call& call) {
  std::vector<std::shared_ptr<const PermissionRecord>> records;
  for (const User* user : call.directory.users()) {
    for (const auto& [vhost, permissions] : user->permissions) {
      records.push_back(permissions.record);
    }
  }
  std::ranges::sort(records, {}, [](const auto& one) { return std::tie(one->vhost, one->user); });
  return list_records(call.request, std::move(records), permission_row, &PermissionRecord::user);
}

Reply show_permissions(Call& call) {
  const auto record = call.catalog().find_permission(call.name("user"), call.name("vhost"));
  return record ? show(call.request, permission_row(*record)) : no_such_object();
}

Answer answer_to_put(const TopologyAnswer& answer) {
  if (!answer.refused) return answer.error ? refusal_answer(answer) : put_answer(answer.existed);
  using Kind = Refusal::Kind;
  const Refusal& refusal = *answer.refused;
  if (refusal.kind == Kind::kNoVhost || refusal.kind == Kind::kNoUser) {
    return bad_request("vhost_or_user_not_found");
  }
  // RabbitMQ prints the expression as a list of characters here.
  if (refusal.kind == Kind::kInvalidPattern) {
    return invalid_pattern(character_list(refusal.subject), refusal);
  }
  return refusal_answer(answer);
}

Reply put_permissions(Call& call) {
  auto body = JsonBody::parse(call.request);
  if (!body) return body.error();
  PermissionRecord record{.user = call.name("user"), .vhost = call.name("vhost")};
  record.configure = body->text("configure");
  record.write = body->text("write");
  record.read = body->text("read");
  if (body->faults().any()) return bad_request(body->faults());
  return submit(call, SetPermissions{std::move(record)}, answer_to_put);
}

Reply delete_permissions(Call& call) {
  if (!call.catalog().find_permission(call.name("user"), call.name("vhost"))) {
    return no_such_object();
  }
  return carry_out(call, ClearPermissions{call.name("user"), call.name("vhost")},
                   [](const TopologyAnswer&) { return no_content(); });
}

}  // namespace

void add_permissions(RouteTable& table) {
  table.add("/api/permissions", {get(Need::kAdministrator, list_permissions)});
  table.add("/api/permissions/{vhost}/{user}", {get(Need::kAdministrator, show_permissions),
                                                put(Need::kAdministrator, put_permissions),
                                                del(Need::kAdministrator, delete_permissions)});
}

}  // namespace coney::management
