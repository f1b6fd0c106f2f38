#pragma once
// Names of exchanges and queues as they are declared.

#include <string>
#include <string_view>

namespace coney {

// Names that begin so are the server's.
inline constexpr std::string_view kReservedPrefix = "amq.";

// RabbitMQ drops line ends from names that are declared.
std::string without_line_ends(std::string_view name);

// 22 characters of base64url from 16 random bytes: server-made names of queues and consumers.
std::string random_name();

}  // namespace coney
