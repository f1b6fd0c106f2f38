#pragma once
// Who a request comes from, and what their tags let them do. RabbitMQ's rules: an administrator may
// do everything, a monitoring user sees every vhost, a policymaker writes policies and parameters
// of vhosts that they may use; each of them may use the API, as may those tagged management.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace coney::management {

// What an endpoint asks for.
enum class Need : std::uint8_t { kNothing, kManagement, kPolicymaker, kMonitoring, kAdministrator };

struct Caller {
  std::string name;
  std::vector<std::string> tags;
  bool is_local = false;  // of a local socket: no user of the broker, no permission is asked for

  bool has(std::string_view tag) const { return std::ranges::find(tags, tag) != tags.end(); }
  bool is_administrator() const { return is_local || has("administrator"); }
  bool is_monitoring() const { return is_administrator() || has("monitoring"); }
  bool is_policymaker() const { return is_administrator() || has("policymaker"); }
  bool may_manage() const { return is_monitoring() || is_policymaker() || has("management"); }
  bool meets(Need need) const;
};

// Why a caller who does not meet it is refused; RabbitMQ's texts.
std::string_view refusal_text(Need need);

}  // namespace coney::management
