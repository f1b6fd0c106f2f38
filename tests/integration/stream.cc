#include "tests/integration/stream.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace coney::test {
namespace {

constexpr timeval kPatience{.tv_sec = 60, .tv_usec = 0};

std::runtime_error failure(const char* call) {
  return std::runtime_error(std::string(call) + ": " + std::strerror(errno));
}

}  // namespace

FileDescriptor connect_to_port(std::uint16_t port) {
  FileDescriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    throw failure("connect");
  }
  const int on = 1;
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  return fd;
}

TcpStream::TcpStream(std::uint16_t port, std::string_view first) : socket_(connect_to_port(port)) {
  send(first);
}

void TcpStream::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) throw failure("send");
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

FileDescriptor TcpStream::release() {
  return std::move(socket_);
}

std::size_t TcpStream::read(std::span<char> into) {
  const ssize_t count = ::recv(socket_.get(), into.data(), into.size(), 0);
  if (count < 0) throw failure("recv");
  return static_cast<std::size_t>(count);
}

}  // namespace coney::test
