#pragma once
// Counts of connections and channels that user, vhost and node limits are held against. One of the
// few objects with a mutex: it is taken when a connection or channel opens or closes.

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace coney {

class ConnectionLimits {
 public:
  // Counts one more unless `limit` (none or negative: unlimited) is reached; then false.
  bool add_node_connection(std::optional<std::int64_t> limit);
  bool add_user_connection(std::string_view user, std::optional<std::int64_t> limit);
  bool add_vhost_connection(std::string_view vhost, std::optional<std::int64_t> limit);
  bool add_user_channel(std::string_view user, std::optional<std::int64_t> limit);
  void remove_node_connection();
  void remove_user_connection(std::string_view user);
  void remove_vhost_connection(std::string_view vhost);
  void remove_user_channels(std::string_view user, std::int64_t count);

 private:
  using Counts = std::map<std::string, std::int64_t, std::less<>>;
  static bool reached(std::int64_t count, std::optional<std::int64_t> limit) {
    return limit && *limit >= 0 && count >= *limit;
  }
  bool add(Counts& counts, std::string_view name, std::optional<std::int64_t> limit);
  void remove(Counts& counts, std::string_view name, std::int64_t count);

  std::mutex mutex_;
  std::int64_t node_ = 0;
  Counts users_, vhosts_, channels_;
};

}  // namespace coney
