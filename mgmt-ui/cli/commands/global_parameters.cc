#include <fmt/format.h>

#include "mgmt-ui/cli/command/json_argument.h"
#include "mgmt-ui/cli/commands/commands.h"

namespace coney::cli {

namespace json = boost::json;

namespace {

std::string parameter_path(const Context& context) {
  return api_path({"global-parameters", context.argument(0)});
}

Outcome set_parameter(Context& context) {
  auto value = parse_json_argument(context.argument(1));
  if (!value) return value.error();
  auto set = context.node.put(parameter_path(context), json::object{{"value", *value}});
  if (!set) return set.error();
  return Done{};
}

Outcome clear_parameter(Context& context) {
  auto removed = context.node.remove(parameter_path(context));
  if (!removed) return removed.error();
  if (*removed) return Done{};
  return error(ExitCode::kUnavailable, "Parameter does not exist");
}

Outcome list_parameters(Context& context) {
  auto rows = context.node.list("/api/global-parameters");
  if (!rows) return rows.error();
  for (json::object& row : *rows) row["value"] = json::serialize(row["value"]);
  return Table{.columns = {"name", "value"}, .rows = std::move(*rows)};
}

Outcome set_cluster_name(Context& context) {
  auto set = context.node.put("/api/cluster-name", json::object{{"name", context.argument(0)}});
  if (!set) return set.error();
  return Done{};
}

std::string announce_set(const Context& context) {
  return fmt::format("Setting global runtime parameter \"{}\" to \"{}\" ...", context.argument(0),
                     context.argument(1));
}
std::string announce_clear(const Context& context) {
  return fmt::format("Clearing global runtime parameter \"{}\" ...", context.argument(0));
}
std::string announce_list(const Context&) {
  return "Listing global runtime parameters ...";
}
std::string announce_cluster_name(const Context& context) {
  return fmt::format("Setting cluster name to {} ...", context.argument(0));
}

constexpr Command kCommands[] = {
    {.name = "clear_global_parameter",
     .usage = "<name>",
     .help = "Clears a global runtime parameter",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = clear_parameter,
     .announce = announce_clear},
    {.name = "list_global_parameters",
     .usage = "[--no-table-headers] [--timeout <timeout>]",
     .help = "Lists the global runtime parameters",
     .run = list_parameters,
     .announce = announce_list},
    {.name = "set_cluster_name",
     .usage = "<name>",
     .help = "Sets the name of the cluster",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = set_cluster_name,
     .announce = announce_cluster_name},
    {.name = "set_global_parameter",
     .usage = "<name> <value>",
     .help = "Sets a global runtime parameter",
     .min_arguments = 2,
     .max_arguments = 2,
     .run = set_parameter,
     .announce = announce_set},
};

}  // namespace

std::span<const Command> global_parameter_commands() {
  return kCommands;
}

}  // namespace coney::cli
