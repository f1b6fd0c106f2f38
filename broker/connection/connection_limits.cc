#include "broker/connection/connection_limits.h"

namespace coney {

bool ConnectionLimits::add(Counts& counts, std::string_view name,
                           std::optional<std::int64_t> limit) {
  std::lock_guard lock(mutex_);
  auto found = counts.find(name);
  if (reached(found == counts.end() ? 0 : found->second, limit)) return false;
  if (found == counts.end()) found = counts.emplace(std::string(name), 0).first;
  ++found->second;
  return true;
}

void ConnectionLimits::remove(Counts& counts, std::string_view name, std::int64_t count) {
  std::lock_guard lock(mutex_);
  auto found = counts.find(name);
  if (found != counts.end() && (found->second -= count) <= 0) counts.erase(found);
}

bool ConnectionLimits::add_node_connection(std::optional<std::int64_t> limit) {
  std::lock_guard lock(mutex_);
  if (reached(node_, limit)) return false;
  ++node_;
  return true;
}

void ConnectionLimits::remove_node_connection() {
  std::lock_guard lock(mutex_);
  --node_;
}

bool ConnectionLimits::add_user_connection(std::string_view user,
                                           std::optional<std::int64_t> limit) {
  return add(users_, user, limit);
}
bool ConnectionLimits::add_vhost_connection(std::string_view vhost,
                                            std::optional<std::int64_t> limit) {
  return add(vhosts_, vhost, limit);
}
bool ConnectionLimits::add_user_channel(std::string_view user, std::optional<std::int64_t> limit) {
  return add(channels_, user, limit);
}
void ConnectionLimits::remove_user_connection(std::string_view user) {
  remove(users_, user, 1);
}
void ConnectionLimits::remove_vhost_connection(std::string_view vhost) {
  remove(vhosts_, vhost, 1);
}
void ConnectionLimits::remove_user_channels(std::string_view user, std::int64_t count) {
  remove(channels_, user, count);
}

}  // namespace coney
