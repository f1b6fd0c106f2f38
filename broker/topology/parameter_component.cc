#include "broker/topology/parameter_component.h"

#include <algorithm>
#include <boost/json.hpp>
#include <span>

#include "broker/arguments/erlang_term.h"
#include "broker/definitions/argument_json.h"

namespace coney {
namespace {

namespace json = boost::json;

struct Key {
  std::string_view name;
  bool needed = false;
};
struct Component {
  std::string_view name;
  std::span<const Key> keys;  // empty: any
};

constexpr Key kUpstreamKeys[] = {
    {"ack-mode"},
    {"bind-nowait"},
    {"channel-use-mode"},
    {"consumer-tag"},
    {"exchange"},
    {"expires"},
    {"ha-policy"},
    {"max-hops"},
    {"message-ttl"},
    {"prefetch-count"},
    {"queue"},
    {"queue-type"},
    {"reconnect-delay"},
    {"resource-cleanup-mode"},
    {"trust-user-id"},
    {"uri", true},
};
constexpr Key kLimitKeys[] = {{"max-connections"}, {"max-queues"}};

constexpr Component kComponents[] = {
    {"federation-upstream", kUpstreamKeys},
    {"federation-upstream-set", {}},
    {"shovel", {}},
    {"vhost-limits", kLimitKeys},
};

std::string term(const json::value& value) {
  JsonErrors errors;
  const amqp::Table table = table_from_json({{"value", value}}, JsonPlace(), errors);
  return erlang_json_term(*table.find("value"));
}

// Texts may hold passwords, such as those of URIs under a key that is misspelt.
json::value shown(const json::value& value) {
  return value.is_string() || value.is_structured() ? json::value("[redacted]") : value;
}

std::string check_keys(const Component& component, const json::object& object,
                       const std::string& name) {
  std::string unknown, faults;
  for (const auto& [key, value] : object) {
    if (std::ranges::find(component.keys, std::string_view(key), &Key::name) !=
        component.keys.end()) {
      continue;
    }
    if (!unknown.empty()) unknown += ',';
    unknown += "{" + erlang_binary(key) + "," + term(shown(value)) + "}";
  }
  if (!unknown.empty()) faults += "Unrecognised terms [" + unknown + "] in " + name + "\n";
  for (const Key& key : component.keys) {
    if (!key.needed || object.contains(key.name)) continue;
    faults += "Key \"" + std::string(key.name) + "\" not found in " + name + "\n";
  }
  return faults;
}

std::string check_limits(const json::object& limits) {
  std::string faults;
  for (const auto& [key, value] : limits) {
    if (value.is_int64()) continue;
    faults += std::string(key) + " should be a number, actually was " + term(value) + "\n";
  }
  return faults;
}

}  // namespace

std::optional<std::string> check_parameter(const ParameterRecord& parameter) {
  if (parameter.component == "policy" || parameter.component == "operator_policy") {
    return "policies may not be set using this method\n";
  }
  auto component = std::ranges::find(kComponents, parameter.component, &Component::name);
  if (component == std::end(kComponents)) {
    return "component " + parameter.component + " not found\n";
  }
  boost::system::error_code code;
  const json::value value = json::parse(parameter.value, code);
  if (code) return "the value is not JSON: " + code.message() + "\n";
  if (component->keys.empty()) return std::nullopt;
  if (!value.is_object()) return parameter.name + " should be an object\n";
  std::string faults = check_keys(*component, value.get_object(), parameter.name);
  if (component->name == "vhost-limits") faults += check_limits(value.get_object());
  return faults.empty() ? std::nullopt : std::optional(std::move(faults));
}

Limits limits_from_json(std::string_view value) {
  Limits limits;
  const json::value parsed = json::parse(value);
  for (const auto& [key, limit] : parsed.as_object()) {
    limits[std::string(key)] = limit.as_int64();
  }
  return limits;
}

}  // namespace coney
