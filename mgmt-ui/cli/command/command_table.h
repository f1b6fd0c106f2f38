#pragma once
// All commands, by the headings of `help`. Names are looked up by what the program is called:
// rabbitmq-plugins has its own, the rest goes by every other name.

#include <span>
#include <string_view>
#include <vector>

#include "mgmt-ui/cli/command/command.h"

namespace coney::cli {

struct CommandGroup {
  std::string_view heading;
  std::span<const Command> commands;
};

inline constexpr std::string_view kPluginsProgram = "rabbitmq-plugins";

std::vector<CommandGroup> command_groups(std::string_view program);
// Null: there is none.
const Command* find_command(std::string_view program, std::string_view name);
// The most similar name; empty: none is similar.
std::string_view similar_command(std::string_view program, std::string_view name);

// By Jaro: 1 for the same, 0 for nothing in common.
double similarity(std::string_view one, std::string_view other);

}  // namespace coney::cli
