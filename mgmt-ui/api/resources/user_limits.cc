#include <boost/json.hpp>

#include "mgmt-ui/api/body/json_body.h"
#include "mgmt-ui/api/listing/listing.h"
#include "mgmt-ui/api/resources/json_parts.h"
#include "mgmt-ui/api/resources/limit_value.h"
#include "mgmt-ui/api/resources/resources.h"

namespace coney::management {

namespace json = boost::json;

namespace {

void add_row(const UserRecord& user, std::vector<json::object>& rows) {
  json::object limits = limits_to_json(user);
  if (!limits.empty()) rows.push_back({{"user", user.name}, {"value", std::move(limits)}});
}

Reply list_limits(Call& call) {
  std::vector<json::object> rows;
  for (const User* user : call.directory.users()) add_row(*user->record, rows);
  return list(call.request, ReadyRows(std::move(rows), "user"));
}

Reply list_limits_of_user(Call& call) {
  const User* user = call.directory.find_user(call.name("user"));
  if (!user) return no_such_object();
  std::vector<json::object> rows;
  add_row(*user->record, rows);
  return list(call.request, ReadyRows(std::move(rows), "user"));
}

Answer done(const TopologyAnswer&) {
  return no_content();
}

Reply put_limit(Call& call) {
  auto body = JsonBody::parse(call.request);
  if (!body) return body.error();
  const std::string& name = call.name("name");
  const json::value& value = body->any("value");
  if (!body->faults().any() && !value.is_int64()) {
    body->faults().report("/value", json::string(not_a_number(name, value)));
  }
  if (body->faults().any()) return bad_request(body->faults());
  return carry_out(call, SetUserLimits{call.name("user"), {{name, value.get_int64()}}}, done);
}

Reply delete_limit(Call& call) {
  if (!call.directory.find_user(call.name("user"))) return no_such_object();
  return carry_out(call, SetUserLimits{call.name("user"), {{call.name("name"), std::nullopt}}},
                   done);
}

}  // namespace

void add_user_limits(RouteTable& table) {
  table.add_without_head("/api/user-limits", {get(Need::kAdministrator, list_limits)});
  table.add_without_head("/api/user-limits/{user}",
                         {get(Need::kAdministrator, list_limits_of_user)});
  table.add("/api/user-limits/{user}/{name}",
            {put(Need::kAdministrator, put_limit), del(Need::kAdministrator, delete_limit)});
}

}  // namespace coney::management
