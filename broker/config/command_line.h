#pragma once
// The command line of `coney`, read into what to do next. Prints nothing and never exits: main()
// prints `output`, does the task and, without one, returns `exit_code`. Called once, before
// threads.

#include <optional>
#include <string>

#include "broker/config/config_loader.h"

namespace coney {

struct CommandLine {
  bool run = false;  // start a broker with loaded.config; loaded.warnings belong into its log
  std::optional<std::string> exported;  // print the definitions of this data directory
  std::optional<std::string> checked;   // read this data directory and tell what is in it
  std::string output;   // help, version, result of --check-config or errors, with its line ends
  int exit_code = 0;    // 0, 1: the configuration is wrong, 2: the command line is wrong
  LoadedConfig loaded;  // when the command line was understood and the configuration was read
};

CommandLine parse_command_line(int argc, const char* const* argv, const Environment& environment);

}  // namespace coney
