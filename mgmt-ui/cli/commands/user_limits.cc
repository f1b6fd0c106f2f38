#include <fmt/format.h>

#include "mgmt-ui/cli/command/user_lookup.h"
#include "mgmt-ui/cli/commands/commands.h"
#include "mgmt-ui/cli/commands/limit_actions.h"

namespace coney::cli {

namespace json = boost::json;

namespace {

constexpr std::string_view kResource = "user-limits";
constexpr Option kListOptions[] = {{"user"}, {"global", 0, Option::Kind::kFlag}};

Outcome set(Context& context) {
  auto known = get_user(context, context.argument(0));
  if (!known) return known.error();
  return set_limits(context, kResource, context.argument(0), context.argument(1));
}

Outcome clear(Context& context) {
  auto known = get_user(context, context.argument(0));
  if (!known) return known.error();
  return clear_limits(context, kResource, context.argument(0), context.argument(1));
}

Outcome list_all(Context& context) {
  auto rows = context.node.list("/api/user-limits");
  if (!rows) return rows.error();
  Table table{.columns = {"user", "limits"}, .rows = {}};
  for (json::object& row : *rows) {
    table.rows.push_back({{"user", row["user"]}, {"limits", json::serialize(row["value"])}});
  }
  return table;
}

Outcome list(Context& context) {
  const auto user = context.arguments.text("user");
  if (!user) return list_all(context);
  auto known = get_user(context, *user);
  if (!known) return known.error();
  auto limits = get_limits(context, kResource, *user);
  if (!limits) return limits.error();
  return Message{limits->is_null() ? "{}" : json::serialize(*limits)};
}

std::string announce_set(const Context& context) {
  return fmt::format("Setting user limits to \"{}\" for user \"{}\" ...", context.argument(1),
                     context.argument(0));
}
std::string announce_clear(const Context& context) {
  if (context.argument(1) == "all") {
    return fmt::format("Clearing all limits for user \"{}\" ...", context.argument(0));
  }
  return fmt::format("Clearing \"{}\" limit for user \"{}\" ...", context.argument(1),
                     context.argument(0));
}
std::string announce_list(const Context& context) {
  const auto user = context.arguments.text("user");
  if (!user) return "Listing limits for all users ...";
  return fmt::format("Listing limits for user \"{}\" ...", *user);
}

constexpr Command kCommands[] = {
    {.name = "clear_user_limits",
     .usage = "<username> <limit_type> | all",
     .help = "Clears a limit of a user, or all of them",
     .min_arguments = 2,
     .max_arguments = 2,
     .run = clear,
     .announce = announce_clear},
    {.name = "list_user_limits",
     .usage = "[--user <username>] [--global]",
     .help = "Shows the limits of a user, or of all",
     .run = list,
     .announce = announce_list,
     .options = kListOptions},
    {.name = "set_user_limits",
     .usage = "<username> <definition>",
     .help = "Sets limits of a user: {\"max-connections\": 10, \"max-channels\": 100}",
     .min_arguments = 2,
     .max_arguments = 2,
     .run = set,
     .announce = announce_set},
};

}  // namespace

std::span<const Command> user_limit_commands() {
  return kCommands;
}

}  // namespace coney::cli
