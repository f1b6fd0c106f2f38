#include <boost/json.hpp>

#include "mgmt-ui/api/resources/built_in_plugins.h"
#include "mgmt-ui/api/resources/resources.h"

// RabbitMQ's plugins by name, for tools that look for them: what they do is built in, or it is not
// there at all.

namespace coney::management {

namespace json = boost::json;

namespace {

Reply list_plugins(Call& call) {
  json::array plugins;
  for (const KnownPlugin& plugin : known_plugins()) {
    plugins.push_back(json::object{{"name", plugin.name},
                                   {"version", call.config().server_version},
                                   {"built_in", plugin.built_in}});
  }
  return json_answer(plugins);
}

}  // namespace

void add_plugins(RouteTable& table) {
  table.add("/api/coney/plugins", {get(Need::kManagement, list_plugins)});
}

}  // namespace coney::management
