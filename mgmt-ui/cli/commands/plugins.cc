#include <fmt/format.h>

#include "mgmt-ui/cli/command/node_report.h"
#include "mgmt-ui/cli/commands/commands.h"

// rabbitmq-plugins: what RabbitMQ has as plugins and Coney has built in. Nothing can be enabled or
// disabled, and scripts that only make sure of what they need go on.

namespace coney::cli {

namespace json = boost::json;

namespace {

constexpr Option kListOptions[] = {
    {"verbose", 'v', Option::Kind::kFlag}, {"minimal", 'm', Option::Kind::kFlag},
    {"enabled", 'E', Option::Kind::kFlag}, {"implicitly-enabled", 'e', Option::Kind::kFlag},
    {"offline", 0, Option::Kind::kFlag},   {"online", 0, Option::Kind::kFlag}};
constexpr Option kChangeOptions[] = {{"all", 0, Option::Kind::kFlag},
                                     {"offline", 0, Option::Kind::kFlag},
                                     {"online", 0, Option::Kind::kFlag}};

struct Plugin {
  std::string name, version;
  bool built_in = false;
};

// By name, as the node has them.
Result<std::vector<Plugin>> known_plugins(Context& context) {
  auto rows = context.node.list("/api/coney/plugins");
  if (!rows) return rows.error();
  std::vector<Plugin> plugins;
  for (const json::object& row : *rows) {
    const json::value* built_in = row.if_contains("built_in");
    plugins.push_back(
        {text_at(row, "name"), text_at(row, "version"), built_in && *built_in == true});
  }
  return plugins;
}

const Plugin* find(const std::vector<Plugin>& plugins, std::string_view name) {
  const auto found = std::ranges::find(plugins, name, &Plugin::name);
  return found == plugins.end() ? nullptr : &*found;
}

std::string pattern_of(const Context& context) {
  return context.count() == 0 ? ".*" : context.argument(0);
}

Result<std::vector<Plugin>> selected(Context& context) {
  auto plugins = known_plugins(context);
  if (!plugins) return plugins;
  const bool enabled_only =
      context.arguments.has("enabled") || context.arguments.has("implicitly-enabled");
  const std::string pattern = pattern_of(context);
  std::erase_if(*plugins, [&](const Plugin& plugin) {
    if (enabled_only && !plugin.built_in) return true;
    return pattern != ".*" && plugin.name.find(pattern) == plugin.name.npos;
  });
  return plugins;
}

json::object plugin_json(const Plugin& plugin) {
  return {{"name", plugin.name},
          {"enabled", plugin.built_in ? "enabled" : "not_enabled"},
          {"running", plugin.built_in},
          {"version", plugin.version},
          {"running_version", plugin.built_in ? plugin.version : std::string()}};
}

std::string table_text(const Context& context, const std::vector<Plugin>& plugins) {
  std::size_t width = 0;
  for (const Plugin& plugin : plugins) width = std::max(width, plugin.name.size());
  std::string text = fmt::format(
      " Configured: E = explicitly enabled; e = implicitly enabled\n"
      " | Status: * = running on {}\n |/\n",
      node_name(context));
  for (const Plugin& plugin : plugins) {
    text += fmt::format("[{}] {:<{}} {}\n", plugin.built_in ? "E*" : "  ", plugin.name, width,
                        plugin.version);
  }
  return text;
}

Outcome list(Context& context) {
  const auto plugins = selected(context);
  if (!plugins) return plugins.error();
  json::array rows;
  std::string names;
  for (const Plugin& plugin : *plugins) {
    rows.push_back(plugin_json(plugin));
    names.append(plugin.name).append("\n");
  }
  const json::object all{{"status", "running"}, {"format", "normal"}, {"plugins", std::move(rows)}};
  return Document{all, context.arguments.has("minimal") ? names : table_text(context, *plugins)};
}

Outcome is_enabled(Context& context) {
  const auto plugins = known_plugins(context);
  if (!plugins) return plugins.error();
  std::string text;
  for (const std::string& name : context.arguments.positional()) {
    const Plugin* plugin = find(*plugins, name);
    if (!plugin || !plugin->built_in) {
      std::string enabled;
      for (const Plugin& each : *plugins) {
        if (each.built_in) enabled.append(enabled.empty() ? "" : ", ").append(each.name);
      }
      return error(ExitCode::kUnavailable,
                   fmt::format("Plugin {} is not enabled on node {}. Enabled plugins and "
                               "dependencies: {}",
                               name, node_name(context), enabled));
    }
    text += fmt::format("Plugin {} is enabled on node {}\n", name, node_name(context));
  }
  return Message{text};
}

// What is built in is enabled already; of the rest it is said that there is no such thing.
Outcome enable(Context& context) {
  const auto plugins = known_plugins(context);
  if (!plugins) return plugins.error();
  for (const std::string& name : context.arguments.positional()) {
    const Plugin* plugin = find(*plugins, name);
    if (plugin && plugin->built_in) continue;
    return error(ExitCode::kUnavailable,
                 fmt::format("Coney has no plugins, and what {} does is not built in", name));
  }
  return Message{"Plugin configuration unchanged."};
}

Outcome disable(Context& context) {
  const auto plugins = known_plugins(context);
  if (!plugins) return plugins.error();
  for (const std::string& name : context.arguments.positional()) {
    const Plugin* plugin = find(*plugins, name);
    if (!plugin || !plugin->built_in) continue;
    return error(ExitCode::kUnavailable,
                 fmt::format("{} is built in and cannot be disabled", name));
  }
  return Message{"Plugin configuration unchanged."};
}

Outcome directories(Context&) {
  return Message{"There are none: nothing is loaded from outside of the program"};
}

std::string names_of(const Context& context) {
  return fmt::format("{}", fmt::join(context.arguments.positional(), "\n"));
}
std::string announce_list(const Context& context) {
  return fmt::format("Listing plugins with pattern \"{}\" ...", pattern_of(context));
}
std::string announce_is_enabled(const Context& context) {
  return fmt::format("Asking node {} if plugin {} is enabled...", node_name(context),
                     fmt::join(context.arguments.positional(), ", "));
}
std::string announce_enable(const Context& context) {
  return fmt::format("Enabling plugins on node {}:\n{}", node_name(context), names_of(context));
}
std::string announce_disable(const Context& context) {
  return fmt::format("Disabling plugins on node {}:\n{}", node_name(context), names_of(context));
}
std::string announce_directories(const Context& context) {
  return fmt::format("Listing plugin directories used by node {}", node_name(context));
}

constexpr Command kCommands[] = {
    {.name = "directories",
     .usage = "[--offline] [--online]",
     .help = "Says that there are none",
     .run = directories,
     .announce = announce_directories,
     .options = kChangeOptions},
    {.name = "disable",
     .usage = "<plugin1> [ <plugin2>] | --all [--offline] [--online]",
     .help = "Refuses what is built in",
     .max_arguments = kAnyNumber,
     .run = disable,
     .announce = announce_disable,
     .options = kChangeOptions},
    {.name = "enable",
     .usage = "<plugin1> [ <plugin2>] | --all [--offline] [--online]",
     .help = "Makes sure that plugins of RabbitMQ's are built in",
     .max_arguments = kAnyNumber,
     .run = enable,
     .announce = announce_enable,
     .options = kChangeOptions},
    {.name = "is_enabled",
     .usage = "<plugin1> [ <plugin2>] [--offline] [--online]",
     .help = "Fails when what the plugin does is not built in",
     .min_arguments = 1,
     .max_arguments = kAnyNumber,
     .run = is_enabled,
     .announce = announce_is_enabled,
     .options = kChangeOptions},
    {.name = "list",
     .usage = "[pattern] [--verbose] [--minimal] [--enabled] [--implicitly-enabled]",
     .help = "Lists plugins of RabbitMQ's and whether they are built in",
     .max_arguments = 1,
     .run = list,
     .announce = announce_list,
     .options = kListOptions},
};

}  // namespace

std::span<const Command> plugin_commands() {
  return kCommands;
}

}  // namespace coney::cli
