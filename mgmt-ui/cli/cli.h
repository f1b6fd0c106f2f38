#pragma once
// The command line tool without a process: words in, text out. main() gives it the real streams;
// tests give it theirs.

#include <functional>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>

#include "broker/config/conf_file.h"
#include "mgmt-ui/cli/exit_code.h"
#include "mgmt-ui/cli/node/node.h"

namespace coney::cli {

struct Surroundings {
  std::istream& input;
  std::ostream& output;
  std::ostream& errors;
  Environment environment{};
  bool interactive = false;  // `errors` is a terminal
  // Unset: HTTP to the node that the options and the environment name.
  std::function<std::unique_ptr<NodeLink>()> connect{};
};

// `program`: the name it was called by, without directories.
ExitCode run(std::string_view program, std::span<const std::string> words,
             const Surroundings& surroundings);

}  // namespace coney::cli
