#include "mgmt-ui/api/resources/rows.h"

#include <map>

#include "broker/auth/password_hash.h"
#include "broker/definitions/policy_json.h"
#include "mgmt-ui/api/resources/json_parts.h"

namespace coney::management {

namespace json = boost::json;

json::object vhost_row(const Call& call, const Vhost& vhost) {
  const VhostRecord& record = *vhost.record;
  const std::string& type = record.default_queue_type.empty() ? call.config().default_queue_type
                                                              : record.default_queue_type;
  json::object metadata{{"description", record.description},
                        {"tags", words_to_json(record.tags)},
                        {"default_queue_type", type}};
  return {{"name", record.name},
          {"description", record.description},
          {"tags", words_to_json(record.tags)},
          {"default_queue_type", type},
          {"protected_from_deletion", record.protected_from_deletion},
          {"metadata", std::move(metadata)},
          {"tracing", vhost.tracing},
          {"cluster_state", json::object{{call.config().node_name, "running"}}}};
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
