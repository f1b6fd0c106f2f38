#include <fmt/format.h>

#include "mgmt-ui/api/http/request.h"
#include "mgmt-ui/cli/command/user_lookup.h"
#include "mgmt-ui/cli/commands/commands.h"

namespace coney::cli {

namespace json = boost::json;

namespace {

Outcome set_permissions(Context& context) {
  const std::string& user = context.argument(0);
  const json::object body{{"exchange", context.argument(1)},
                          {"write", context.argument(2)},
                          {"read", context.argument(3)}};
  auto set = context.node.put(api_path({"topic-permissions", context.vhost(), user}), body);
  if (!set) return explain_refusal(context, user, context.vhost(), set.error());
  return Done{};
}

// Of every exchange when none is named.
Outcome clear_permissions(Context& context) {
  std::string path = api_path({"topic-permissions", context.vhost(), context.argument(0)});
  if (context.count() > 1) {
    path += "?exchange=" + management::percent_encode(context.argument(1));
  }
  auto cleared = context.node.remove(path);
  if (!cleared) return cleared.error();
  if (!*cleared) {
    auto known = get_vhost(context, context.vhost());
    if (!known) return known.error();
    known = get_user(context, context.argument(0));
    if (!known) return known.error();
  }
  return Done{};
}

Outcome list_permissions(Context& context) {
  auto known = get_vhost(context, context.vhost());
  if (!known) return known.error();
  auto rows = context.node.list(api_path({"vhosts", context.vhost(), "topic-permissions"}));
  if (!rows) return rows.error();
  return Table{.columns = {"user", "exchange", "write", "read"}, .rows = std::move(*rows)};
}

// As RabbitMQ's, without a header.
Outcome list_user_permissions(Context& context) {
  auto known = get_user(context, context.argument(0));
  if (!known) return known.error();
  auto rows = context.node.list(api_path({"users", context.argument(0), "topic-permissions"}));
  if (!rows) return rows.error();
  return Table{
      .columns = {"vhost", "exchange", "write", "read"}, .rows = std::move(*rows), .headed = false};
}

std::string announce_set(const Context& context) {
  return fmt::format("Setting topic permissions on \"{}\" for user \"{}\" in vhost \"{}\" ...",
                     context.argument(1), context.argument(0), context.vhost());
}
std::string announce_clear(const Context& context) {
  const std::string on =
      context.count() > 1 ? fmt::format(" on \"{}\"", context.argument(1)) : std::string();
  return fmt::format("Clearing topic permissions{} for user \"{}\" in vhost \"{}\" ...", on,
                     context.argument(0), context.vhost());
}
std::string announce_list(const Context& context) {
  return fmt::format("Listing topic permissions for vhost \"{}\" ...", context.vhost());
}
std::string announce_list_user(const Context& context) {
  return fmt::format("Listing topic permissions for user \"{}\" ...", context.argument(0));
}

constexpr Command kCommands[] = {
    {.name = "clear_topic_permissions",
     .usage = "[--vhost <vhost>] <username> [<exchange>]",
     .help = "Clears the topic permissions of a user for an exchange, or for all",
     .min_arguments = 1,
     .max_arguments = 2,
     .run = clear_permissions,
     .announce = announce_clear},
    {.name = "list_topic_permissions",
     .usage = "[--vhost <vhost>] [--no-table-headers] [--timeout <timeout>]",
     .help = "Lists the topic permissions in a virtual host",
     .run = list_permissions,
     .announce = announce_list},
    {.name = "list_user_topic_permissions",
     .usage = "[--no-table-headers] <username> [--timeout <timeout>]",
     .help = "Lists the topic permissions of a user",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = list_user_permissions,
     .announce = announce_list_user},
    {.name = "set_topic_permissions",
     .usage = "[--vhost <vhost>] <username> <exchange> <write> <read>",
     .help = "Sets the topic permissions of a user for an exchange",
     .min_arguments = 4,
     .max_arguments = 4,
     .run = set_permissions,
     .announce = announce_set},
};

}  // namespace

std::span<const Command> topic_permission_commands() {
  return kCommands;
}

}  // namespace coney::cli
