#include <fmt/format.h>

#include <sstream>

#include "mgmt-ui/cli/command/columns.h"
#include "mgmt-ui/cli/command/command_table.h"
#include "mgmt-ui/cli/command/node_report.h"
#include "mgmt-ui/cli/commands/commands.h"
#include "mgmt-ui/cli/output/formatter.h"

namespace coney::cli {

namespace json = boost::json;

namespace {

// ---- the configuration ----

Outcome environment(Context& context) {
  auto settings = context.node.list("/api/config?columns=name,value,source");
  if (!settings) return settings.error();
  std::string text;
  json::object values;
  for (const json::object& setting : *settings) {
    const std::string name = text_at(setting, "name");
    const std::string value = text_at(setting, "value");
    const std::string source = text_at(setting, "source");
    text += fmt::format("{} = {}{}\n", name, value,
                        source == "default" ? "" : fmt::format("  # {}", source));
    values[name] = value;
  }
  return Document{std::move(values), std::move(text)};
}

Outcome log_location(Context& context) {
  auto row = get_node_row(context);
  if (!row) return row.error();
  const json::value files = field_at(*row, "log_files");
  std::string text;
  if (files.is_array()) {
    for (const json::value& file : files.get_array()) {
      if (file.is_string()) text.append(std::string(file.get_string())).append("\n");
    }
  }
  return Document{json::object{{"result", "ok"}, {"paths", files}}, std::move(text)};
}

// ---- versions ----

Outcome version_of(Context& context, std::string_view name) {
  auto self = context.node.get("/api/coney/node");
  if (!self) return self.error();
  const std::string version = text_at(self->as_object(), name);
  return Document{json::object{{"value", version}, {"result", "ok"}}, version};
}

Outcome server_version(Context& context) {
  return version_of(context, "rabbitmq_version");
}

Outcome erlang_version(Context&) {
  const std::string text = "none: Coney is not written in Erlang";
  return Document{json::object{{"value", text}, {"result", "ok"}}, text};
}

Outcome hash_password(Context& context) {
  auto hash = context.node.get(api_path({"auth", "hash_password", context.argument(0)}));
  if (!hash) return hash.error();
  const std::string text = hash->is_object() ? text_at(hash->as_object(), "ok") : "";
  return Message{text};
}

// ---- everything at once ----

// What one command prints, below its name; what fails says so and does not end the report.
std::string part_of_report(Context& context, std::string_view name) {
  const Command* command = find_command("coneyctl", name);
  Context inner = context;
  const Outcome outcome = command->run(inner);
  if (const auto* failure = std::get_if<Failure>(&outcome)) return failure->text + "\n\n";
  std::ostringstream out, errors;
  print(outcome, {}, out, errors);
  return fmt::format("{}\n{}\n", command->announce ? command->announce(inner) : "", out.str());
}

Outcome report(Context& context) {
  std::string text = fmt::format("Reporting server status of node {} ...\n\n", node_name(context));
  for (std::string_view name : {"status", "cluster_status", "list_connections", "list_channels"}) {
    text += part_of_report(context, name);
  }
  auto vhosts = context.node.list("/api/vhosts?columns=name");
  if (!vhosts) return vhosts.error();
  for (const json::object& vhost : *vhosts) {
    const std::vector<std::string> words{"--vhost", text_at(vhost, "name")};
    const Arguments arguments = Arguments::parse(words, {});
    Context inner{.arguments = arguments,
                  .node = context.node,
                  .input = context.input,
                  .output = context.output,
                  .progress = context.progress,
                  .interactive = false,
                  .program = context.program};
    for (std::string_view name : {"list_queues", "list_exchanges", "list_bindings",
                                  "list_permissions", "list_policies", "list_parameters"}) {
      text += part_of_report(inner, name);
    }
  }
  text += part_of_report(context, "environment");
  return Message{std::move(text)};
}

Outcome node_health_check(Context&) {
  return Message{
      "This command is DEPRECATED and is a no-op. It will be removed in a future version. \n"
      "Use one of the options covered in https://www.rabbitmq.com/monitoring.html#health-checks "
      "instead."};
}

std::string announce_environment(const Context& context) {
  return fmt::format("Application environment of node {} ...", node_name(context));
}
std::string announce_log(const Context& context) {
  return fmt::format("Log file location(s) on node {} ...", node_name(context));
}
std::string announce_version(const Context& context) {
  return fmt::format("Asking node {} for its RabbitMQ version...", node_name(context));
}
std::string announce_erlang(const Context& context) {
  return fmt::format("Asking node {} for its Erlang/OTP version...", node_name(context));
}
std::string announce_hash(const Context& context) {
  return fmt::format("Will hash password {}", context.argument(0));
}

constexpr Command kCommands[] = {
    {.name = "environment",
     .help = "Shows the settings of the node and where they come from",
     .run = environment,
     .announce = announce_environment},
    {.name = "erlang_version",
     .usage = "[--timeout <timeout>]",
     .help = "Says that there is no Erlang",
     .run = erlang_version,
     .announce = announce_erlang},
    {.name = "hash_password",
     .usage = "<cleartext_password>",
     .help = "Makes the hash of a password, as definitions have them",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = hash_password,
     .announce = announce_hash},
    {.name = "log_location",
     .usage = "[--timeout <timeout>]",
     .help = "Shows where the node logs to",
     .run = log_location,
     .announce = announce_log},
    {.name = "node_health_check",
     .usage = "[--timeout <timeout>]",
     .help = "Does nothing, as in RabbitMQ; see check_running and its like",
     .run = node_health_check,
     .needs_node = false},
    {.name = "report",
     .help = "Shows the state, the settings and lists of everything, for support",
     .run = report},
    {.name = "server_version",
     .usage = "[--timeout <timeout>]",
     .help = "Shows the version that the node presents to clients",
     .run = server_version,
     .announce = announce_version},
};

}  // namespace

std::span<const Command> fact_commands() {
  return kCommands;
}

}  // namespace coney::cli
