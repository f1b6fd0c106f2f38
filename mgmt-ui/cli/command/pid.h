#pragma once
// Names of connections and channels as the process ids that RabbitMQ's tools show and take back.
// The same name gives the same id. Pure.

#include <string>
#include <string_view>

namespace coney::cli {

// "<rabbit@host.1.123.456>"
std::string pid_of(std::string_view node, std::string_view name);
// Does it look like one?
bool is_pid(std::string_view text);

}  // namespace coney::cli
