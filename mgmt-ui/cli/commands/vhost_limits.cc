#include <fmt/format.h>

#include "mgmt-ui/cli/command/user_lookup.h"
#include "mgmt-ui/cli/commands/commands.h"
#include "mgmt-ui/cli/commands/limit_actions.h"

namespace coney::cli {

namespace json = boost::json;

namespace {

constexpr std::string_view kResource = "vhost-limits";
constexpr Option kListOptions[] = {{"global", 0, Option::Kind::kFlag}};

Outcome set(Context& context) {
  auto known = get_vhost(context, context.vhost());
  if (!known) return known.error();
  return set_limits(context, kResource, context.vhost(), context.argument(0));
}

Outcome clear(Context& context) {
  auto known = get_vhost(context, context.vhost());
  if (!known) return known.error();
  return clear_limits(context, kResource, context.vhost(), "all");
}

Outcome list_all(Context& context) {
  auto rows = context.node.list("/api/vhost-limits");
  if (!rows) return rows.error();
  Table table{.columns = {"vhost", "limits"}, .rows = {}};
  for (json::object& row : *rows) {
    table.rows.push_back({{"vhost", row["vhost"]}, {"limits", json::serialize(row["value"])}});
  }
  return table;
}

Outcome list(Context& context) {
  if (context.arguments.has("global")) return list_all(context);
  auto known = get_vhost(context, context.vhost());
  if (!known) return known.error();
  auto limits = get_limits(context, kResource, context.vhost());
  if (!limits) return limits.error();
  const std::string text = limits->is_null() ? "{}" : json::serialize(*limits);
  return Document{json::object{{"node", node_name(context)}, {"value", text}, {"result", "ok"}},
                  text};
}

std::string announce_set(const Context& context) {
  return fmt::format("Setting vhost limits to \"{}\" for vhost \"{}\" ...", context.argument(0),
                     context.vhost());
}
std::string announce_clear(const Context& context) {
  return fmt::format("Clearing vhost \"{}\" limits ...", context.vhost());
}
std::string announce_list(const Context& context) {
  if (context.arguments.has("global")) return "Listing limits for all vhosts ...";
  return fmt::format("Listing limits for vhost \"{}\" ...", context.vhost());
}

constexpr Command kCommands[] = {
    {.name = "clear_vhost_limits",
     .usage = "[--vhost <vhost>]",
     .help = "Clears the limits of a virtual host",
     .run = clear,
     .announce = announce_clear},
    {.name = "list_vhost_limits",
     .usage = "[--vhost <vhost>] [--global] [--no-table-headers]",
     .help = "Shows the limits of a virtual host, or of all",
     .run = list,
     .announce = announce_list,
     .options = kListOptions},
    {.name = "set_vhost_limits",
     .usage = "[--vhost <vhost>] <definition>",
     .help = "Sets limits of a virtual host: {\"max-connections\": 10, \"max-queues\": 10}",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = set,
     .announce = announce_set},
};

}  // namespace

std::span<const Command> vhost_limit_commands() {
  return kCommands;
}

}  // namespace coney::cli
