#include "mgmt-ui/api/access/caller.h"

namespace coney::management {

bool Caller::meets(Need need) const {
  switch (need) {
    case Need::kNothing:
      return true;
    case Need::kManagement:
      return may_manage();
    case Need::kPolicymaker:
      return is_policymaker();
    case Need::kMonitoring:
      return is_monitoring();
    case Need::kAdministrator:
      return is_administrator();
  }
  return false;
}

std::string_view refusal_text(Need need) {
  switch (need) {
    case Need::kMonitoring:
      return "Not monitor user";
    case Need::kPolicymaker:
      return "User not authorised to access object";
    case Need::kAdministrator:
      return "Not administrator user";
    default:
      return "Not management user";
  }
}

}  // namespace coney::management
