#pragma once
// What limits of virtual hosts and of users have in common.

#include "mgmt-ui/cli/command/command.h"

namespace coney::cli {

// `resource`: "vhost-limits" or "user-limits"; `text`: {"max-connections": 10, ...}.
Outcome set_limits(Context& context, std::string_view resource, std::string_view of,
                   std::string_view text);
// Null: there are none.
Result<boost::json::value> get_limits(Context& context, std::string_view resource,
                                      std::string_view of);
// Of that name, or all of them.
Outcome clear_limits(Context& context, std::string_view resource, std::string_view of,
                     std::string_view name);

}  // namespace coney::cli
