#pragma once
// The expression of a topic permission, with its variables (TopicVariables) replaced. {client_id}
// is known only when a client asks: what it gives is compiled for the client and kept for a while.
// One thread.

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "broker/auth/permission_pattern.h"

namespace coney {

class TopicPattern {
 public:
  static constexpr std::size_t kClientsKept = 256;

  // `known.client_id` is not looked at.
  TopicPattern(std::string_view expression, TopicVariables known);

  // Without a client id {client_id} stays in the expression as it is. What does not compile matches
  // nothing.
  bool matches(std::string_view routing_key, std::optional<std::string_view> client_id) const;

 private:
  using Compiled = std::optional<PermissionPattern>;
  const Compiled& for_client(std::string_view client_id) const;

  std::string username_, vhost_;
  std::string per_client_;  // the expression, when it names {client_id}
  Compiled pattern_;
  mutable std::unordered_map<std::string, Compiled> clients_;
};

}  // namespace coney
