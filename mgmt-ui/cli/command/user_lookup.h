#pragma once
// Users and vhosts that commands name and that may not exist.

#include "mgmt-ui/cli/command/command.h"

namespace coney::cli {

// "User x does not exist"
Failure no_such_user(std::string_view name);
// "Virtual host x does not exist"
Failure no_such_vhost(std::string_view name);

// The node's row of the user.
Result<boost::json::object> get_user(Context& context, std::string_view name);
Result<boost::json::object> get_vhost(Context& context, std::string_view name);

// For what the node refuses when it may be because one of both does not exist: says which, else
// `otherwise`.
Failure explain_refusal(Context& context, std::string_view user, std::string_view vhost,
                        Failure otherwise);

}  // namespace coney::cli
