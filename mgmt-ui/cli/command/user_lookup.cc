#include "mgmt-ui/cli/command/user_lookup.h"

#include <fmt/format.h>

namespace coney::cli {

namespace json = boost::json;

Failure no_such_user(std::string_view name) {
  return error(ExitCode::kNoUser, fmt::format("User {} does not exist", name));
}

Failure no_such_vhost(std::string_view name) {
  return error(ExitCode::kUnavailable, fmt::format("Virtual host {} does not exist", name));
}

Result<json::object> get_user(Context& context, std::string_view name) {
  auto user = context.node.find(api_path({"users", name}));
  if (!user) return user.error();
  if (!user->is_object()) return no_such_user(name);
  return user->get_object();
}

Result<json::object> get_vhost(Context& context, std::string_view name) {
  auto vhost = context.node.find(api_path({"vhosts", name}));
  if (!vhost) return vhost.error();
  if (!vhost->is_object()) return no_such_vhost(name);
  return vhost->get_object();
}

Failure explain_refusal(Context& context, std::string_view user, std::string_view vhost,
                        Failure otherwise) {
  auto found_vhost = get_vhost(context, vhost);
  if (!found_vhost) return found_vhost.error();
  auto found_user = get_user(context, user);
  if (!found_user) return found_user.error();
  return otherwise;
}

}  // namespace coney::cli
