#include <boost/json.hpp>
#include <charconv>
#include <set>

#include "broker/transport/tls_context.h"
#include "mgmt-ui/api/resources/resources.h"

// Health checks: 200 when all is well, 503 with the reason when not.

namespace coney::management {

namespace json = boost::json;

namespace {

Answer healthy() {
  return json_answer(json::object{{"status", "ok"}});
}

Answer unhealthy(json::object details, std::string_view reason) {
  details["status"] = "failed";
  details["reason"] = json::string(reason);
  return json_answer(details, 503);
}

Reply check_nothing(Call&) {
  return healthy();
}

// ---- alarms ----

Reply check_alarms(Call& call) {
  const AlarmState alarms = call.services.alarms();
  if (!alarms.memory && !alarms.disk) return healthy();
  json::array raised;
  const auto add = [&](bool on, const char* resource) {
    if (on)
      raised.push_back(json::object{{"node", call.config().node_name}, {"resource", resource}});
  };
  add(alarms.memory, "memory");
  add(alarms.disk, "disk");
  return unhealthy({{"alarms", std::move(raised)}}, "There are alarms in effect in the cluster");
}

// ---- listeners ----

json::array as_json(const std::set<std::uint16_t>& ports) {
  json::array list;
  for (std::uint16_t port : ports) list.push_back(port);
  return list;
}

json::array as_json(const std::set<std::string>& words) {
  json::array list;
  for (const std::string& word : words) list.emplace_back(word);
  return list;
}

Reply check_port(Call& call) {
  const std::string& text = call.name("port");
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size()) return bad_request("Invalid port");
  std::set<std::uint16_t> ports;
  for (const ActiveListener& one : call.services.listeners()) ports.insert(one.port);
  if (ports.contains(port)) return json_answer(json::object{{"status", "ok"}, {"port", port}});
  return unhealthy({{"missing", port}, {"ports", as_json(ports)}}, "No active listener");
}

// RabbitMQ's names for protocols, and what clients call them as well.
std::string_view canonical_protocol(std::string_view name) {
  if (name == "amqp091" || name == "amqp0.9.1" || name == "amqp-0-9-1") return "amqp";
  if (name == "amqps" || name == "amqp0.9.1/ssl" || name == "amqp091/ssl") return "amqp/ssl";
  if (name == "management") return "http";
  return name;
}

Reply check_protocols(Call& call) {
  std::set<std::string> active, missing;
  for (const ActiveListener& one : call.services.listeners()) active.insert(one.protocol);
  std::string_view wanted = call.name("protocols");
  while (!wanted.empty()) {
    const std::size_t end = std::min(wanted.find(','), wanted.size());
    const std::string_view name = wanted.substr(0, end);
    wanted.remove_prefix(std::min(end + 1, wanted.size()));
    if (!active.contains(std::string(canonical_protocol(name)))) missing.emplace(name);
  }
  if (missing.empty()) {
    return json_answer(json::object{{"status", "ok"}, {"protocols", as_json(active)}});
  }
  return unhealthy({{"missing", as_json(missing)}, {"protocols", as_json(active)}},
                   "No active listener");
}

// ---- certificates ----

std::optional<std::chrono::hours> parse_span(const Call& call) {
  static constexpr std::pair<std::string_view, int> kUnits[] = {
      {"days", 1}, {"weeks", 7}, {"months", 30}, {"years", 365}};
  const std::string& count = call.name("within");
  int number = 0;
  const auto [end, error] = std::from_chars(count.data(), count.data() + count.size(), number);
  if (error != std::errc() || end != count.data() + count.size() || number < 0) return std::nullopt;
  constexpr int kMost = 1'000'000;
  for (const auto& [name, days] : kUnits) {
    if (call.name("unit") == name) {
      return std::chrono::hours(24) * days * std::min(number, kMost);
    }
  }
  return std::nullopt;
}

Reply check_certificates(Call& call) {
  const auto span = parse_span(call);
  if (!span) {
    return bad_request("Time unit not recognised. Supported units: days, weeks, months, years.");
  }
  json::array expiring;
  for (const ActiveListener& one : call.services.listeners()) {
    if (!one.certificate_expiry || *one.certificate_expiry > call.services.wall_time() + *span) {
      continue;
    }
    expiring.push_back(json::object{{"node", call.config().node_name},
                                    {"protocol", one.protocol},
                                    {"port", one.port},
                                    {"interface", one.address}});
  }
  if (expiring.empty()) return healthy();
  return unhealthy({{"expired", std::move(expiring)}}, "Certificates expiring");
}

// ---- the rest ----

Reply check_quorum(Call&) {
  return json_answer(json::object{{"status", "ok"}, {"reason", "single node cluster"}});
}

Reply check_connection_limit(Call& call) {
  const auto limit = call.config().connection_max;
  const std::uint64_t open = call.services.connection_count();
  if (!limit || open < *limit) return healthy();
  return unhealthy({{"limit", *limit}, {"connections", open}},
                   "The node's connection limit is reached");
}

Reply check_ready(Call& call) {
  for (const ActiveListener& one : call.services.listeners()) {
    if (one.protocol.starts_with("amqp")) return check_connection_limit(call);
  }
  return unhealthy({}, "There is no listener for clients");
}

// The definitions have come from the disk before the API is there.
Reply check_store(Call&) {
  return healthy();
}
Reply check_store_with_data(Call& call) {
  if (!call.directory.vhosts().empty()) return healthy();
  return unhealthy({}, "Metadata store has not yet been initialized: there is no virtual host");
}

Reply check_leaders_of_vhost(Call& call) {
  return call.vhost() ? healthy() : no_such_object();
}

}  // namespace

void add_health(RouteTable& table) {
  struct Check {
    std::string_view path;
    Handler handler;
  };
  static constexpr Check kChecks[] = {
      {"/api/health/checks/alarms", check_alarms},
      {"/api/health/checks/local-alarms", check_alarms},
      {"/api/health/checks/certificate-expiration/{within}/{unit}", check_certificates},
      {"/api/health/checks/port-listener/{port}", check_port},
      {"/api/health/checks/protocol-listener/{protocols}", check_protocols},
      {"/api/health/checks/virtual-hosts", check_nothing},
      {"/api/health/checks/node-is-quorum-critical", check_quorum},
      {"/api/health/checks/is-in-service", check_nothing},
      {"/api/health/checks/below-node-connection-limit", check_connection_limit},
      {"/api/health/checks/ready-to-serve-clients", check_ready},
      {"/api/health/checks/metadata-store/initialized", check_store},
      {"/api/health/checks/metadata-store/initialized/with-data", check_store_with_data},
      {"/api/health/checks/quorum-queues-without-elected-leaders/all-vhosts/pattern/{pattern}",
       check_nothing},
      {"/api/health/checks/quorum-queues-without-elected-leaders/vhost/{vhost}/pattern/{pattern}",
       check_leaders_of_vhost},
      {"/api/healthchecks/node", check_alarms},
  };
  for (const Check& check : kChecks) table.add(check.path, {get(Need::kManagement, check.handler)});
}

}  // namespace coney::management
