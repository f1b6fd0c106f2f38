#pragma once
// What policies and operator policies have in common: all but their paths and words.

#include "mgmt-ui/cli/command/command.h"

namespace coney::cli {

inline constexpr Option kPolicyOptions[] = {{"priority"}, {"apply-to"}};

// `resource`: "policies" or "operator-policies".
Outcome set_policy(Context& context, std::string_view resource);
Outcome clear_policy(Context& context, std::string_view resource);
Outcome list_policies(Context& context, std::string_view resource);
// `what`: "policy" or "operator policy override".
std::string announce_set_policy(const Context& context, std::string_view what);
std::optional<std::string> check_policy(const Arguments& arguments);

}  // namespace coney::cli
