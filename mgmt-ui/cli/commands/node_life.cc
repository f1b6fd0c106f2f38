#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "mgmt-ui/cli/commands/commands.h"

namespace coney::cli {

namespace json = boost::json;

namespace {

constexpr std::chrono::milliseconds kPause{100};
constexpr double kStartTimeout = 300;  // seconds, RabbitMQ's
constexpr double kPingTimeout = 60;

bool is_running(Context& context) {
  auto node = context.node.get("/api/coney/node");
  return node && node->is_object() && node->get_object()["state"] == "running";
}

double seconds(const Context& context, double otherwise) {
  return to_number(context.arguments.text_or("timeout", "")).value_or(otherwise);
}

// Whether it has not been started yet or is about to run.
Outcome await_startup(Context& context) {
  const auto end = std::chrono::steady_clock::now() +
                   std::chrono::duration<double>(seconds(context, kStartTimeout));
  while (!is_running(context)) {
    if (std::chrono::steady_clock::now() > end) {
      auto node = context.node.get("/api/coney/node");
      const std::string text = node ? "Error:\nthe node is not running" : node.error().text;
      return Failure{ExitCode::kTemporary, text + "\nIt has not started in time."};
    }
    std::this_thread::sleep_for(kPause);
  }
  return Done{};
}

Outcome ping(Context& context) {
  auto node = context.node.get("/api/coney/node");
  if (!node) return node.error();
  return Message{"Ping succeeded"};
}

std::string announce_ping(const Context& context) {
  return fmt::format(
      "Will ping {}. This only checks if the OS process is running and registered with epmd. "
      "Timeout: {:.0f} ms.",
      node_name(context), 1000 * seconds(context, kPingTimeout));
}

constexpr Command kCommands[] = {
    {.name = "await_startup",
     .help = "Waits for the node to run",
     .run = await_startup,
     .waits_for_node = true},
    {.name = "ping",
     .usage = "[--timeout <timeout>]",
     .help = "Checks that the node's process answers",
     .run = ping,
     .announce = announce_ping},
};

}  // namespace

std::span<const Command> node_commands() {
  return kCommands;
}

}  // namespace coney::cli
