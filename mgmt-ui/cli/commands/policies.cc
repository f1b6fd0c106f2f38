#include <fmt/format.h>

#include "mgmt-ui/cli/commands/commands.h"
#include "mgmt-ui/cli/commands/policy_actions.h"

namespace coney::cli {
namespace {

constexpr std::string_view kResource = "policies";

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
  return announce_set_policy(context, "policy");
}
std::string announce_clear(const Context& context) {
  return fmt::format("Clearing policy \"{}\" on vhost \"{}\" ...", context.argument(0),
                     context.vhost());
}
std::string announce_list(const Context& context) {
  return fmt::format("Listing policies for vhost \"{}\" ...", context.vhost());
}

constexpr Command kCommands[] = {
    {.name = "clear_policy",
     .usage = "[--vhost <vhost>] <name>",
     .help = "Removes a policy",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = clear,
     .announce = announce_clear},
    {.name = "list_policies",
     .usage = "[--vhost <vhost>] [--no-table-headers] [--timeout <timeout>]",
     .help = "Lists the policies of a virtual host",
     .run = list,
     .announce = announce_list},
    {.name = "set_policy",
     .usage = "[--vhost <vhost>] [--priority <priority>] [--apply-to <apply-to>] <name> <pattern> "
              "<definition>",
     .help = "Sets or replaces a policy",
     .min_arguments = 3,
     .max_arguments = 3,
     .run = set,
     .announce = announce_set,
     .options = kPolicyOptions,
     .check = check_policy},
};

}  // namespace

std::span<const Command> policy_commands() {
  return kCommands;
}

}  // namespace coney::cli
