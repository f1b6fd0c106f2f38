#include "broker/policy/policy_target.h"

#include <array>

namespace coney {
namespace {

// In the order of the enumerators.
constexpr std::array<std::string_view, 6> kWords = {"all",           "queues",  "classic_queues",
                                                    "quorum_queues", "streams", "exchanges"};

}  // namespace

std::string_view to_string(PolicyTarget target) {
  return kWords[static_cast<std::size_t>(target)];
}

std::optional<PolicyTarget> parse_policy_target(std::string_view word) {
  for (std::size_t n = 0; n != kWords.size(); ++n) {
    if (kWords[n] == word) return static_cast<PolicyTarget>(n);
  }
  return std::nullopt;
}

std::string unrecognised_policy_target(std::string_view word) {
  return "apply-to '" + std::string(word) +
         "' unrecognised; should be one of: 'queues', 'classic_queues',  'quorum_queues', "
         "'streams', 'exchanges', or 'all'";
}

}  // namespace coney
