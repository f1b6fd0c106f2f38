#pragma once
// The address of a listener: a port on one local address, or on all of both families.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "broker/transport/setup_error.h"
#include "broker/transport/socket_address.h"

namespace coney {

struct Endpoint {
  std::optional<SocketAddress> address;  // unset: every address, IPv4 and IPv6
  std::uint16_t port = 0;                // 0: one that the kernel picks

  // `host`: an IPv4 or IPv6 literal without brackets; empty for every address.
  static SetupResult<Endpoint> make(std::string_view host, std::uint16_t port);
  // As in rabbitmq.conf: "5672", "127.0.0.1:5672", ":::5672" or "[::]:5672".
  static SetupResult<Endpoint> parse(std::string_view text);

  std::string to_string() const;  // "*:5672", "127.0.0.1:5672", "[::1]:5672"

  bool operator==(const Endpoint&) const = default;
};

}  // namespace coney
