#include "broker/transport/endpoint.h"

#include <charconv>

namespace coney {
namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

}  // namespace

SetupResult<Endpoint> Endpoint::make(std::string_view host, std::uint16_t port) {
  if (host.empty()) return Endpoint{std::nullopt, port};
  std::optional<SocketAddress> address = SocketAddress::parse(host, port);
  if (!address) return SetupError{"'" + std::string(host) + "' is not an IPv4 or IPv6 address"};
  return Endpoint{address, port};
}

SetupResult<Endpoint> Endpoint::parse(std::string_view text) {
  std::size_t colon = text.rfind(':');
  bool port_only = colon == std::string_view::npos;
  std::optional<std::uint16_t> port = parse_port(port_only ? text : text.substr(colon + 1));
  std::string_view host = port_only ? std::string_view() : text.substr(0, colon);
  bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  bool valid = port && (port_only || !host.empty());
  if (valid) {
    SetupResult<Endpoint> endpoint = make(host, *port);
    bool bracketed_v4 = bracketed && endpoint && endpoint->address->is_v4();
    if (endpoint && !bracketed_v4) return endpoint;
  }
  return SetupError{"'" + std::string(text) +
                    "' is not a listen address like 5672, 127.0.0.1:5672 or [::1]:5672"};
}

std::string Endpoint::to_string() const {
  return address ? address->to_string() : "*:" + std::to_string(port);
}

}  // namespace coney
