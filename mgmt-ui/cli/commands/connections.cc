#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "mgmt-ui/cli/command/listing.h"
#include "mgmt-ui/cli/command/pid.h"
#include "mgmt-ui/cli/commands/commands.h"

namespace coney::cli {

namespace json = boost::json;

namespace {

constexpr Option kCloseAllOptions[] = {
    {"limit"}, {"global", 0, Option::Kind::kFlag}, {"per-connection-delay"}};

// As Erlang prints a version.
json::value protocol(const json::object& row) {
  const json::value value = field_at(row, "protocol");
  return value == "AMQP 0-9-1" ? json::value("{0,9,1}") : value;
}

constexpr Column kColumns[] = {{"pid"},
                               {"name"},
                               {"node"},
                               {"port"},
                               {"host"},
                               {"peer_port"},
                               {"peer_host"},
                               {"ssl"},
                               {"ssl_protocol"},
                               {"ssl_key_exchange"},
                               {"ssl_cipher"},
                               {"ssl_hash"},
                               {"peer_cert_subject"},
                               {"peer_cert_issuer"},
                               {"peer_cert_validity"},
                               {"state"},
                               {"channels"},
                               {"protocol", "protocol", protocol},
                               {"auth_mechanism"},
                               {"user"},
                               {"vhost"},
                               {"timeout"},
                               {"frame_max"},
                               {"channel_max"},
                               {"client_properties"},
                               {"connected_at"},
                               {"type"},
                               {"recv_oct"},
                               {"recv_cnt"},
                               {"send_oct"},
                               {"send_cnt"},
                               {"send_pend"}};

Outcome list_connections(Context& context) {
  const std::string node = node_name(context);
  return list_rows(context,
                   {.path = "/api/connections",
                    .columns = kColumns,
                    .usual = {"user", "peer_host", "peer_port", "state"},
                    .extra_fields = "name"},
                   [&node](json::object& row) {
                     const json::value name = field_at(row, "name");
                     if (name.is_string()) row["pid"] = pid_of(node, name.get_string());
                   });
}

std::optional<std::string> check_list(const Arguments& arguments) {
  return check_columns(arguments, kColumns);
}

Result<bool> close(Context& context, std::string_view name, const std::string& reason) {
  return context.node.remove(api_path({"connections", name}), reason);
}

// By the id that list_connections shows, or by name.
Outcome close_connection(Context& context) {
  const std::string& wanted = context.argument(0);
  const std::string& reason = context.argument(1);
  if (!is_pid(wanted)) {
    auto closed = close(context, wanted, reason);
    if (!closed) return closed.error();
    if (*closed) return Done{};
    return error(ExitCode::kUnavailable,
                 fmt::format("Error:\n{{:invalid_pid_syntax, \"{}\"}}", wanted));
  }
  auto connections = context.node.list("/api/connections?columns=name");
  if (!connections) return connections.error();
  const std::string node = node_name(context);
  for (json::object& row : *connections) {
    const std::string name(row["name"].as_string());
    if (pid_of(node, name) != wanted) continue;
    auto closed = close(context, name, reason);
    if (!closed) return closed.error();
  }
  return Done{};
}

struct Selection {
  std::string user{};   // empty: any
  std::string vhost{};  // empty: any
  std::size_t limit = SIZE_MAX;
  std::chrono::milliseconds delay{};
};

Result<std::size_t> close_all(Context& context, const Selection& selection,
                              const std::string& reason) {
  auto connections = context.node.list("/api/connections?columns=name,user,vhost");
  if (!connections) return connections.error();
  std::size_t count = 0;
  for (json::object& row : *connections) {
    if (count == selection.limit) break;
    if (!selection.user.empty() && row["user"] != json::string(selection.user)) continue;
    if (!selection.vhost.empty() && row["vhost"] != json::string(selection.vhost)) continue;
    if (count != 0) std::this_thread::sleep_for(selection.delay);
    auto closed = close(context, row["name"].as_string(), reason);
    if (!closed) return closed.error();
    count += *closed;
  }
  return count;
}

Outcome close_all_connections(Context& context) {
  const Arguments& arguments = context.arguments;
  Selection selection;
  if (!arguments.has("global")) selection.vhost = context.vhost();
  const auto limit = to_integer(arguments.text_or("limit", "0")).value_or(0);
  if (limit > 0) selection.limit = static_cast<std::size_t>(limit);
  selection.delay = std::chrono::milliseconds(
      to_integer(arguments.text_or("per-connection-delay", "0")).value_or(0));
  auto count = close_all(context, selection, context.argument(0));
  if (!count) return count.error();
  return Message{fmt::format("Closed {} connections", *count)};
}

Outcome close_all_user_connections(Context& context) {
  auto count = close_all(context, {.user = context.argument(0)}, context.argument(1));
  if (!count) return count.error();
  return Message{fmt::format("Closed {} connections", *count)};
}

std::optional<std::string> check_close_all(const Arguments& arguments) {
  for (std::string_view name : {"limit", "per-connection-delay"}) {
    const std::string value = arguments.text_or(name, "0");
    if (to_integer(value).value_or(-1) < 0) return fmt::format("'{}' is no number", value);
  }
  return std::nullopt;
}

std::string announce_list(const Context&) {
  return "Listing connections ...";
}
std::string announce_close(const Context& context) {
  return fmt::format("Closing connection {}, reason: {}...", context.argument(0),
                     context.argument(1));
}
std::string announce_close_all(const Context& context) {
  if (context.arguments.has("global")) {
    return fmt::format("Closing all connections to node {} (across all vhosts), reason: {}...",
                       node_name(context), context.argument(0));
  }
  return fmt::format("Closing all connections in vhost {}, reason: {}...", context.vhost(),
                     context.argument(0));
}
std::string announce_close_user(const Context& context) {
  return fmt::format("Closing connections of user {}, reason: {}...", context.argument(0),
                     context.argument(1));
}

constexpr Command kCommands[] = {
    {.name = "close_all_connections",
     .usage = "[--vhost <vhost> --limit <limit>] [-n <node> --global] "
              "[--per-connection-delay <delay>] <explanation>",
     .help = "Closes all connections of a virtual host, or of the node",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = close_all_connections,
     .announce = announce_close_all,
     .options = kCloseAllOptions,
     .check = check_close_all},
    {.name = "close_all_user_connections",
     .usage = "<username> <explanation>",
     .help = "Closes all connections of a user",
     .min_arguments = 2,
     .max_arguments = 2,
     .run = close_all_user_connections,
     .announce = announce_close_user},
    {.name = "close_connection",
     .usage = "<connection pid> <explanation>",
     .help = "Closes a connection, by its pid or its name",
     .min_arguments = 2,
     .max_arguments = 2,
     .run = close_connection,
     .announce = announce_close},
    {.name = "list_connections",
     .usage = "[--no-table-headers] [<column> ...] [--timeout <timeout>]",
     .help = "Lists connections and their properties",
     .max_arguments = kAnyNumber,
     .run = list_connections,
     .announce = announce_list,
     .check = check_list},
};

}  // namespace

std::span<const Command> connection_commands() {
  return kCommands;
}

}  // namespace coney::cli
