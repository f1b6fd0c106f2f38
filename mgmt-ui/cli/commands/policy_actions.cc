#include "mgmt-ui/cli/commands/policy_actions.h"

#include <fmt/format.h>

#include "mgmt-ui/cli/command/json_argument.h"
#include "mgmt-ui/cli/command/user_lookup.h"

namespace coney::cli {

namespace json = boost::json;

Outcome set_policy(Context& context, std::string_view resource) {
  auto definition = parse_json_argument(context.argument(2));
  if (!definition) return definition.error();
  const json::object body{
      {"pattern", context.argument(1)},
      {"definition", std::move(*definition)},
      {"priority", to_integer(context.arguments.text_or("priority", "0")).value_or(0)},
      {"apply-to", context.arguments.text_or("apply-to", "all")}};
  const std::string path = api_path({resource, context.vhost(), context.argument(0)});
  auto set = context.node.put(path, body);
  if (set) return Done{};
  auto known = get_vhost(context, context.vhost());
  return known ? set.error() : known.error();
}

Outcome clear_policy(Context& context, std::string_view resource) {
  auto removed = context.node.remove(api_path({resource, context.vhost(), context.argument(0)}));
  if (!removed) return removed.error();
  if (*removed) return Done{};
  return error(ExitCode::kUnavailable, "Parameter does not exist");
}

Outcome list_policies(Context& context, std::string_view resource) {
  auto found = context.node.find(api_path({resource, context.vhost()}));
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

std::string announce_set_policy(const Context& context, std::string_view what) {
  return fmt::format(
      "Setting {} \"{}\" for pattern \"{}\" to \"{}\" with priority \"{}\" for vhost \"{}\" ...",
      what, context.argument(0), context.argument(1), context.argument(2),
      context.arguments.text_or("priority", "0"), context.vhost());
}

std::optional<std::string> check_policy(const Arguments& arguments) {
  const std::string priority = arguments.text_or("priority", "0");
  if (to_integer(priority)) return std::nullopt;
  return "the priority is a whole number, not '" + priority + "'";
}

}  // namespace coney::cli
