#include "broker/transport/socket_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

namespace coney {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

bool is_mapped(std::span<const std::uint8_t> address) {
  return address.size() == 16 &&
         std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), address.begin());
}

// Wraps a sockaddr of getsockname and getpeername.
template <typename Call>
SocketAddress ask(Call call, int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  auto* address = reinterpret_cast<sockaddr*>(&storage);
  return call(fd, address, &size) == 0 ? SocketAddress::from(address) : SocketAddress();
}

}  // namespace

SocketAddress::SocketAddress(std::span<const std::uint8_t> address, std::uint16_t port) {
  if (is_mapped(address)) address = address.subspan(kMappedPrefix.size());
  if (address.size() != 4 && address.size() != 16) return;
  std::copy(address.begin(), address.end(), bytes_.begin());
  size_ = static_cast<std::uint8_t>(address.size());
  port_ = port;
}

SocketAddress SocketAddress::from(const sockaddr* address) {
  std::array<std::uint8_t, 16> bytes;
  if (address->sa_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, address, sizeof v4);
    std::memcpy(bytes.data(), &v4.sin_addr, 4);
    return {std::span(bytes).first(4), ntohs(v4.sin_port)};
  }
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, address, sizeof v6);
    std::memcpy(bytes.data(), &v6.sin6_addr, 16);
    return {bytes, ntohs(v6.sin6_port)};
  }
  return {};
}

std::optional<SocketAddress> SocketAddress::parse(std::string_view literal, std::uint16_t port) {
  std::string text(literal);
  if (text.find('\0') != std::string::npos) return std::nullopt;
  std::array<std::uint8_t, 16> bytes;
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) {
    return SocketAddress(std::span(bytes).first(4), port);
  }
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return SocketAddress(bytes, port);
  return std::nullopt;
}

SocketAddress SocketAddress::local_end(int fd) {
  return ask(::getsockname, fd);
}

SocketAddress SocketAddress::remote_end(int fd) {
  return ask(::getpeername, fd);
}

bool SocketAddress::is_loopback() const {
  if (is_v4()) return bytes_[0] == 127;
  return is_v6() && bytes_[15] == 1 &&
         std::all_of(bytes_.begin(), bytes_.end() - 1, [](std::uint8_t byte) { return byte == 0; });
}

socklen_t SocketAddress::to_sockaddr(sockaddr_storage& storage) const {
  storage = {};
  if (is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port_);
    std::memcpy(&v4.sin_addr, bytes_.data(), 4);
    std::memcpy(&storage, &v4, sizeof v4);
    return sizeof v4;
  }
  if (!is_v6()) return 0;
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port_);
  std::memcpy(&v6.sin6_addr, bytes_.data(), 16);
  std::memcpy(&storage, &v6, sizeof v6);
  return sizeof v6;
}

std::string SocketAddress::host() const {
  if (!has_value()) return "unknown";
  char text[INET6_ADDRSTRLEN];
  inet_ntop(is_v4() ? AF_INET : AF_INET6, bytes_.data(), text, sizeof text);
  return text;
}

std::string SocketAddress::to_string() const {
  std::string text = is_v6() ? "[" + host() + "]" : host();
  return text + ":" + std::to_string(port_);
}

std::string connection_name(const SocketAddress& client, const SocketAddress& server) {
  return client.to_string() + " -> " + server.to_string();
}

}  // namespace coney
