#include "mgmt-ui/api/resources/rows.h"

#include <map>

#include "broker/auth/password_hash.h"
#include "broker/definitions/argument_json.h"
#include "broker/definitions/policy_json.h"
#include "broker/policy/explanation.h"
#include "mgmt-ui/api/resources/binding_key.h"
#include "mgmt-ui/api/resources/json_parts.h"
#include "mgmt-ui/api/resources/object_statistics.h"

namespace coney::management {

namespace json = boost::json;

namespace {

json::string text(std::string_view bytes) {
  return json::string(json_text(bytes));
}

// As RabbitMQ has them: members of which there is one, this node.
void add_members(const Call& call, json::object& row) {
  const std::string& node = call.config().node_name;
  row["leader"] = node;
  row["members"] = json::array{json::string(node)};
  row["online"] = json::array{json::string(node)};
}

void add_retries(const QueueSettings& settings, json::object& row) {
  row["delivery_limit"] = settings.delivery_limit.value_or(QueueSettings::kQuorumDeliveryLimit);
  row["delayed_retry"] = delayed_retry_text(settings);
}

json::value name_or_null(const std::string& name) {
  return name.empty() ? json::value() : json::value(text(name));
}

// Policies are matched for those who want to see them alone.
void add_policies(const QueueEntry& entry, const Columns& columns, json::object& row) {
  constexpr std::string_view kFields[] = {"policy", "operator_policy",
                                          "effective_policy_definition"};
  if (std::ranges::none_of(kFields, [&](auto field) { return columns.wants(field); })) return;
  const Explanation explanation = explain(*entry.queue->record, entry.vhost->policies);
  row["policy"] = name_or_null(explanation.policy);
  row["operator_policy"] = name_or_null(explanation.operator_policy);
  row["effective_policy_definition"] = table_to_json(explanation.effective_policy_definition);
}

}  // namespace

json::object queue_row(const Call& call, const QueueEntry& entry, const Columns& columns) {
  const QueueRecord& record = *entry.queue->record;
  json::object row{{"name", text(record.name)},
                   {"vhost", text(record.vhost)},
                   {"type", record.type},
                   {"durable", record.durable},
                   {"auto_delete", record.auto_delete},
                   {"exclusive", record.exclusive},
                   {"arguments", table_to_json(record.arguments)},
                   {"node", call.config().node_name},
                   {"state", "running"},
                   {"internal", false},
                   {"internal_owner", false}};
  add_policies(entry, columns, row);
  if (record.type != "classic") add_members(call, row);
  if (record.type == "quorum") add_retries(*entry.queue->settings, row);
  return row;
}

std::string_view delayed_retry_text(const QueueSettings& settings) {
  constexpr std::string_view kTexts[] = {"disabled", "all", "failed", "returned"};
  return kTexts[static_cast<std::size_t>(settings.delayed_retry)];
}

json::object exchange_row(const Call&, const ExchangeEntry& entry, const Columns& columns) {
  const ExchangeRecord& record = *entry.exchange->record;
  json::object row{{"name", text(record.name)},
                   {"vhost", text(record.vhost)},
                   {"type", record.type},
                   {"durable", record.durable},
                   {"auto_delete", record.auto_delete},
                   {"internal", record.internal},
                   {"arguments", table_to_json(record.arguments)}};
  if (columns.wants("policy")) {
    const PolicyRecord* policy = entry.vhost->policies.match_exchange(record.name).user;
    if (policy) row["policy"] = text(policy->name);
  }
  return row;
}

json::object binding_row(const BindingRecord& binding) {
  const bool to_queue = binding.destination_kind == DestinationKind::kQueue;
  return {{"source", text(binding.source)},
          {"vhost", text(binding.vhost)},
          {"destination", text(binding.destination)},
          {"destination_type", to_queue ? "queue" : "exchange"},
          {"routing_key", text(binding.routing_key)},
          {"arguments", table_to_json(binding.arguments)},
          {"properties_key", binding_key(binding)}};
}

json::object vhost_row(const Call& call, const Vhost& vhost) {
  const VhostRecord& record = *vhost.record;
  const std::string& type = record.default_queue_type.empty() ? call.config().default_queue_type
                                                              : record.default_queue_type;
  json::object metadata{{"description", record.description},
                        {"tags", words_to_json(record.tags)},
                        {"default_queue_type", type}};
  json::object row{{"name", record.name},
                   {"description", record.description},
                   {"tags", words_to_json(record.tags)},
                   {"default_queue_type", type},
                   {"protected_from_deletion", record.protected_from_deletion},
                   {"metadata", std::move(metadata)},
                   {"tracing", vhost.tracing},
                   {"cluster_state", json::object{{call.config().node_name, "running"}}}};
  if (!without_statistics(call)) put_vhost_statistics(call, vhost, row);
  return row;
}

json::object user_row(const UserRecord& user) {
  return {{"name", user.name},
          {"password_hash", user.password_hash},
          {"hashing_algorithm", to_string(user.hashing)},
          {"tags", words_to_json(user.tags)},
          {"limits", limits_to_json(user)}};
}

json::object permission_row(const PermissionRecord& permission) {
  return {{"user", permission.user},
          {"vhost", permission.vhost},
          {"configure", permission.configure},
          {"write", permission.write},
          {"read", permission.read}};
}

json::object topic_permission_row(const TopicPermissionRecord& permission) {
  return {{"user", permission.user},
          {"vhost", permission.vhost},
          {"exchange", permission.exchange},
          {"write", permission.write},
          {"read", permission.read}};
}

void add_topic_permission_rows(const User& user, const std::string& vhost,
                               std::vector<json::object>& rows) {
  auto found = user.topic_permissions.find(vhost);
  if (found == user.topic_permissions.end()) return;
  std::map<std::string_view, const TopicPermissionRecord*> sorted;
  for (const auto& [exchange, permission] : found->second) {
    sorted.emplace(exchange, permission.record.get());
  }
  for (const auto& [exchange, record] : sorted) rows.push_back(topic_permission_row(*record));
}

json::object policy_row(const PolicyRecord& policy) {
  json::object row{{"vhost", policy.vhost}, {"name", policy.name}};
  for (auto& [key, value] : policy_to_json(policy)) row[key] = std::move(value);
  return row;
}

json::object parameter_row(const ParameterRecord& parameter) {
  return {{"value", stored_json(parameter.value)},
          {"vhost", parameter.vhost},
          {"component", parameter.component},
          {"name", parameter.name}};
}

json::object global_parameter_row(const GlobalParameterRecord& parameter) {
  return {{"name", parameter.name}, {"value", stored_json(parameter.value)}};
}

}  // namespace coney::management
