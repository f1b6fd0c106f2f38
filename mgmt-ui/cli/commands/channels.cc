#include "mgmt-ui/cli/command/listing.h"
#include "mgmt-ui/cli/command/pid.h"
#include "mgmt-ui/cli/commands/commands.h"

namespace coney::cli {

namespace json = boost::json;

namespace {

constexpr Column kColumns[] = {{"pid"},
                               {"connection", "connection_details"},
                               {"name"},
                               {"number"},
                               {"user"},
                               {"vhost"},
                               {"node"},
                               {"transactional"},
                               {"confirm"},
                               {"consumer_count"},
                               {"messages_unacknowledged"},
                               {"messages_uncommitted"},
                               {"acks_uncommitted"},
                               {"messages_unconfirmed"},
                               {"prefetch_count"},
                               {"global_prefetch_count"},
                               {"state"}};

Outcome list_channels(Context& context) {
  const std::string node = node_name(context);
  return list_rows(context,
                   {.path = "/api/channels",
                    .columns = kColumns,
                    .usual = {"pid", "user", "consumer_count", "messages_unacknowledged"},
                    .extra_fields = "name"},
                   [&node](json::object& row) {
                     const json::value name = field_at(row, "name");
                     if (name.is_string()) row["pid"] = pid_of(node, name.get_string());
                     const json::value connection = field_at(row, "connection_details.name");
                     if (connection.is_string()) {
                       row["connection_details"] = pid_of(node, connection.get_string());
                     }
                     json::value& global = row["global_prefetch_count"];
                     if (global.is_null()) global = 0;
                   });
}

std::optional<std::string> check_list(const Arguments& arguments) {
  return check_columns(arguments, kColumns);
}

std::string announce_list(const Context&) {
  return "Listing channels ...";
}

constexpr Command kCommands[] = {
    {.name = "list_channels",
     .usage = "[--no-table-headers] [<column> ...]",
     .help = "Lists channels and their properties",
     .max_arguments = kAnyNumber,
     .run = list_channels,
     .announce = announce_list,
     .check = check_list},
};

}  // namespace

std::span<const Command> channel_commands() {
  return kCommands;
}

}  // namespace coney::cli
