#pragma once
// Tells systemd what the service does: sd_notify's protocol, one datagram to the unix socket that
// $NOTIFY_SOCKET names. Any thread, never waits.

#include <string_view>

namespace coney {

inline constexpr std::string_view kReady = "READY=1";
inline constexpr std::string_view kStopping = "STOPPING=1";

// `state` is lines of VARIABLE=value. False when there is no service manager that listens, which is
// the ordinary case outside of systemd.
bool notify_service_manager(std::string_view state);

}  // namespace coney
