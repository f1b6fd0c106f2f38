#pragma once
// One command: its name and usage as RabbitMQ's help has them, what it takes, and what it does. A
// new command is an entry in its noun's file under commands/.

#include <cstdint>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>

#include "mgmt-ui/cli/arguments/arguments.h"
#include "mgmt-ui/cli/node/node.h"
#include "mgmt-ui/cli/output/outcome.h"

namespace coney::cli {

// A command while it runs.
struct Context {
  const Arguments& arguments;
  Node& node;
  std::istream& input;
  std::ostream& output;    // of what is printed while the command still runs
  std::ostream& progress;  // stderr, for people; nothing is written when quiet
  bool interactive;        // a terminal is at the other end of `progress`
  std::string_view program;

  // REQUIRES: there is one (min_arguments).
  const std::string& argument(std::size_t index) const { return arguments.positional()[index]; }
  std::size_t count() const { return arguments.positional().size(); }
  std::string vhost() const { return arguments.vhost(); }
};

// The node's name, for texts; "unknown" when it cannot be had.
std::string node_name(const Context& context);

inline constexpr std::size_t kAnyNumber = SIZE_MAX;

struct Command {
  std::string_view name;
  std::string_view usage;  // of its arguments and options: "[--vhost <vhost>] <username>"
  std::string_view help;   // one line
  std::size_t min_arguments = 0;
  std::size_t max_arguments = 0;
  Outcome (*run)(Context& context) = nullptr;
  // What is done, said before; null: nothing.
  std::string (*announce)(const Context& context) = nullptr;
  std::span<const Option> options{};
  // None: fine. Checked before the node is asked for.
  std::optional<std::string> (*check)(const Arguments& arguments) = nullptr;
  bool needs_node = true;
  int timeout = 60;             // seconds, when none is given
  bool waits_for_node = false;  // it need not answer yet
};

}  // namespace coney::cli
