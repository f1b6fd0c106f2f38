#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "mgmt-ui/cli/commands/commands.h"
#include "mgmt-ui/cli/node/unreachable.h"

// Ends and begins of a node: of its process, and of what serves clients in it (RabbitMQ's app).
// What is asked for may cut off the answer to it, so the node is looked at until it is so.

namespace coney::cli {

namespace json = boost::json;

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPause{50};
constexpr std::chrono::seconds kPatience{30};
constexpr std::chrono::seconds kSilence{3};  // of a node that is gone
constexpr double kStartPatience = 300;       // seconds; recovery takes its time
constexpr Option kStopOptions[] = {{"idempotent", 0, Option::Kind::kFlag},
                                   {"wait", 0, Option::Kind::kFlag}};

// It has to be named: a request that went to another does nothing.
Result<json::value> ask(Context& context, const std::string& path) {
  auto name = context.node.name();
  if (!name) return name.error();
  const auto wanted = context.arguments.text("node");
  if (wanted && !is_meant(*wanted, *name)) return another_node(*wanted, *name);
  return context.node.post(path, json::object{{"node", *name}});
}

struct Sight {
  bool answers = false;
  std::string state, start_failure;
};

Sight look(Context& context) {
  auto node = context.node.get("/api/coney/node");
  if (!node || !node->is_object()) return {};
  const auto text = [&](const char* name) {
    const json::value* value = node->get_object().if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
  };
  return {true, text("state"), text("start_failure")};
}

Outcome late(std::string_view what) {
  return error(ExitCode::kTemporary, fmt::format("the node has not {} in time", what));
}

// ---- the process ----

// Returns when the node does not answer any more.
Outcome stop(Context& context) {
  if (auto name = context.node.name(); !name) {
    if (context.arguments.has("idempotent")) return Done{};
    return name.error();
  }
  auto asked = ask(context, "/api/coney/stop");
  if (!asked && look(context).answers) return asked.error();
  const auto end = Clock::now() + kPatience;
  while (look(context).answers) {
    if (Clock::now() > end) return late("stopped");
    std::this_thread::sleep_for(kPause);
  }
  return Done{};
}

// ---- the app ----

// Over a URL a stopped node does not answer any more; over the local socket it does.
Outcome stop_app(Context& context) {
  auto asked = ask(context, "/api/coney/stop-app");
  const auto start = Clock::now();
  auto seen = start;
  while (true) {
    const Sight sight = look(context);
    const auto now = Clock::now();
    if (sight.answers) seen = now;
    if (sight.state == "stopped") return Done{};
    if (!asked && now - start > kSilence) return asked.error();
    if (asked && now - seen > kSilence) return Done{};
    if (now - start > kPatience) return late("stopped");
    std::this_thread::sleep_for(kPause);
  }
}

Outcome start_app(Context& context) {
  auto asked = ask(context, "/api/coney/start-app");
  const double patience =
      to_number(context.arguments.text_or("timeout", "")).value_or(kStartPatience);
  const auto start = Clock::now();
  while (true) {
    const Sight sight = look(context);
    const auto waited = Clock::now() - start;
    if (sight.state == "running") return Done{};
    if (!sight.start_failure.empty()) {
      return error(ExitCode::kSoftware, "the node cannot start: " + sight.start_failure);
    }
    if (!asked && waited > kSilence) return asked.error();
    if (waited > std::chrono::duration<double>(patience)) return late("started");
    std::this_thread::sleep_for(kPause);
  }
}

Outcome reset(Context& context) {
  auto done = ask(context, "/api/coney/reset");
  if (!done) return done.error();
  return Done{};
}

std::string announce_stop(const Context& context) {
  const std::string wanted = context.arguments.text_or("node", node_name(context));
  return fmt::format("Stopping and halting node {} ...", wanted);
}
std::string announce_stop_app(const Context& context) {
  return fmt::format("Stopping rabbit application on node {} ...", node_name(context));
}
std::string announce_start_app(const Context& context) {
  return fmt::format("Starting node {} ...", node_name(context));
}
std::string announce_reset(const Context& context) {
  return fmt::format("Resetting node {} ...", node_name(context));
}
std::string announce_force_reset(const Context& context) {
  return fmt::format("Forcefully resetting node {} ...", node_name(context));
}

constexpr Command kCommands[] = {
    {.name = "force_reset",
     .help = "Forgets everything that the node has stored; its app has to be stopped",
     .run = reset,
     .announce = announce_force_reset},
    {.name = "reset",
     .help = "Forgets everything that the node has stored; its app has to be stopped",
     .run = reset,
     .announce = announce_reset},
    {.name = "shutdown",
     .usage = "[--wait] [--timeout <timeout>]",
     .help = "Stops the node and waits for its end",
     .run = stop,
     .announce = announce_stop,
     .options = kStopOptions,
     .waits_for_node = true},
    {.name = "start_app",
     .usage = "[--timeout <timeout>]",
     .help = "Has a node serve clients again after stop_app",
     .run = start_app,
     .announce = announce_start_app},
    {.name = "stop",
     .usage = "[--idempotent] [<pidfile>]",
     .help = "Stops the node and waits for its end",
     .max_arguments = 1,
     .run = stop,
     .announce = announce_stop,
     .options = kStopOptions,
     .waits_for_node = true},
    {.name = "stop_app",
     .help = "Closes listeners and connections; the node's process stays",
     .run = stop_app,
     .announce = announce_stop_app},
};

}  // namespace

std::span<const Command> stopping_commands() {
  return kCommands;
}

}  // namespace coney::cli
