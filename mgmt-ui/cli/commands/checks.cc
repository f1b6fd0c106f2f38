#include <fmt/format.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "mgmt-ui/cli/command/node_report.h"
#include "mgmt-ui/cli/commands/commands.h"

namespace coney::cli {

namespace json = boost::json;

namespace {

constexpr Option kCertificateOptions[] = {{"unit"}, {"within"}};
constexpr Option kAddressOption[] = {{"address"}};
constexpr Option kQuorumOptions[] = {{"across-all-vhosts", 0, Option::Kind::kFlag}};

// ---- running ----

Outcome check_running(Context& context) {
  auto self = context.node.get("/api/coney/node");
  if (!self) return self.error();
  const std::string name = node_name(context);
  if (text_at(self->as_object(), "state") == "running") {
    return Message{fmt::format("RabbitMQ on node {} is fully booted and running", name)};
  }
  return error(ExitCode::kUnavailable,
               fmt::format("RabbitMQ on node {} is not running or has not fully booted yet (check "
                           "with is_booting)",
                           name));
}

Outcome is_booting(Context& context) {
  auto self = context.node.get("/api/coney/node");
  if (!self) return self.error();
  if (text_at(self->as_object(), "state") == "starting") {
    return Message{fmt::format("RabbitMQ on node {} is booting", node_name(context))};
  }
  return Message{fmt::format(
      "RabbitMQ on node {} is fully booted (check with is_running), stopped or has not started "
      "booting yet",
      node_name(context))};
}

// ---- alarms ----

Outcome alarms_or(Context& context, std::string_view none, bool is_check) {
  auto row = get_node_row(context);
  if (!row) return row.error();
  const auto texts = alarm_texts(*row);
  const json::object found{
      {"node", node_name(context)}, {"result", "ok"}, {"alarms", alarms_json(*row)}};
  if (texts.empty()) {
    return Document{found, fmt::format("Node {} reported {}", node_name(context), none)};
  }
  const std::string text = fmt::format("Node {} reported the following alarms:\n\n{}",
                                       node_name(context), fmt::join(texts, "\n"));
  if (!is_check) return Document{found, text};
  return Failure{ExitCode::kUnavailable, "Error:\n" + text, found};
}

Outcome alarms(Context& context) {
  return alarms_or(context, "no alarms, local or clusterwide", false);
}
Outcome check_alarms(Context& context) {
  return alarms_or(context, "no alarms, local or clusterwide", true);
}
// A no-op of RabbitMQ's; here it checks.
Outcome check_local_alarms(Context& context) {
  Outcome outcome = alarms_or(context, "no local alarms", true);
  if (auto* document = std::get_if<Document>(&outcome)) document->json = {{"result", "ok"}};
  return outcome;
}

// ---- listeners ----

Outcome listeners(Context& context) {
  auto found = get_listeners(context);
  if (!found) return found.error();
  std::string text;
  for (const json::object& listener : *found) text += listener_line(listener) + "\n";
  return Document{
      json::object{{"node", node_name(context)}, {"result", "ok"}, {"listeners", to_array(*found)}},
      text};
}

Outcome check_port_listener(Context& context) {
  auto found = get_listeners(context);
  if (!found) return found.error();
  const std::string& port = context.argument(0);
  for (const json::object& listener : *found) {
    if (std::to_string(number_at(listener, "port")) != port) continue;
    return Document{
        json::object{{"node", node_name(context)}, {"port", port}, {"result", "ok"}},
        fmt::format("A listener for port {} is running on node {}.", port, node_name(context))};
  }
  return Failure{
      ExitCode::kUnavailable,
      fmt::format("No listener for port {} is active on node {}. Found listeners that use the "
                  "following ports: {}",
                  port, node_name(context), port_list(*found)),
      json::object{{"listeners", to_array(*found)}, {"missing", port}, {"result", "error"}}};
}

// RabbitMQ's other words for the same.
std::string protocol_of(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (text == "amqp091" || text == "amqp 0-9-1") return "amqp";
  if (text == "amqps" || text == "amqp/tls") return "amqp/ssl";
  return text;
}

Outcome check_protocol_listener(Context& context) {
  auto found = get_listeners(context);
  if (!found) return found.error();
  const std::string& protocol = context.argument(0);
  std::vector<std::string> names;
  for (const json::object& listener : *found) {
    names.push_back(text_at(listener, "protocol"));
    if (names.back() != protocol_of(protocol)) continue;
    return Document{
        json::object{{"node", node_name(context)}, {"protocol", protocol}, {"result", "ok"}},
        fmt::format("A listener for protocol {} is running on node {}.", protocol,
                    node_name(context))};
  }
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return error(ExitCode::kUnavailable,
               fmt::format("No listener for protocol {} is active on node {}. Found listeners for "
                           "the following protocols: {}",
                           protocol, node_name(context), fmt::join(names, ", ")));
}

// Listeners on every address are tried on `host`.
bool accepts_connections(const std::string& host, const json::object& listener) {
  namespace asio = boost::asio;
  std::string address = text_at(listener, "interface");
  if (address.starts_with('[')) address = address.substr(1, address.size() - 2);
  if (address == "::" || address == "0.0.0.0") address = host;
  asio::io_context io;
  asio::ip::tcp::resolver resolver(io);
  boost::system::error_code failed;
  const auto found = resolver.resolve(address, std::to_string(number_at(listener, "port")), failed);
  asio::ip::tcp::socket socket(io);
  if (!failed) asio::connect(socket, found, failed);
  return !failed;
}

Outcome check_port_connectivity(Context& context) {
  auto found = get_listeners(context);
  if (!found) return found.error();
  const std::string host = context.arguments.text_or("address", "localhost");
  std::vector<std::string> failed;
  std::string text;
  for (const json::object& listener : *found) {
    text += fmt::format("Will connect to {}:{}\n", host, number_at(listener, "port"));
    if (!accepts_connections(host, listener)) failed.push_back(listener_line(listener));
  }
  if (!failed.empty()) {
    return error(ExitCode::kUnavailable,
                 fmt::format("Connection attempts to the following ports of node {} failed:\n{}",
                             node_name(context), fmt::join(failed, "\n")));
  }
  return Document{json::object{{"result", "ok"}},
                  text + fmt::format("Successfully connected to ports {} on node {} (using node "
                                     "hostname resolution)",
                                     port_list(*found), node_name(context))};
}

// ---- what the HTTP API checks ----

// 200 or 503 with a reason.
Outcome health(Context& context, const std::string& path, std::string text) {
  auto reply = context.node.send({.target = "/api/health/checks/" + path});
  if (!reply) return reply.error();
  return Document{json::object{{"result", "ok"}}, std::move(text)};
}

Outcome check_virtual_hosts(Context& context) {
  return health(context, "virtual-hosts",
                fmt::format("Node {} reported all vhosts as running", node_name(context)));
}

Outcome check_quorum_critical(Context& context) {
  return health(context, "node-is-quorum-critical",
                fmt::format("Node {} seems to be the only one in a single node cluster, the check "
                            "does not apply",
                            node_name(context)));
}

std::string unit_of(const Context& context) {
  return context.arguments.text_or("unit", "weeks");
}
std::string within(const Context& context) {
  return context.arguments.text_or("within", "4");
}

Outcome check_certificates(Context& context) {
  return health(
      context, fmt::format("certificate-expiration/{}/{}", within(context), unit_of(context)),
      fmt::format("No certificates are expiring within {} {}.", within(context), unit_of(context)));
}

std::optional<std::string> check_within(const Arguments& arguments) {
  constexpr std::string_view kUnits[] = {"days", "weeks", "months", "years"};
  const std::string unit = arguments.text_or("unit", "weeks");
  if (std::ranges::find(kUnits, unit) == std::end(kUnits)) {
    return fmt::format("unit '{}' is not supported; use days, weeks, months or years", unit);
  }
  if (to_integer(arguments.text_or("within", "4")).value_or(-1) < 0) {
    return "--within is a whole number";
  }
  return std::nullopt;
}

Outcome check_metadata_store(Context& context) {
  return health(context, "metadata-store/initialized",
                fmt::format("Node {} has initialized its metadata store", node_name(context)));
}

// Every queue has its leader here as long as the node runs.
Outcome check_leaders(Context& context) {
  return Document{json::object{{"result", "ok"}},
                  fmt::format("Node {} reported all quorum queue as having responsive leader "
                              "replicas",
                              node_name(context))};
}

// ---- what is said before ----

std::string announce_running(const Context& context) {
  return fmt::format("Checking if RabbitMQ is running on node {} ...", node_name(context));
}
std::string announce_is_running(const Context& context) {
  return fmt::format("Asking node {} for its status ...", node_name(context));
}
std::string announce_booting(const Context& context) {
  return fmt::format("Asking node {} for its boot status ...", node_name(context));
}
std::string announce_alarms(const Context& context) {
  return fmt::format("Asking node {} to report any known resource alarms ...", node_name(context));
}
std::string announce_local_alarms(const Context& context) {
  return fmt::format("Asking node {} to report any local resource alarms ...", node_name(context));
}
std::string announce_listeners(const Context& context) {
  return fmt::format("Asking node {} to report its protocol listeners ...", node_name(context));
}
std::string announce_port(const Context& context) {
  return fmt::format("Asking node {} if there's an active listener on port {} ...",
                     node_name(context), context.argument(0));
}
std::string announce_protocol(const Context& context) {
  return fmt::format("Asking node {} if there's an active listener for protocol {} ...",
                     node_name(context), context.argument(0));
}
std::string announce_connectivity(const Context& context) {
  return fmt::format(
      "Testing TCP connections to all active listeners on node {} using hostname resolution ...",
      node_name(context));
}
std::string announce_virtual_hosts(const Context& context) {
  return fmt::format("Checking if all vhosts are running on node {} ...", node_name(context));
}
std::string announce_critical(const Context& context) {
  return fmt::format("Checking if node {} is critical for quorum of any queues/streams ...",
                     node_name(context));
}
std::string announce_certificates(const Context& context) {
  return fmt::format("Checking certificate expiration for all certificates on node {} ...",
                     node_name(context));
}
std::string announce_metadata(const Context& context) {
  return fmt::format("Checking if metadata store on node {} is initialized ...",
                     node_name(context));
}
std::string announce_leaders(const Context& context) {
  const std::string where = context.arguments.has("across-all-vhosts")
                                ? "all vhosts"
                                : fmt::format("virtual host {}", context.vhost());
  return fmt::format("Checking leader replicas of quorum queues matching '{}' in {} ...",
                     context.argument(0), where);
}

constexpr Command kCommands[] = {
    {.name = "alarms",
     .usage = "[--timeout <timeout>]",
     .help = "Lists the alarms that are on",
     .run = alarms,
     .announce = announce_alarms},
    {.name = "check_alarms",
     .usage = "[--timeout <timeout>]",
     .help = "Fails when an alarm is on",
     .run = check_alarms,
     .announce = announce_local_alarms},
    {.name = "check_certificate_expiration",
     .usage = "[--within <period>] [--unit <unit>]",
     .help = "Fails when a certificate of a listener is about to expire",
     .run = check_certificates,
     .announce = announce_certificates,
     .options = kCertificateOptions,
     .check = check_within},
    {.name = "check_for_quorum_queues_without_an_elected_leader",
     .usage = "[--vhost <vhost>] [--across-all-vhosts] <pattern>",
     .help = "Fails when a quorum queue has no leader; on one node each has",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = check_leaders,
     .announce = announce_leaders,
     .options = kQuorumOptions},
    {.name = "check_if_metadata_store_initialized",
     .usage = "[--timeout <timeout>]",
     .help = "Fails when the definitions are not loaded",
     .run = check_metadata_store,
     .announce = announce_metadata},
    {.name = "check_if_node_is_quorum_critical",
     .usage = "[--timeout <timeout>]",
     .help = "Fails when queues need this node for their quorum",
     .run = check_quorum_critical,
     .announce = announce_critical},
    {.name = "check_local_alarms",
     .usage = "[--timeout <timeout>]",
     .help = "Fails when an alarm is on",
     .run = check_local_alarms,
     .announce = announce_local_alarms},
    {.name = "check_port_connectivity",
     .usage = "[--address <target address>] [--timeout <timeout>]",
     .help = "Fails when a listener does not accept a TCP connection",
     .run = check_port_connectivity,
     .announce = announce_connectivity,
     .options = kAddressOption},
    {.name = "check_port_listener",
     .usage = "<port> [--timeout <timeout>]",
     .help = "Fails when nothing listens on the port",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = check_port_listener,
     .announce = announce_port},
    {.name = "check_protocol_listener",
     .usage = "<protocol> [--timeout <timeout>]",
     .help = "Fails when nothing listens for the protocol",
     .min_arguments = 1,
     .max_arguments = 1,
     .run = check_protocol_listener,
     .announce = announce_protocol},
    {.name = "check_running",
     .usage = "[--timeout <timeout>]",
     .help = "Fails when the node is not running",
     .run = check_running,
     .announce = announce_running},
    {.name = "check_virtual_hosts",
     .usage = "[--timeout <timeout>]",
     .help = "Fails when a virtual host is not running",
     .run = check_virtual_hosts,
     .announce = announce_virtual_hosts},
    {.name = "is_booting",
     .usage = "[--timeout <timeout>]",
     .help = "Tells whether the node is starting",
     .run = is_booting,
     .announce = announce_booting},
    {.name = "is_running",
     .usage = "[--timeout <timeout>]",
     .help = "Tells whether the node is running",
     .run = check_running,
     .announce = announce_is_running},
    {.name = "listeners",
     .usage = "[--timeout <timeout>]",
     .help = "Lists what the node listens on",
     .run = listeners,
     .announce = announce_listeners},
};

}  // namespace

std::span<const Command> check_commands() {
  return kCommands;
}

}  // namespace coney::cli
