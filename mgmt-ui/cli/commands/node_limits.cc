#include <fmt/format.h>

#include "broker/config/config_value.h"
#include "mgmt-ui/cli/commands/commands.h"

// The limits of memory and disk of a running node, until it is started again.

namespace coney::cli {

namespace json = boost::json;

namespace {

constexpr std::string_view kAbsolute = "absolute";
constexpr std::string_view kRelative = "mem_relative";
constexpr ValueRules kBytes{.type = ValueType::kBytes};

Outcome put(Context& context, std::string_view setting, json::object limit) {
  auto set = context.node.put("/api/coney/settings", json::object{{setting, std::move(limit)}});
  if (!set) return set.error();
  return Done{};
}

json::object absolute(const std::string& bytes) {
  return {{"absolute", parse_value(kBytes, bytes)->integer}};
}
json::object relative(const std::string& fraction) {
  return {{"relative", *to_number(fraction)}};
}

std::optional<std::string> check_bytes(const std::string& text) {
  if (parse_value(kBytes, text)) return std::nullopt;
  return fmt::format("'{}' is no limit: expected {}", text, accepted_values(kBytes));
}

// ---- memory ----

bool is_absolute(const Arguments& arguments) {
  return arguments.positional().front() == kAbsolute;
}

std::optional<std::string> check_memory(const Arguments& arguments) {
  const auto& words = arguments.positional();
  if (is_absolute(arguments)) {
    return words.size() == 2 ? check_bytes(words[1]) : "not enough arguments.";
  }
  if (words.size() > 1) return "too many arguments.";
  if (to_number(words[0])) return std::nullopt;
  return fmt::format("'{}' is no fraction of the memory, from 0.0 to 1.0", words[0]);
}

Outcome set_memory(Context& context) {
  const double fraction = to_number(context.argument(0)).value_or(0);
  if (fraction < 0 || fraction > 1) {
    return Failure{ExitCode::kDataError,
                   "Error (argument validation): Bad argument: The threshold should be a fraction "
                   "between 0.0 and 1.0"};
  }
  return put(context, "vm_memory_high_watermark",
             is_absolute(context.arguments) ? absolute(context.argument(1))
                                            : relative(context.argument(0)));
}

std::string announce_memory(const Context& context) {
  const bool bytes = is_absolute(context.arguments);
  return fmt::format("Setting memory threshold on {} to {}{} ...", node_name(context),
                     context.argument(bytes ? 1 : 0), bytes ? " bytes" : "");
}

// ---- disk ----

bool is_relative(const Arguments& arguments) {
  return arguments.positional().front() == kRelative;
}

std::optional<std::string> check_disk(const Arguments& arguments) {
  const auto& words = arguments.positional();
  if (!is_relative(arguments)) {
    return words.size() == 1 ? check_bytes(words[0]) : "too many arguments.";
  }
  if (words.size() < 2) return "not enough arguments.";
  const auto fraction = to_number(words[1]);
  if (fraction && *fraction >= 0) return std::nullopt;
  return fmt::format("'{}' is no fraction of the memory", words[1]);
}

Outcome set_disk(Context& context) {
  return put(context, "disk_free_limit",
             is_relative(context.arguments) ? relative(context.argument(1))
                                            : absolute(context.argument(0)));
}

std::string announce_disk(const Context& context) {
  if (is_relative(context.arguments)) {
    return fmt::format("Setting disk free limit on {} to {} times the total RAM ...",
                       node_name(context), context.argument(1));
  }
  return fmt::format("Setting disk free limit on {} to {} bytes ...", node_name(context),
                     context.argument(0));
}

constexpr Command kCommands[] = {
    {.name = "set_disk_free_limit",
     .usage = "<disk_limit> | mem_relative <fraction>",
     .help = "Sets the free disk space below which publishers wait, until the node starts again",
     .min_arguments = 1,
     .max_arguments = 2,
     .run = set_disk,
     .announce = announce_disk,
     .check = check_disk},
    {.name = "set_vm_memory_high_watermark",
     .usage = "<fraction> | absolute <value>",
     .help = "Sets the memory above which publishers wait, until the node starts again",
     .min_arguments = 1,
     .max_arguments = 2,
     .run = set_memory,
     .announce = announce_memory,
     .check = check_memory},
};

}  // namespace

std::span<const Command> node_limit_commands() {
  return kCommands;
}

}  // namespace coney::cli
