#include "mgmt-ui/cli/cli.h"

#include <chrono>
#include <iostream>

#include "mgmt-ui/cli/command/command_table.h"
#include "mgmt-ui/cli/command/usage.h"
#include "mgmt-ui/cli/node/http_link.h"
#include "mgmt-ui/cli/node/node_place.h"
#include "mgmt-ui/cli/node/unreachable.h"
#include "mgmt-ui/cli/output/formatter.h"

namespace coney::cli {
namespace {

// One run of the program.
class Run {
 public:
  Run(std::string_view program, std::span<const std::string> words, const Surroundings& world)
      : program_(program), words_(words), world_(world) {}

  ExitCode go() {
    const Arguments first = Arguments::parse(words_, {});
    if (first.positional().empty()) return usage(first.has("help"));
    const std::string& name = first.positional().front();
    const Command* command = find_command(program_, name);
    if (!command) return fail(no_such_command(program_, name));
    if (first.has("help")) return say(command_help(program_, *command));
    return go(*command);
  }

 private:
  ExitCode usage(bool asked_for) {
    if (asked_for) return say(general_help(program_));
    return fail({ExitCode::kUsage, general_usage(program_)});
  }

  ExitCode go(const Command& command) {
    Arguments arguments = without_name(command);
    if (auto wrong = check(program_, command, arguments, words_)) return fail(*wrong);
    style_.form = form_from(arguments.text_or("formatter", ""));
    style_.headers = !arguments.has("no-table-headers") && !arguments.has("silent");
    auto node = connect(command, arguments);
    if (!node) return fail(node.error());
    if (!command.waits_for_node) {
      if (auto wrong = check_node(*node, arguments)) return fail(*wrong);
    }
    return go(command, arguments, *node);
  }

  ExitCode go(const Command& command, const Arguments& arguments, Node& node) {
    Context context{.arguments = arguments,
                    .node = node,
                    .input = world_.input,
                    .output = world_.output,
                    .progress = world_.errors,
                    .interactive = world_.interactive && !arguments.quiet(),
                    .program = program_};
    if (command.announce && !arguments.quiet() && style_.is_for_people()) {
      const std::string text = command.announce(context);
      if (!text.empty()) world_.output << text << '\n' << std::flush;
    }
    return print(command.run(context), style_, world_.output, world_.errors);
  }

  // The first word that is no option names the command.
  Arguments without_name(const Command& command) const {
    std::vector<std::string> rest(words_.begin(), words_.end());
    const Arguments all = Arguments::parse(rest, {});
    rest.erase(std::ranges::find(rest, all.positional().front()));
    return Arguments::parse(rest, command.options);
  }

  Result<Node> connect(const Command& command, const Arguments& arguments) {
    if (!command.needs_node) return Node(nullptr);
    if (world_.connect) return Node(world_.connect());
    auto place = find_node(arguments, world_.environment, world_.input);
    if (!place) return place.error();
    std::chrono::duration<double> timeout = std::chrono::seconds(command.timeout);
    if (const auto given = arguments.text("timeout")) timeout = timeout_of(*given);
    return Node(make_http_link(std::move(*place),
                               std::chrono::duration_cast<std::chrono::milliseconds>(timeout)));
  }

  static std::chrono::duration<double> timeout_of(std::string_view text) {
    constexpr double kDay = 86'400;  // "infinity"
    return std::chrono::duration<double>(to_number(text).value_or(kDay));
  }

  // Before anything is said or done: a node answers, and it is the one that -n names.
  static std::optional<Failure> check_node(Node& node, const Arguments& arguments) {
    if (!node.has_link()) return std::nullopt;
    auto name = node.name();
    if (!name) return name.error();
    const auto wanted = arguments.text("node");
    if (!wanted || is_meant(*wanted, *name)) return std::nullopt;
    return another_node(*wanted, *name);
  }

  ExitCode say(std::string_view text) {
    world_.output << text;
    return ExitCode::kOk;
  }
  ExitCode fail(const Failure& failure) {
    return print(failure, style_, world_.output, world_.errors);
  }

  const std::string_view program_;
  const std::span<const std::string> words_;
  const Surroundings& world_;
  Style style_;
};

}  // namespace

std::string node_name(const Context& context) {
  auto name = context.node.name();
  return name ? *name : "unknown";
}

ExitCode run(std::string_view program, std::span<const std::string> words,
             const Surroundings& surroundings) {
  return Run(program, words, surroundings).go();
}

}  // namespace coney::cli
