#include <fmt/format.h>

#include "mgmt-ui/cli/command/listing.h"
#include "mgmt-ui/cli/commands/commands.h"

namespace coney::cli {

namespace json = boost::json;

namespace {

json::value exchange(const json::object&) {
  return "exchange";
}

constexpr Column kColumns[] = {{"source_name", "source"},
                               {"source_kind", "source", exchange},
                               {"destination_name", "destination"},
                               {"destination_kind", "destination_type"},
                               {"routing_key"},
                               {"arguments"}};

Outcome list_bindings(Context& context) {
  return list_rows(context, {.path = api_path({"bindings", context.vhost()}),
                             .columns = kColumns,
                             .usual = {"source_name", "source_kind", "destination_name",
                                       "destination_kind", "routing_key", "arguments"}});
}

std::optional<std::string> check_list(const Arguments& arguments) {
  return check_columns(arguments, kColumns);
}

std::string announce_list(const Context& context) {
  return fmt::format("Listing bindings for vhost {}...", context.vhost());
}

constexpr Command kCommands[] = {
    {.name = "list_bindings",
     .usage = "[--vhost <vhost>] [--no-table-headers] [<column> ...] [--timeout <timeout>]",
     .help = "Lists the bindings of a virtual host",
     .max_arguments = kAnyNumber,
     .run = list_bindings,
     .announce = announce_list,
     .check = check_list},
};

}  // namespace

std::span<const Command> binding_commands() {
  return kCommands;
}

}  // namespace coney::cli
