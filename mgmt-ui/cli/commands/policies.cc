#include <fmt/format.h>

#include "mgmt-ui/cli/command/json_argument.h"
#include "mgmt-ui/cli/command/user_lookup.h"
#include "mgmt-ui/cli/commands/commands.h"

// Policies, and operator policies, which are the same under other names.

namespace coney::cli {

namespace json = boost::json;

namespace {

struct Kind {
  std::string_view resource;  // in paths
  std::string_view clear, list, set;
  std::string_view clear_help, list_help, set_help;
  std::string_view cleared, listed, changed;  // in what is said before
};

constexpr Kind kPolicies{
    .resource = "policies",
    .clear = "clear_policy",
    .list = "list_policies",
    .set = "set_policy",
    .clear_help = "Removes a policy",
    .list_help = "Lists the policies of a virtual host",
    .set_help = "Sets or replaces a policy",
    .cleared = "policy",
    .listed = "policies",
    .changed = "policy",
};
constexpr Kind kOperatorPolicies{
    .resource = "operator-policies",
    .clear = "clear_operator_policy",
    .list = "list_operator_policies",
    .set = "set_operator_policy",
    .clear_help = "Removes an operator policy",
    .list_help = "Lists the operator policies of a virtual host",
    .set_help = "Sets or replaces an operator policy, which overrides part of users' policies",
    .cleared = "operator policy",
    .listed = "operator policy overrides",
    .changed = "operator policy override",
};

constexpr Option kOptions[] = {{"priority"}, {"apply-to"}};

template <const Kind& kind>
Outcome set(Context& context) {
  auto definition = parse_json_argument(context.argument(2));
  if (!definition) return definition.error();
  const json::object body{
      {"pattern", context.argument(1)},
      {"definition", std::move(*definition)},
      {"priority", to_integer(context.arguments.text_or("priority", "0")).value_or(0)},
      {"apply-to", context.arguments.text_or("apply-to", "all")}};
  const std::string path = api_path({kind.resource, context.vhost(), context.argument(0)});
  auto set = context.node.put(path, body);
  if (set) return Done{};
  auto known = get_vhost(context, context.vhost());
  return known ? set.error() : known.error();
}

template <const Kind& kind>
Outcome clear(Context& context) {
  auto removed =
      context.node.remove(api_path({kind.resource, context.vhost(), context.argument(0)}));
  if (!removed) return removed.error();
  if (*removed) return Done{};
  return error(ExitCode::kUnavailable, "Parameter does not exist");
}

template <const Kind& kind>
Outcome list(Context& context) {
  auto found = context.node.find(api_path({kind.resource, context.vhost()}));
  if (!found) return found.error();
  Table table{.columns = {"vhost", "name", "pattern", "apply-to", "definition", "priority"},
              .rows = {}};
  if (found->is_null()) return no_such_vhost(context.vhost());
  for (json::value& row : found->as_array()) {
    json::object& policy = row.as_object();
    policy["definition"] = json::serialize(policy["definition"]);
    table.rows.push_back(std::move(policy));
  }
  return table;
}

template <const Kind& kind>
std::string announce_set(const Context& context) {
  return fmt::format(
      "Setting {} \"{}\" for pattern \"{}\" to \"{}\" with priority \"{}\" for vhost \"{}\" ...",
      kind.changed, context.argument(0), context.argument(1), context.argument(2),
      context.arguments.text_or("priority", "0"), context.vhost());
}
template <const Kind& kind>
std::string announce_clear(const Context& context) {
  return fmt::format("Clearing {} \"{}\" on vhost \"{}\" ...", kind.cleared, context.argument(0),
                     context.vhost());
}
template <const Kind& kind>
std::string announce_list(const Context& context) {
  return fmt::format("Listing {} for vhost \"{}\" ...", kind.listed, context.vhost());
}

std::optional<std::string> check_priority(const Arguments& arguments) {
  const std::string priority = arguments.text_or("priority", "0");
  if (to_integer(priority)) return std::nullopt;
  return "the priority is a whole number, not '" + priority + "'";
}

template <const Kind& kind>
constexpr Command kCommands[] = {
    {.name = kind.clear,
     .usage = "[--vhost <vhost>] <name>",
     .help = kind.clear_help,
     .min_arguments = 1,
     .max_arguments = 1,
     .run = clear<kind>,
     .announce = announce_clear<kind>},
    {.name = kind.list,
     .usage = "[--vhost <vhost>] [--no-table-headers] [--timeout <timeout>]",
     .help = kind.list_help,
     .run = list<kind>,
     .announce = announce_list<kind>},
    {.name = kind.set,
     .usage = "[--vhost <vhost>] [--priority <priority>] [--apply-to <apply-to>] <name> <pattern> "
              "<definition>",
     .help = kind.set_help,
     .min_arguments = 3,
     .max_arguments = 3,
     .run = set<kind>,
     .announce = announce_set<kind>,
     .options = kOptions,
     .check = check_priority},
};

}  // namespace

std::span<const Command> policy_commands() {
  return kCommands<kPolicies>;
}
std::span<const Command> operator_policy_commands() {
  return kCommands<kOperatorPolicies>;
}

}  // namespace coney::cli
