#include "broker/definitions/definitions_export.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <optional>

#include "broker/auth/password_hash.h"
#include "broker/definitions/argument_json.h"
#include "broker/definitions/policy_json.h"

namespace coney {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 7> kPredeclared = {
    "", "amq.direct", "amq.fanout", "amq.headers", "amq.match", "amq.topic", "amq.rabbitmq.trace"};

bool is_predeclared(const ExchangeRecord& exchange) {
  return std::find(kPredeclared.begin(), kPredeclared.end(), exchange.name) != kPredeclared.end();
}

json::string text(std::string_view bytes) {
  return json::string(json_text(bytes));
}

json::array texts(const std::vector<std::string>& words) {
  json::array array;
  for (const std::string& word : words) array.push_back(text(word));
  return array;
}

void add_limit(json::object& limits, std::string_view key,
               const std::optional<std::int64_t>& limit) {
  if (limit) limits[key] = *limit;
}

json::object limits_of(const VhostRecord& vhost) {
  json::object limits;
  add_limit(limits, "max-connections", vhost.max_connections);
  add_limit(limits, "max-queues", vhost.max_queues);
  return limits;
}

json::object to_json(const VhostRecord& vhost) {
  std::string type = vhost.default_queue_type.empty() ? "classic" : vhost.default_queue_type;
  json::object metadata = {{"description", text(vhost.description)},
                           {"tags", texts(vhost.tags)},
                           {"default_queue_type", text(type)}};
  if (vhost.protected_from_deletion) metadata["protected_from_deletion"] = true;
  return {{"name", text(vhost.name)}, {"limits", limits_of(vhost)}, {"metadata", metadata}};
}

json::object to_json(const UserRecord& user) {
  json::object limits;
  add_limit(limits, "max-connections", user.max_connections);
  add_limit(limits, "max-channels", user.max_channels);
  return {{"name", text(user.name)},
          {"password_hash", text(user.password_hash)},
          {"hashing_algorithm", text(to_string(user.hashing))},
          {"tags", texts(user.tags)},
          {"limits", limits}};
}

json::object to_json(const PermissionRecord& permission) {
  return {{"user", text(permission.user)},
          {"vhost", text(permission.vhost)},
          {"configure", text(permission.configure)},
          {"write", text(permission.write)},
          {"read", text(permission.read)}};
}

json::object to_json(const TopicPermissionRecord& permission) {
  return {{"user", text(permission.user)},
          {"vhost", text(permission.vhost)},
          {"exchange", text(permission.exchange)},
          {"write", text(permission.write)},
          {"read", text(permission.read)}};
}

json::object to_json(const ExchangeRecord& exchange) {
  json::object object = {
      {"name", text(exchange.name)},         {"vhost", text(exchange.vhost)},
      {"type", text(exchange.type)},         {"durable", exchange.durable},
      {"auto_delete", exchange.auto_delete}, {"arguments", table_to_json(exchange.arguments)}};
  if (exchange.internal) object["internal"] = true;
  return object;
}

json::object to_json(const QueueRecord& queue) {
  amqp::Table arguments = queue.arguments;
  if (!arguments.find("x-queue-type")) {
    arguments.set("x-queue-type", amqp::Value::text(queue.type));
  }
  return {{"name", text(queue.name)},         {"vhost", text(queue.vhost)},
          {"type", text(queue.type)},         {"durable", queue.durable},
          {"auto_delete", queue.auto_delete}, {"arguments", table_to_json(arguments)}};
}

json::object to_json(const BindingRecord& binding) {
  bool to_queue = binding.destination_kind == DestinationKind::kQueue;
  return {{"source", text(binding.source)},
          {"vhost", text(binding.vhost)},
          {"destination", text(binding.destination)},
          {"destination_type", to_queue ? "queue" : "exchange"},
          {"routing_key", text(binding.routing_key)},
          {"arguments", table_to_json(binding.arguments)}};
}

json::object to_json(const PolicyRecord& policy) {
  json::object object = policy_to_json(policy);
  object["vhost"] = text(policy.vhost);
  object["name"] = text(policy.name);
  return object;
}

json::value value_of(const std::string& text) {
  boost::system::error_code code;
  json::value value = json::parse(text, code);
  return code ? json::value() : value;
}

json::object to_json(const GlobalParameterRecord& parameter) {
  return {{"name", text(parameter.name)}, {"value", value_of(parameter.value)}};
}

json::object parameter(std::string_view component, std::string_view name, std::string_view vhost,
                       json::value value) {
  return {{"component", text(component)},
          {"name", text(name)},
          {"vhost", text(vhost)},
          {"value", std::move(value)}};
}

template <typename Record, typename Keep>
json::array list(const std::vector<Record>& records, Keep keep) {
  json::array array;
  for (const Record& record : records) {
    if (keep(record)) array.push_back(to_json(record));
  }
  return array;
}

template <typename Record>
json::array list(const std::vector<Record>& records) {
  return list(records, [](const Record&) { return true; });
}

json::array parameters(const Definitions& definitions) {
  json::array array;
  for (const PolicyRecord& policy : definitions.policies) {
    if (!policy.is_operator) continue;
    array.push_back(
        parameter("operator_policy", policy.name, policy.vhost, policy_to_json(policy)));
  }
  for (const ParameterRecord& one : definitions.parameters) {
    array.push_back(parameter(one.component, one.name, one.vhost, value_of(one.value)));
  }
  for (const VhostRecord& vhost : definitions.vhosts) {
    json::object limits = limits_of(vhost);
    if (limits.empty()) continue;
    array.push_back(parameter("vhost-limits", "limits", vhost.name, std::move(limits)));
  }
  return array;
}

// With the name of the cluster, whether somebody has given it one or not.
json::array global_parameters(const Definitions& definitions, const std::string& cluster_name) {
  json::array array = list(definitions.global_parameters);
  auto is_name = [](const GlobalParameterRecord& one) { return one.name == "cluster_name"; };
  if (std::ranges::none_of(definitions.global_parameters, is_name)) {
    array.push_back(json::object{{"name", "cluster_name"}, {"value", cluster_name}});
  }
  return array;
}

bool is_named(const ExchangeRecord& exchange) {
  return !is_predeclared(exchange);
}
bool is_users(const PolicyRecord& policy) {
  return !policy.is_operator;
}
bool is_shared(const QueueRecord& queue) {
  return !queue.exclusive;
}

template <typename Record>
std::vector<Record> in_vhost(const std::vector<Record>& records, std::string_view vhost) {
  std::vector<Record> found;
  for (const Record& record : records) {
    if (record.vhost == vhost) found.push_back(record);
  }
  return found;
}

json::array without_vhost(json::array entries) {
  for (json::value& entry : entries) entry.get_object().erase("vhost");
  return entries;
}

}  // namespace

