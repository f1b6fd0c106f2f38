#include "mgmt-ui/cli/command/command_table.h"
#include "mgmt-ui/cli/command/usage.h"
#include "mgmt-ui/cli/commands/commands.h"

namespace coney::cli {
namespace {

constexpr Option kHelpOptions[] = {{"list-commands", 0, Option::Kind::kFlag}};
// What clients take for the version of the tools; the broker tells them the same by default.
constexpr std::string_view kRabbitmqVersion = "4.3.6";

std::string names(std::string_view program, std::string_view prefix) {
  std::string text;
  for (const CommandGroup& group : command_groups(program)) {
    for (const Command& command : group.commands) {
      if (command.name.starts_with(prefix)) text.append(command.name).append("\n");
    }
  }
  return text;
}

Outcome help(Context& context) {
  if (context.arguments.has("list-commands")) return Message{names(context.program, "")};
  if (context.count() == 0) return Message{general_help(context.program)};
  const Command* command = find_command(context.program, context.argument(0));
  if (!command) return no_such_command(context.program, context.argument(0));
  return Message{command_help(context.program, *command)};
}

Outcome autocomplete(Context& context) {
  return Message{names(context.program, context.count() == 0 ? "" : context.argument(0))};
}

// Scripts ask RabbitMQ's tools what they can do; who asks coneyctl wants to know Coney's.
Outcome version(Context& context) {
  const std::string text(context.program == "coneyctl" ? CONEY_VERSION : kRabbitmqVersion);
  return Document{boost::json::object{{"value", {{"version", text}}}, {"result", "ok"}}, text};
}

constexpr Command kCommands[] = {
    {.name = "autocomplete",
     .usage = "[prefix] [--timeout <timeout>]",
     .help = "Lists the commands that begin with a prefix, for shells",
     .max_arguments = 1,
     .run = autocomplete,
     .needs_node = false},
    {.name = "help",
     .usage = "(<command> | [--list-commands])",
     .help = "Shows the commands, or the usage of one",
     .max_arguments = 1,
     .run = help,
     .options = kHelpOptions,
     .needs_node = false},
    {.name = "version",
     .help = "Shows the version of the tool",
     .run = version,
     .needs_node = false},
};

}  // namespace

std::span<const Command> help_commands() {
  return kCommands;
}

}  // namespace coney::cli
