#include <fmt/format.h>

#include "mgmt-ui/cli/commands/commands.h"

// The switches of a node's log.

namespace coney::cli {

namespace json = boost::json;

namespace {

constexpr std::string_view kLevels[] = {"debug", "info",     "notice", "warning",
                                        "error", "critical", "none"};

Outcome done(const Result<json::value>& reply) {
  if (!reply) return reply.error();
  return Done{};
}

Outcome set_log_level(Context& context) {
  return done(
      context.node.post("/api/coney/log-level", json::object{{"level", context.argument(0)}}));
}

std::optional<std::string> check_level(const Arguments& arguments) {
  for (std::string_view level : kLevels) {
    if (arguments.positional().front() == level) return std::nullopt;
  }
  return fmt::format("level {} is not supported. Try one of {}", arguments.positional().front(),
                     fmt::join(kLevels, ", "));
}

Outcome rotate_logs(Context& context) {
  return done(context.node.post("/api/coney/rotate-logs", json::object()));
}

std::string announce_level(const Context& context) {
  return fmt::format("Setting log level to \"{}\" ...", context.argument(0));
}
std::string announce_rotate(const Context& context) {
  return fmt::format("Rotating logs for node {} ...", node_name(context));
}

constexpr Command kCommands[] = {
    {.name = "rotate_logs",
     .help = "Opens the log file anew under its name",
     .run = rotate_logs,
     .announce = announce_rotate},
    {.name = "set_log_level",
     .usage = "<log_level>",
     .help = "Sets the level from which on lines are logged, until the node stops",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = set_log_level,
     .announce = announce_level,
     .check = check_level},
};

}  // namespace

std::span<const Command> node_log_commands() {
  return kCommands;
}

}  // namespace coney::cli
