#include <boost/json.hpp>

#include "mgmt-ui/api/listing/listing.h"
#include "mgmt-ui/api/resources/resources.h"
#include "mgmt-ui/api/resources/rows.h"

// What the caller may do in which vhost, for programs that show nobody what would be refused.

namespace coney::management {

namespace json = boost::json;

namespace {

json::object everything_in(const std::string& user, const std::string& vhost) {
  return permission_row(
      {.user = user, .vhost = vhost, .configure = ".*", .write = ".*", .read = ".*"});
}

Reply list_own_permissions(Call& call) {
  const User* user = call.directory.find_user(call.caller.name);
  std::vector<json::object> rows;
  for (const Vhost* vhost : call.directory.vhosts()) {
    const std::string& name = vhost->record->name;
    if (call.caller.is_local) {
      rows.push_back(everything_in(call.caller.name, name));
    } else if (user) {
      auto found = user->permissions.find(name);
      if (found != user->permissions.end()) rows.push_back(permission_row(*found->second.record));
    }
  }
  return list(call.request, ReadyRows(std::move(rows), "vhost"));
}

}  // namespace

void add_own_permissions(RouteTable& table) {
  table.add("/api/whoami/permissions", {get(Need::kManagement, list_own_permissions)});
}

}  // namespace coney::management
