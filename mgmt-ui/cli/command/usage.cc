#include "mgmt-ui/cli/command/usage.h"

#include <fmt/format.h>

#include "mgmt-ui/cli/command/command_table.h"
#include "mgmt-ui/cli/output/formatter.h"

namespace coney::cli {
namespace {

constexpr std::string_view kCommonHelp =
    R"(Options of all commands:
  -n, --node NAME        Carry it out only when the node has this name
  -p, --vhost VHOST      Of this virtual host, / when not given
  -t, --timeout SECONDS  How long to wait for an answer
  -q, --quiet            Results only
  -s, --silent           Results only, and tables without their headers
      --no-table-headers Tables without their headers
      --formatter NAME   table, pretty_table, json or csv

Which node:
      --data-dir DIR     The one on this machine with this data directory
      --config PATH      The one on this machine with this configuration
      --url URL          http(s)://user:password@host:port; also CONEYCTL_URL
      --password-file F  Has the password for the URL, - is the input; also CONEYCTL_PASSWORD
      --ca-file FILE     Whose certificates to trust with https
)";

std::string command_usage(std::string_view program, const Command& command) {
  return fmt::format("{} [--node <node>] [--longnames] [--quiet] {}{}{}", program, command.name,
                     command.usage.empty() ? "" : " ", command.usage);
}

std::string joined(std::span<const std::string> words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

Failure wrong(std::string_view program, const Command& command, std::span<const std::string> words,
              std::string_view what) {
  return {ExitCode::kUsage, fmt::format("{}\nArguments given:\n\t{}\n\nUsage\n\n{}", what,
                                        joined(words), command_usage(program, command))};
}

std::optional<std::string> wrong_options(const Arguments& arguments) {
  if (!arguments.unknown().empty()) {
    std::string text = "Invalid options for this command:";
    for (const auto& [name, value] : arguments.unknown()) {
      text += fmt::format("\n{} : {}", name, value);
    }
    return text;
  }
  if (!arguments.incomplete().empty()) return arguments.incomplete() + " needs a value";
  const auto form = arguments.text("formatter");
  if (form && !form_from(*form)) {
    return fmt::format("'{}' is no formatter; use table, pretty_table, json or csv", *form);
  }
  const auto timeout = arguments.text("timeout");
  if (timeout && *timeout != "infinity" && to_number(*timeout).value_or(-1) < 0) {
    return fmt::format("'{}' is no timeout in seconds", *timeout);
  }
  return std::nullopt;
}

}  // namespace

std::string general_usage(std::string_view program) {
  return fmt::format(
      "Usage\n\n{} [--node <node>] [--timeout <timeout>] [--longnames] [--quiet] <command> "
      "[<command options>]",
      program);
}

std::string general_help(std::string_view program) {
  std::string text = general_usage(program) + "\n\nCommands:\n";
  for (const CommandGroup& group : command_groups(program)) {
    text += fmt::format("\n{}:\n\n", group.heading);
    for (const Command& command : group.commands) {
      text += fmt::format("   {:<36} {}\n", command.name, command.help);
    }
  }
  return text + fmt::format("\n{}\nUse '{} help <command>' to learn more about a command\n",
                            kCommonHelp, program);
}

std::string command_help(std::string_view program, const Command& command) {
  return fmt::format("\nUsage\n\n{}\n\n{}\n\n{}", command_usage(program, command), command.help,
                     kCommonHelp);
}

Failure no_such_command(std::string_view program, std::string_view name) {
  std::string text = fmt::format("\nCommand '{}' not found. \n", name);
  const std::string_view similar = similar_command(program, name);
  if (!similar.empty())
    return {ExitCode::kUsage, text + fmt::format("Did you mean '{}'? ", similar)};
  return {ExitCode::kUsage, text + "\n" + general_usage(program)};
}

std::optional<Failure> check(std::string_view program, const Command& command,
                             const Arguments& arguments, std::span<const std::string> words) {
  constexpr std::string_view kPrefix = "Error (argument validation): ";
  std::optional<std::string> what = wrong_options(arguments);
  const std::size_t count = arguments.positional().size();
  if (!what && count < command.min_arguments) what = "not enough arguments.";
  if (!what && count > command.max_arguments) what = "too many arguments.";
  if (!what && command.check) what = command.check(arguments);
  if (!what) return std::nullopt;
  return wrong(program, command, words, std::string(kPrefix) + *what);
}

}  // namespace coney::cli