std::string export_vhost_definitions(const Definitions& all, const DefinitionsExportHeader& header,
                                     std::string_view name) {
  auto vhost = std::ranges::find(all.vhosts, name, &VhostRecord::name);
  if (vhost == all.vhosts.end()) return "";
  Definitions own{.vhosts = {*vhost},
                  .policies = in_vhost(all.policies, name),
                  .parameters = in_vhost(all.parameters, name)};
  json::object described = to_json(*vhost);
  const std::string shown = json_text(name);
  return json::serialize(
      json::object{{"rabbitmq_version", header.version},
                   {"rabbit_version", header.version},
                   {"product_name", "RabbitMQ"},
                   {"product_version", header.version},
                   {"rabbitmq_definition_format", "single_virtual_host"},
                   {"original_vhost_name", shown},
                   {"explanation", "Definitions of virtual host '" + shown + "'"},
                   {"description", text(vhost->description)},
                   {"metadata", described["metadata"]},
                   {"limits", described["limits"]},
                   {"parameters", without_vhost(parameters(own))},
                   {"policies", without_vhost(list(own.policies, is_users))},
                   {"exchanges", without_vhost(list(in_vhost(all.exchanges, name), is_named))},
                   {"queues", without_vhost(list(in_vhost(all.queues, name), is_shared))},
                   {"bindings", without_vhost(list(in_vhost(all.bindings, name)))}});
}

std::string export_definitions(const Definitions& definitions,
                               const DefinitionsExportHeader& header) {
  std::string cluster = json_text(header.cluster_name);
  return json::serialize(
      json::object{{"rabbitmq_version", header.version},
                   {"rabbit_version", header.version},
                   {"product_name", "RabbitMQ"},
                   {"product_version", header.version},
                   {"rabbitmq_definition_format", "cluster"},
                   {"original_cluster_name", cluster},
                   {"explanation", "Definitions of cluster '" + cluster + "'"},
                   {"vhosts", list(definitions.vhosts)},
                   {"users", list(definitions.users)},
                   {"permissions", list(definitions.permissions)},
                   {"topic_permissions", list(definitions.topic_permissions)},
                   {"parameters", parameters(definitions)},
                   {"global_parameters", global_parameters(definitions, cluster)},
                   {"policies", list(definitions.policies, is_users)},
                   {"exchanges", list(definitions.exchanges, is_named)},
                   {"queues", list(definitions.queues, is_shared)},
                   {"bindings", list(definitions.bindings)}});
}

}  // namespace coney
