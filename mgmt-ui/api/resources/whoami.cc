#include <boost/json.hpp>

#include "mgmt-ui/api/listing/listing.h"
#include "mgmt-ui/api/resources/json_parts.h"
#include "mgmt-ui/api/resources/resources.h"

namespace coney::management {

namespace json = boost::json;

namespace {

Reply show_caller(Call& call) {
  return show(call.request, caller_to_json(call.caller));
}

Reply show_version(Call& call) {
  return json_answer(json::string(call.config().server_version));
}

}  // namespace

void add_whoami(RouteTable& table) {
  table.add("/api/whoami", {get(Need::kManagement, show_caller)});
  table.add("/api/version", {get(Need::kNothing, show_version)});
}

}  // namespace coney::management
