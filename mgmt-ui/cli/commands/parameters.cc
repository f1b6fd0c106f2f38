#include <fmt/format.h>

#include "mgmt-ui/cli/command/json_argument.h"
#include "mgmt-ui/cli/command/user_lookup.h"
#include "mgmt-ui/cli/commands/commands.h"

namespace coney::cli {

namespace json = boost::json;

namespace {

std::string parameter_path(const Context& context) {
  return api_path({"parameters", context.argument(0), context.vhost(), context.argument(1)});
}

Outcome set_parameter(Context& context) {
  auto value = parse_json_argument(context.argument(2));
  if (!value) return value.error();
  auto set = context.node.put(parameter_path(context), json::object{{"value", *value}});
  if (set) return Done{};
  auto known = get_vhost(context, context.vhost());
  return known ? set.error() : known.error();
}

Outcome clear_parameter(Context& context) {
  auto removed = context.node.remove(parameter_path(context));
  if (!removed) return removed.error();
  if (*removed) return Done{};
  return error(ExitCode::kUnavailable, "Parameter does not exist");
}

Outcome list_parameters(Context& context) {
  auto known = get_vhost(context, context.vhost());
  if (!known) return known.error();
  auto rows = context.node.list("/api/parameters");
  if (!rows) return rows.error();
  Table table{.columns = {"component", "name", "value"}, .rows = {}};
  for (json::object& row : *rows) {
    if (row["vhost"] != json::string(context.vhost())) continue;
    row["value"] = json::serialize(row["value"]);
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::string announce_set(const Context& context) {
  return fmt::format(
      "Setting runtime parameter \"{}\" for component \"{}\" to \"{}\" in vhost \"{}\" ...",
      context.argument(1), context.argument(0), context.argument(2), context.vhost());
}
std::string announce_clear(const Context& context) {
  return fmt::format("Clearing runtime parameter \"{}\" for component \"{}\" on vhost \"{}\" ...",
                     context.argument(1), context.argument(0), context.vhost());
}
std::string announce_list(const Context& context) {
  return fmt::format("Listing runtime parameters for vhost \"{}\" ...", context.vhost());
}

constexpr Command kCommands[] = {
    {.name = "clear_parameter",
     .usage = "[--vhost <vhost>] <component_name> <name>",
     .help = "Clears a runtime parameter",
     .min_arguments = 2,
     .max_arguments = 2,
     .run = clear_parameter,
     .announce = announce_clear},
    {.name = "list_parameters",
     .usage = "[--vhost <vhost>] [--no-table-headers] [--timeout <timeout>]",
     .help = "Lists the runtime parameters of a virtual host",
     .run = list_parameters,
     .announce = announce_list},
    {.name = "set_parameter",
     .usage = "[--vhost <vhost>] <component_name> <name> <value>",
     .help = "Sets a runtime parameter",
     .min_arguments = 3,
     .max_arguments = 3,
     .run = set_parameter,
     .announce = announce_set},
};

}  // namespace

std::span<const Command> parameter_commands() {
  return kCommands;
}

}  // namespace coney::cli
