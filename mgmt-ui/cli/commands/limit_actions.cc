#include "mgmt-ui/cli/commands/limit_actions.h"

#include "mgmt-ui/cli/command/json_argument.h"

namespace coney::cli {

namespace json = boost::json;

Outcome set_limits(Context& context, std::string_view resource, std::string_view of,
                   std::string_view text) {
  auto definition = parse_json_argument(text);
  if (!definition) return definition.error();
  if (!definition->is_object()) {
    return error(ExitCode::kDataError, "the limits are a JSON object: {\"max-connections\": 10}");
  }
  for (const auto& [name, value] : definition->get_object()) {
    auto set = context.node.put(api_path({resource, of, std::string_view(name)}),
                                json::object{{"value", value}});
    if (!set) return set.error();
  }
  return Done{};
}

Result<json::value> get_limits(Context& context, std::string_view resource, std::string_view of) {
  auto rows = context.node.list(api_path({resource, of}));
  if (!rows) return rows.error();
  if (rows->empty()) return json::value();
  return rows->front()["value"];
}

Outcome clear_limits(Context& context, std::string_view resource, std::string_view of,
                     std::string_view name) {
  auto limits = get_limits(context, resource, of);
  if (!limits) return limits.error();
  if (!limits->is_object()) return Done{};
  for (const auto& [key, value] : limits->get_object()) {
    if (name != "all" && name != std::string_view(key)) continue;
    auto removed = context.node.remove(api_path({resource, of, std::string_view(key)}));
    if (!removed) return removed.error();
  }
  return Done{};
}

}  // namespace coney::cli
