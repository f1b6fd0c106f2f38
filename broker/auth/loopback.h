#pragma once
// Users who may log in from the broker's own machine only (setting loopback_users; guest unless
// configured otherwise).

#include <span>
#include <string>
#include <string_view>

namespace coney {

// 127.0.0.0/8, ::1, and the former mapped into IPv6 (::ffff:127.0.0.1). `address` is numeric text
// as of inet_ntop, an IPv6 zone (%lo) may follow; anything else is not loopback.
bool is_loopback(std::string_view address);

bool is_allowed_from(std::string_view username, std::string_view address,
                     std::span<const std::string> loopback_users);

}  // namespace coney
