#pragma once
// The commands, one file for each noun. A new noun is a file, a line here and one in
// command/command_table.cc.

#include <span>

#include "mgmt-ui/cli/command/command.h"

namespace coney::cli {

std::span<const Command> help_commands();
std::span<const Command> node_commands();
std::span<const Command> stopping_commands();
std::span<const Command> node_log_commands();
std::span<const Command> log_tail_commands();
std::span<const Command> node_limit_commands();
std::span<const Command> eval_commands();
std::span<const Command> status_commands();
std::span<const Command> fact_commands();
std::span<const Command> feature_flag_commands();
std::span<const Command> plugin_commands();
std::span<const Command> check_commands();
std::span<const Command> user_commands();
std::span<const Command> permission_commands();
std::span<const Command> topic_permission_commands();
std::span<const Command> vhost_commands();
std::span<const Command> policy_commands();
std::span<const Command> operator_policy_commands();
std::span<const Command> parameter_commands();
std::span<const Command> global_parameter_commands();
std::span<const Command> vhost_limit_commands();
std::span<const Command> user_limit_commands();
std::span<const Command> queue_commands();
std::span<const Command> replica_commands();
std::span<const Command> peek_commands();
std::span<const Command> message_commands();
std::span<const Command> declaring_commands();
std::span<const Command> move_commands();
std::span<const Command> exchange_commands();
std::span<const Command> binding_commands();
std::span<const Command> connection_commands();
std::span<const Command> channel_commands();
std::span<const Command> consumer_commands();
std::span<const Command> definition_commands();

}  // namespace coney::cli
