#include <fmt/format.h>

#include "mgmt-ui/cli/command/user_lookup.h"
#include "mgmt-ui/cli/commands/commands.h"

namespace coney::cli {

namespace json = boost::json;

namespace {

Table table_of(std::string_view subject, std::vector<json::object> rows) {
  return {.columns = {std::string(subject), "configure", "write", "read"}, .rows = std::move(rows)};
}

json::object body_of(const Context& context) {
  return {{"configure", context.argument(1)},
          {"write", context.argument(2)},
          {"read", context.argument(3)}};
}

Outcome set_in(Context& context, std::string_view vhost) {
  const std::string& user = context.argument(0);
  auto set = context.node.put(api_path({"permissions", vhost, user}), body_of(context));
  if (!set) return explain_refusal(context, user, vhost, set.error());
  return Done{};
}

Outcome set_permissions(Context& context) {
  return set_in(context, context.vhost());
}

Outcome set_permissions_globally(Context& context) {
  auto vhosts = context.node.list("/api/vhosts");
  if (!vhosts) return vhosts.error();
  for (json::object& vhost : *vhosts) {
    Outcome set = set_in(context, vhost["name"].as_string());
    if (std::holds_alternative<Failure>(set)) return set;
  }
  return Done{};
}

Outcome clear_permissions(Context& context) {
  const std::string& user = context.argument(0);
  auto cleared = context.node.remove(api_path({"permissions", context.vhost(), user}));
  if (!cleared) return cleared.error();
  if (!*cleared) {  // there were none, or somebody who is not there has none
    auto known = get_vhost(context, context.vhost());
    if (!known) return known.error();
    known = get_user(context, user);
    if (!known) return known.error();
  }
  return Done{};
}

Outcome list_permissions(Context& context) {
  auto known = get_vhost(context, context.vhost());
  if (!known) return known.error();
  auto rows = context.node.list(api_path({"vhosts", context.vhost(), "permissions"}));
  if (!rows) return rows.error();
  return table_of("user", std::move(*rows));
}

Outcome list_user_permissions(Context& context) {
  auto known = get_user(context, context.argument(0));
  if (!known) return known.error();
  auto rows = context.node.list(api_path({"users", context.argument(0), "permissions"}));
  if (!rows) return rows.error();
  return table_of("vhost", std::move(*rows));
}

std::string announce_set(const Context& context) {
  return fmt::format("Setting permissions for user \"{}\" in vhost \"{}\" ...", context.argument(0),
                     context.vhost());
}
std::string announce_set_globally(const Context& context) {
  return fmt::format("Setting permissions for user \"{}\" in all virtual hosts ...",
                     context.argument(0));
}
std::string announce_clear(const Context& context) {
  return fmt::format("Clearing permissions for user \"{}\" in vhost \"{}\" ...",
                     context.argument(0), context.vhost());
}
std::string announce_list(const Context& context) {
  return fmt::format("Listing permissions for vhost \"{}\" ...", context.vhost());
}
std::string announce_list_user(const Context& context) {
  return fmt::format("Listing permissions for user \"{}\" ...", context.argument(0));
}

constexpr Command kCommands[] = {
    {.name = "clear_permissions",
     .usage = "[--vhost <vhost>] <username>",
     .help = "Revokes the permissions of a user in a virtual host",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = clear_permissions,
     .announce = announce_clear},
    {.name = "list_permissions",
     .usage = "[--vhost <vhost>] [--no-table-headers] [--timeout <timeout>]",
     .help = "Lists the permissions of users in a virtual host",
     .run = list_permissions,
     .announce = announce_list},
    {.name = "list_user_permissions",
     .usage = "[--no-table-headers] <username> [--timeout <timeout>]",
     .help = "Lists the permissions of a user in all virtual hosts",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = list_user_permissions,
     .announce = announce_list_user},
    {.name = "set_permissions",
     .usage = "[--vhost <vhost>] <username> <conf> <write> <read>",
     .help = "Sets the permissions of a user in a virtual host",
     .min_arguments = 4,
     .max_arguments = 4,
     .run = set_permissions,
     .announce = announce_set},
    {.name = "set_permissions_globally",
     .usage = "<username> <conf> <write> <read>",
     .help = "Sets the permissions of a user in all virtual hosts",
     .min_arguments = 4,
     .max_arguments = 4,
     .run = set_permissions_globally,
     .announce = announce_set_globally},
};

}  // namespace

std::span<const Command> permission_commands() {
  return kCommands;
}

}  // namespace coney::cli
