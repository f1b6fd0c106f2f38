#include <fmt/format.h>

#include "mgmt-ui/cli/commands/commands.h"
#include "mgmt-ui/cli/commands/policy_actions.h"

namespace coney::cli {
namespace {

constexpr std::string_view kResource = "operator-policies";

Outcome set(Context& context) {
  return set_policy(context, kResource);
}
Outcome clear(Context& context) {
  return clear_policy(context, kResource);
}
Outcome list(Context& context) {
  return list_policies(context, kResource);
}

std::string announce_set(const Context& context) {
  return announce_set_policy(context, "operator policy override");
}
std::string announce_clear(const Context& context) {
  return fmt::format("Clearing operator policy \"{}\" on vhost \"{}\" ...", context.argument(0),
                     context.vhost());
}
std::string announce_list(const Context& context) {
  return fmt::format("Listing operator policy overrides for vhost \"{}\" ...", context.vhost());
}

constexpr Command kCommands[] = {
    {.name = "clear_operator_policy",
     .usage = "[--vhost <vhost>] <name>",
     .help = "Removes an operator policy",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = clear,
     .announce = announce_clear},
    {.name = "list_operator_policies",
     .usage = "[--vhost <vhost>] [--no-table-headers] [--timeout <timeout>]",
     .help = "Lists the operator policies of a virtual host",
     .run = list,
     .announce = announce_list},
    {.name = "set_operator_policy",
     .usage = "[--vhost <vhost>] [--priority <priority>] [--apply-to <apply-to>] <name> <pattern> "
              "<definition>",
     .help = "Sets or replaces an operator policy, which overrides part of users' policies",
     .min_arguments = 3,
     .max_arguments = 3,
     .run = set,
     .announce = announce_set,
     .options = kPolicyOptions,
     .check = check_policy},
};

}  // namespace

std::span<const Command> operator_policy_commands() {
  return kCommands;
}

}  // namespace coney::cli
