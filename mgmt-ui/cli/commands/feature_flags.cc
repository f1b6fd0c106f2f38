#include <fmt/format.h>

#include "mgmt-ui/cli/command/columns.h"
#include "mgmt-ui/cli/command/node_report.h"
#include "mgmt-ui/cli/commands/commands.h"

namespace coney::cli {

namespace json = boost::json;

namespace {

constexpr Option kUsed[] = {{"used", 0, Option::Kind::kFlag}};
constexpr Option kOptIn[] = {{"opt-in", 0, Option::Kind::kFlag},
                             {"experimental", 0, Option::Kind::kFlag}};

constexpr Column kFlagColumns[] = {{"name"},          {"state"},           {"stability"},
                                   {"desc"},          {"doc_url"},         {"provided_by"},
                                   {"require_level"}, {"experiment_level"}};
constexpr Column kFeatureColumns[] = {{"name"}, {"deprecation_phase"}, {"state"},
                                      {"desc"}, {"doc_url"},           {"provided_by"}};

Outcome list_flags(Context& context) {
  auto rows = context.node.list("/api/feature-flags");
  if (!rows) return rows.error();
  return make_table(chosen_columns(context.arguments, kFlagColumns, {"name", "state"}), *rows);
}

Outcome list_deprecated(Context& context) {
  const bool used = context.arguments.has("used");
  auto rows =
      context.node.list(used ? "/api/deprecated-features/used" : "/api/deprecated-features");
  if (!rows) return rows.error();
  Table table = make_table(
      chosen_columns(context.arguments, kFeatureColumns, {"name", "deprecation_phase", "state"}),
      *rows);
  table.framed = true;
  return table;
}

// All of them are enabled for good.
Outcome enable_flag(Context& context) {
  const std::string& wanted = context.argument(0);
  if (wanted == "all") return Done{};
  auto rows = context.node.list("/api/feature-flags");
  if (!rows) return rows.error();
  for (const json::object& row : *rows) {
    if (text_at(row, "name") == wanted) return Done{};
  }
  return error(ExitCode::kUsage,
               fmt::format("This feature flag is not supported by node {}", node_name(context)));
}

std::optional<std::string> check_flags(const Arguments& arguments) {
  return check_columns(arguments, kFlagColumns);
}
std::optional<std::string> check_features(const Arguments& arguments) {
  return check_columns(arguments, kFeatureColumns);
}

std::string announce_flags(const Context&) {
  return "Listing feature flags ...";
}
std::string announce_deprecated(const Context&) {
  return "Listing deprecated features ...";
}
std::string announce_enable(const Context& context) {
  if (context.argument(0) == "all") return "Enabling all feature flags ...";
  return fmt::format("Enabling feature flag \"{}\" ...", context.argument(0));
}

constexpr Command kCommands[] = {
    {.name = "enable_feature_flag",
     .usage = "[--opt-in] <all | feature_flag>",
     .help = "Does nothing: all feature flags are enabled",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = enable_flag,
     .announce = announce_enable,
     .options = kOptIn},
    {.name = "list_deprecated_features",
     .usage = "[--used] [<column> ...]",
     .help = "Lists deprecated features of RabbitMQ",
     .max_arguments = kAnyNumber,
     .run = list_deprecated,
     .announce = announce_deprecated,
     .options = kUsed,
     .check = check_features},
    {.name = "list_feature_flags",
     .usage = "[<column> ...] [--timeout <timeout>]",
     .help = "Lists feature flags; all are enabled",
     .max_arguments = kAnyNumber,
     .run = list_flags,
     .announce = announce_flags,
     .check = check_flags},
};

}  // namespace

std::span<const Command> feature_flag_commands() {
  return kCommands;
}

}  // namespace coney::cli
