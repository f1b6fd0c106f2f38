#include <boost/json.hpp>

#include "mgmt-ui/api/listing/listing.h"
#include "mgmt-ui/api/resources/resources.h"

// Links of federation and shovels: none run here, whatever parameters say, and so the lists tell.

namespace coney::management {

namespace {

Reply list_none(Call& call) {
  return list(call.request, std::vector<boost::json::object>());
}

Reply list_none_of_vhost(Call& call) {
  return call.vhost() ? list_none(call) : no_such_object();
}

Reply restart_none(Call&) {
  return no_such_object();
}

}  // namespace

void add_federation(RouteTable& table) {
  table.add("/api/federation-links",
            {get(Need::kMonitoring, list_none), del(Need::kPolicymaker, restart_none)});
  table.add("/api/federation-links/{vhost}",
            {get(Need::kMonitoring, list_none_of_vhost), del(Need::kPolicymaker, restart_none)});
  table.add("/api/shovels", {get(Need::kMonitoring, list_none)});
  table.add("/api/shovels/{vhost}", {get(Need::kMonitoring, list_none_of_vhost)});
}

}  // namespace coney::management
