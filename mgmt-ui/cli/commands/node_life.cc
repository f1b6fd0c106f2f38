#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "mgmt-ui/cli/commands/commands.h"

namespace coney::cli {

namespace json = boost::json;

namespace {

constexpr std::chrono::milliseconds kPause{100};
constexpr double kStartTimeout = 300;  // seconds, RabbitMQ's
constexpr double kWaitTimeout = 10;
constexpr Option kWaitOptions[] = {{"pid", 'P'}};
constexpr double kPingTimeout = 60;

bool is_running(Context& context) {
  auto node = context.node.get("/api/coney/node");
  return node && node->is_object() && node->get_object()["state"] == "running";
}

double seconds(const Context& context, double otherwise) {
  return to_number(context.arguments.text_or("timeout", "")).value_or(otherwise);
}

// Whether it has not been started yet or is about to run.
Outcome await_running(Context& context, double timeout) {
  const auto end =
      std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds(context, timeout));
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

Outcome await_startup(Context& context) {
  return await_running(context, kStartTimeout);
}

// Neither the file of a pid nor the pid is needed to find the node.
Outcome wait(Context& context) {
  Outcome outcome = await_running(context, kWaitTimeout);
  if (std::holds_alternative<Failure>(outcome)) return outcome;
  return Message{fmt::format("Applications 'rabbit_and_plugins' are running on node '{}'",
                             node_name(context))};
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

std::string announce_wait(const Context& context) {
  return fmt::format("Waiting for applications 'rabbit_and_plugins' to start on node '{}'",
                     context.arguments.text_or("node", node_name(context)));
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
    {.name = "wait",
     .usage = "[<pidfile>] [--pid|-P <pid>] [--timeout <timeout>]",
     .help = "Waits for the node to run",
     .max_arguments = 1,
     .run = wait,
     .announce = announce_wait,
     .options = kWaitOptions,
     .waits_for_node = true},
};

}  // namespace

std::span<const Command> node_commands() {
  return kCommands;
}

}  // namespace coney::cli
