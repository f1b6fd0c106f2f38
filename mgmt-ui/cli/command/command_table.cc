#include "mgmt-ui/cli/command/command_table.h"

#include "mgmt-ui/cli/commands/commands.h"

namespace coney::cli {
namespace {

constexpr double kSimilar = 0.8;

std::vector<bool> matched(std::string_view one, std::string_view other, std::string& common) {
  const std::size_t longer = std::max(one.size(), other.size());
  const std::size_t reach = longer < 2 ? 0 : longer / 2 - 1;
  std::vector<bool> taken(other.size());
  for (std::size_t i = 0; i < one.size(); ++i) {
    const std::size_t from = i > reach ? i - reach : 0;
    const std::size_t to = std::min(i + reach + 1, other.size());
    for (std::size_t j = from; j < to; ++j) {
      if (taken[j] || one[i] != other[j]) continue;
      taken[j] = true;
      common += one[i];
      break;
    }
  }
  return taken;
}

}  // namespace

std::vector<CommandGroup> command_groups(std::string_view program) {
  if (program == kPluginsProgram) {
    return {{"Help", help_commands()}, {"Plugins", plugin_commands()}};
  }
  return {
      {"Help", help_commands()},
      {"Nodes", node_commands()},
      {"Start and stop", stopping_commands()},
      {"Log", node_log_commands()},
      {"Reading the log", log_tail_commands()},
      {"Limits of the node", node_limit_commands()},
      {"Erlang", eval_commands()},
      {"State", status_commands()},
      {"Facts", fact_commands()},
      {"Feature flags", feature_flag_commands()},
      {"Checks", check_commands()},
      {"Users", user_commands()},
      {"Access control", permission_commands()},
      {"Access control of topics", topic_permission_commands()},
      {"Virtual hosts", vhost_commands()},
      {"Limits of virtual hosts", vhost_limit_commands()},
      {"Limits of users", user_limit_commands()},
      {"Queues", queue_commands()},
      {"Members of queues", replica_commands()},
      {"Messages", peek_commands()},
      {"Messages by what is in them", message_commands()},
      {"Declaring", declaring_commands()},
      {"Moving messages", move_commands()},
      {"Exchanges", exchange_commands()},
      {"Bindings", binding_commands()},
      {"Connections", connection_commands()},
      {"Channels", channel_commands()},
      {"Consumers", consumer_commands()},
      {"Definitions", definition_commands()},
      {"Policies", policy_commands()},
      {"Operator policies", operator_policy_commands()},
      {"Runtime parameters", parameter_commands()},
      {"Global parameters", global_parameter_commands()},
  };
}

const Command* find_command(std::string_view program, std::string_view name) {
  for (const CommandGroup& group : command_groups(program)) {
    for (const Command& command : group.commands) {
      if (command.name == name) return &command;
    }
  }
  return nullptr;
}

std::string_view similar_command(std::string_view program, std::string_view name) {
  std::string_view best;
  double best_similarity = kSimilar;
  for (const CommandGroup& group : command_groups(program)) {
    for (const Command& command : group.commands) {
      const double value = similarity(name, command.name);
      if (value <= best_similarity) continue;
      best_similarity = value;
      best = command.name;
    }
  }
  return best;
}

double similarity(std::string_view one, std::string_view other) {
  std::string common;
  const std::vector<bool> taken = matched(one, other, common);
  if (common.empty()) return one.empty() && other.empty() ? 1 : 0;
  std::size_t out_of_order = 0, at = 0;
  for (std::size_t j = 0; j < other.size(); ++j) {
    if (taken[j] && other[j] != common[at++]) ++out_of_order;
  }
  const auto m = static_cast<double>(common.size());
  const double transpositions = static_cast<double>(out_of_order) / 2;
  return (m / static_cast<double>(one.size()) + m / static_cast<double>(other.size()) +
          (m - transpositions) / m) /
         3;
}

}  // namespace coney::cli
