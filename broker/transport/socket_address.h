#pragma once
// An IPv4 or IPv6 address with a port, as a value, and its text as RabbitMQ prints it. An IPv4
// address mapped into IPv6 (::ffff:192.0.2.1, what a socket for both families reports) becomes
// plain IPv4 when it is taken in, so that names, loopback and trust rules see one form only.

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace coney {

class SocketAddress {
 public:
  SocketAddress() = default;  // no address (a Unix socket, an unknown family)

  // 4 or 16 bytes in network order; any other number gives no address.
  SocketAddress(std::span<const std::uint8_t> address, std::uint16_t port);

  static SocketAddress from(const sockaddr* address);
  // The literal alone, without brackets and port; nullopt when it is none.
  static std::optional<SocketAddress> parse(std::string_view literal, std::uint16_t port);
  static SocketAddress local_end(int fd);
  static SocketAddress remote_end(int fd);

  bool has_value() const { return size_ != 0; }
  bool is_v4() const { return size_ == 4; }
  bool is_v6() const { return size_ == 16; }
  bool is_loopback() const;  // 127.0.0.0/8, ::1
  std::uint16_t port() const { return port_; }
  std::span<const std::uint8_t> bytes() const { return {bytes_.data(), size_}; }

  // Fills `storage`; returns the size used, 0 without an address.
  socklen_t to_sockaddr(sockaddr_storage& storage) const;

  std::string host() const;       // 127.0.0.1, ::1 ("unknown" without an address)
  std::string to_string() const;  // 127.0.0.1:5672, [::1]:5672

  bool operator==(const SocketAddress&) const = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
  std::uint8_t size_ = 0;
  std::uint16_t port_ = 0;
};

// RabbitMQ's name of a connection: "127.0.0.1:56789 -> 127.0.0.1:5672".
std::string connection_name(const SocketAddress& client, const SocketAddress& server);

}  // namespace coney
