#include "mgmt-ui/api/resources/json_parts.h"

namespace coney::management {

namespace json = boost::json;

json::object caller_to_json(const Caller& caller) {
  return {{"name", caller.name}, {"tags", words_to_json(caller.tags)}, {"is_internal_user", true}};
}

json::array words_to_json(const std::vector<std::string>& words) {
  json::array list;
  for (const std::string& word : words) list.emplace_back(word);
  return list;
}

json::object limits_to_json(const VhostRecord& vhost) {
  json::object limits;
  if (vhost.max_connections) limits["max-connections"] = *vhost.max_connections;
  if (vhost.max_queues) limits["max-queues"] = *vhost.max_queues;
  return limits;
}

json::object limits_to_json(const UserRecord& user) {
  json::object limits;
  if (user.max_channels) limits["max-channels"] = *user.max_channels;
  if (user.max_connections) limits["max-connections"] = *user.max_connections;
  return limits;
}

json::value stored_json(const std::string& text) {
  boost::system::error_code error;
  json::value value = json::parse(text, error);
  return error ? json::value() : value;
}

}  // namespace coney::management
