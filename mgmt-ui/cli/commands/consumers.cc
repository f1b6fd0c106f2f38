#include <fmt/format.h>

#include "mgmt-ui/cli/command/listing.h"
#include "mgmt-ui/cli/command/pid.h"
#include "mgmt-ui/cli/commands/commands.h"

namespace coney::cli {

namespace json = boost::json;

namespace {

constexpr Column kColumns[] = {{"queue_name", "queue.name"},
                               {"channel_pid", "channel_details.name"},
                               {"consumer_tag"},
                               {"ack_required"},
                               {"prefetch_count"},
                               {"active"},
                               {"activity_status"},
                               {"arguments"},
                               {"consumer_timeout"}};

Outcome list_consumers(Context& context) {
  const std::string node = node_name(context);
  return list_rows(context,
                   {.path = api_path({"consumers", context.vhost()}),
                    .columns = kColumns,
                    .usual = {"queue_name", "channel_pid", "consumer_tag", "ack_required",
                              "prefetch_count", "active", "arguments"},
                    .integer = "signedint"},
                   [&node](json::object& row) {
                     const json::value name = field_at(row, "channel_details.name");
                     if (!name.is_string()) return;
                     row["channel_details"] =
                         json::object{{"name", pid_of(node, std::string_view(name.get_string()))}};
                   });
}

std::optional<std::string> check_list(const Arguments& arguments) {
  return check_columns(arguments, kColumns);
}

std::string announce_list(const Context& context) {
  return fmt::format("Listing consumers in vhost {} ...", context.vhost());
}

constexpr Command kCommands[] = {
    {.name = "list_consumers",
     .usage = "[--vhost <vhost>] [--no-table-headers] [<column> ...] [--timeout <timeout>]",
     .help = "Lists the consumers of a virtual host",
     .max_arguments = kAnyNumber,
     .run = list_consumers,
     .announce = announce_list,
     .check = check_list},
};

}  // namespace

std::span<const Command> consumer_commands() {
  return kCommands;
}

}  // namespace coney::cli
