#pragma once
// What to say about the command line itself: help, and what is wrong with it. RabbitMQ's texts.
// Pure.

#include <optional>
#include <span>
#include <string>

#include "mgmt-ui/cli/command/command.h"

namespace coney::cli {

std::string general_usage(std::string_view program);
std::string general_help(std::string_view program);
std::string command_help(std::string_view program, const Command& command);

Failure no_such_command(std::string_view program, std::string_view name);
// Too few or too many arguments, options that the command does not know.
std::optional<Failure> check(std::string_view program, const Command& command,
                             const Arguments& arguments, std::span<const std::string> words);

}  // namespace coney::cli
