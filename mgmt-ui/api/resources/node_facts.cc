#include "mgmt-ui/api/resources/node_facts.h"

#include <openssl/crypto.h>

#include "broker/exchange/exchange_type.h"

namespace coney::management {

namespace json = boost::json;

namespace {

std::string_view description_of(std::string_view exchange_type) {
  constexpr std::pair<std::string_view, std::string_view> kTexts[] = {
      {"direct", "AMQP direct exchange, as per the AMQP specification"},
      {"fanout", "AMQP fanout exchange, as per the AMQP specification"},
      {"topic", "AMQP topic exchange, as per the AMQP specification"},
      {"headers", "AMQP headers exchange, as per the AMQP specification"},
      {"x-consistent-hash", "Consistent Hashing Exchange"},
      {"x-modulus-hash", "Modulus Hashing Exchange"},
      {"x-random", "Picks one binding (queue) at random to route via (to)."},
      {"x-local-random", "Picks one random local binding (queue) to route via (to)."},
      {"x-regex", "Routing keys by regular expressions"},
  };
  for (const auto& [name, text] : kTexts) {
    if (name == exchange_type) return text;
  }
  return {};
}

std::string_view description_of_mechanism(std::string_view name) {
  constexpr std::pair<std::string_view, std::string_view> kTexts[] = {
      {"PLAIN", "SASL PLAIN authentication mechanism"},
      {"AMQPLAIN", "QPid AMQPLAIN mechanism"},
      {"ANONYMOUS", "SASL ANONYMOUS authentication mechanism"},
      {"EXTERNAL", "SASL EXTERNAL authentication mechanism"},
      {"RABBIT-CR-DEMO", "RabbitMQ Demo challenge-response authentication mechanism"},
  };
  for (const auto& [mechanism, text] : kTexts) {
    if (mechanism == name) return text;
  }
  return {};
}

json::value socket_options(const Config& config, const ActiveListener& listener) {
  if (listener.protocol.starts_with("http")) return json::object{{"port", listener.port}};
  return json::object{{"backlog", config.tcp_listen.backlog},
                      {"nodelay", config.tcp_listen.nodelay},
                      {"linger", json::array{true, 0}},
                      {"exit_on_close", false}};
}

}  // namespace

json::array exchange_types() {
  json::array types;
  for (const ExchangeType& type : coney::exchange_types()) {
    if (!type.implemented()) continue;
    types.push_back(
        {{"name", type.name}, {"description", description_of(type.name)}, {"enabled", true}});
  }
  return types;
}

json::array auth_mechanisms(const Config& config) {
  json::array mechanisms;
  for (std::string_view name : {"RABBIT-CR-DEMO", "ANONYMOUS", "EXTERNAL", "AMQPLAIN", "PLAIN"}) {
    const auto& offered = config.auth_mechanisms;
    mechanisms.push_back({{"name", name},
                          {"description", description_of_mechanism(name)},
                          {"enabled", std::ranges::find(offered, name) != offered.end()}});
  }
  return mechanisms;
}

json::array listeners(const Call& call) {
  json::array all;
  for (const ActiveListener& each : call.services.listeners()) {
    json::object row{{"node", call.config().node_name},
                     {"protocol", each.protocol},
                     {"ip_address", each.address},
                     {"port", each.port},
                     {"socket_opts", socket_options(call.config(), each)},
                     {"tls", each.protocol == "https" || each.protocol == "amqp/ssl"}};
    if (each.certificate_expiry) {
      const auto since = each.certificate_expiry->time_since_epoch();
      row["certificate_expires_at"] =
          std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
    }
    all.push_back(std::move(row));
  }
  return all;
}

json::array contexts(const Call& call, bool with_node) {
  const std::string& prefix = call.config().management.path_prefix;
  json::array all;
  for (const ActiveListener& each : call.services.listeners()) {
    if (each.protocol != "http" && each.protocol != "https") continue;
    json::object context{{"description", "RabbitMQ Management"},
                         {"path", prefix.empty() ? std::string("/") : prefix},
                         {"port", std::to_string(each.port)}};
    if (with_node) context["ssl_opts"] = json::array();
    if (with_node) context["node"] = call.config().node_name;
    all.push_back(std::move(context));
  }
  return all;
}

void put_versions(const Config& config, json::object& to) {
  to["rabbitmq_version"] = config.server_version;
  to["erlang_version"] = "0.0";
  to["erlang_full_version"] = "none: Coney " CONEY_VERSION;
  to["crypto_lib_version"] = ::OpenSSL_version(OPENSSL_VERSION);
}

}  // namespace coney::management
