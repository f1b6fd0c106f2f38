#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "mgmt-ui/cli/commands/commands.h"
#include "mgmt-ui/cli/node/unreachable.h"

// The switches of a node that runs.

namespace coney::cli {

namespace json = boost::json;

namespace {

constexpr std::chrono::milliseconds kPause{50};
constexpr std::chrono::seconds kPatience{30};
constexpr Option kStopOptions[] = {{"idempotent", 0, Option::Kind::kFlag},
                                   {"wait", 0, Option::Kind::kFlag}};
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

// Returns when the node does not answer any more. It has to be named: a request that went to
// another stops nothing.
Outcome stop(Context& context) {
  auto name = context.node.name();
  if (!name && context.arguments.has("idempotent")) return Done{};
  if (!name) return name.error();
  const auto wanted = context.arguments.text("node");
  if (wanted && !is_meant(*wanted, *name)) return another_node(*wanted, *name);
  auto reply = context.node.post("/api/coney/stop", json::object{{"node", *name}});
  if (!reply) return reply.error();
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (context.node.get("/api/coney/node")) {
    if (std::chrono::steady_clock::now() > end) {
      return error(ExitCode::kTemporary, "the node has not stopped in time");
    }
    std::this_thread::sleep_for(kPause);
  }
  return Done{};
}

std::string announce_level(const Context& context) {
  return fmt::format("Setting log level to \"{}\" ...", context.argument(0));
}
std::string announce_rotate(const Context& context) {
  return fmt::format("Rotating logs for node {} ...", node_name(context));
}
std::string announce_stop(const Context& context) {
  const std::string wanted = context.arguments.text_or("node", node_name(context));
  return fmt::format("Stopping and halting node {} ...", wanted);
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
    {.name = "shutdown",
     .usage = "[--wait] [--timeout <timeout>]",
     .help = "Stops the node and waits for its end",
     .run = stop,
     .announce = announce_stop,
     .options = kStopOptions,
     .waits_for_node = true},
    {.name = "stop",
     .usage = "[--idempotent] [<pidfile>]",
     .help = "Stops the node and waits for its end",
     .max_arguments = 1,
     .run = stop,
     .announce = announce_stop,
     .options = kStopOptions,
     .waits_for_node = true},
};

}  // namespace

std::span<const Command> running_commands() {
  return kCommands;
}

}  // namespace coney::cli
