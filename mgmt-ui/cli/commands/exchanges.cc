#include <fmt/format.h>

#include "mgmt-ui/cli/command/listing.h"
#include "mgmt-ui/cli/commands/commands.h"

namespace coney::cli {
namespace {

constexpr Column kColumns[] = {{"name"},     {"type"},      {"durable"}, {"auto_delete"},
                               {"internal"}, {"arguments"}, {"policy"}};

Outcome list_exchanges(Context& context) {
  return list_rows(context, {.path = api_path({"exchanges", context.vhost()}),
                             .columns = kColumns,
                             .usual = {"name", "type"}});
}

std::optional<std::string> check_list(const Arguments& arguments) {
  return check_columns(arguments, kColumns);
}

std::string announce_list(const Context& context) {
  return fmt::format("Listing exchanges for vhost {} ...", context.vhost());
}

constexpr Command kCommands[] = {
    {.name = "list_exchanges",
     .usage = "[--vhost <vhost>] [--no-table-headers] [<column> ...] [--timeout <timeout>]",
     .help = "Lists exchanges",
     .max_arguments = kAnyNumber,
     .run = list_exchanges,
     .announce = announce_list,
     .check = check_list},
};

}  // namespace

std::span<const Command> exchange_commands() {
  return kCommands;
}

}  // namespace coney::cli
