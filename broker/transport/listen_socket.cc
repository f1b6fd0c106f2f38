#include "broker/transport/listen_socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>

namespace coney {
namespace {

bool set_option(int fd, int level, int name, int value) {
  return ::setsockopt(fd, level, name, &value, sizeof value) == 0;
}

// Buffer sizes are set on the listener: accepted sockets inherit them, and the TCP window scale of
// a connection is fixed before it can be accepted.
bool set_buffers(int fd, const SocketOptions& options) {
  return (!options.send_buffer || set_option(fd, SOL_SOCKET, SO_SNDBUF, *options.send_buffer)) &&
         (!options.receive_buffer ||
          set_option(fd, SOL_SOCKET, SO_RCVBUF, *options.receive_buffer));
}

// A socket bound to `address`, invalid with errno set when that failed.
FileDescriptor bind_to(const SocketAddress& address, const SocketOptions& options,
                       bool reuse_port) {
  int family = address.is_v6() ? AF_INET6 : AF_INET;
  FileDescriptor socket(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return {};
  sockaddr_storage storage;
  socklen_t size = address.to_sockaddr(storage);
  int fd = socket.get();
  bool bound = set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1) &&
               (!reuse_port || set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1)) &&
               (!address.is_v6() || set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0)) &&
               set_buffers(fd, options) &&
               ::bind(fd, reinterpret_cast<const sockaddr*>(&storage), size) == 0;
  if (bound) return socket;
  int error = errno;
  socket.reset();
  errno = error;
  return {};
}

SocketAddress any_v4(std::uint16_t port) {
  return *SocketAddress::parse("0.0.0.0", port);
}
SocketAddress any_v6(std::uint16_t port) {
  return *SocketAddress::parse("::", port);
}

bool means_no_ipv6(int error) {
  return error == EAFNOSUPPORT || error == EADDRNOTAVAIL;
}

FileDescriptor bind_to(const Endpoint& endpoint, const SocketOptions& options, bool reuse_port) {
  if (endpoint.address) return bind_to(*endpoint.address, options, reuse_port);
  FileDescriptor socket = bind_to(any_v6(endpoint.port), options, reuse_port);
  if (socket || !means_no_ipv6(errno)) return socket;
  return bind_to(any_v4(endpoint.port), options, reuse_port);
}

SetupError cannot_listen(const Endpoint& endpoint, int error) {
  std::string reason =
      error == EADDRINUSE ? "the address is already in use" : std::system_category().message(error);
  return {"cannot listen on " + endpoint.to_string() + ": " + reason};
}

// Sockets with SO_REUSEPORT share a port even with another process of the same user. A first bind
// without it finds out whether the port is free. Returns the port, which the kernel may have
// picked.
SetupResult<std::uint16_t> probe(const Endpoint& endpoint, const SocketOptions& options) {
  FileDescriptor socket = bind_to(endpoint, options, false);
  if (!socket) return cannot_listen(endpoint, errno);
  return SocketAddress::local_end(socket.get()).port();
}

Endpoint with_port(const Endpoint& endpoint, std::uint16_t port) {
  if (!endpoint.address) return {std::nullopt, port};
  return {SocketAddress(endpoint.address->bytes(), port), port};
}

bool is_exhausted(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

SetupResult<std::vector<ListenSocket>> ListenSocket::open(const Endpoint& endpoint,
                                                          const SocketOptions& options, int count) {
  SetupResult<std::uint16_t> port = probe(endpoint, options);
  if (!port) return port.error();
  Endpoint bound = with_port(endpoint, *port);
  std::vector<ListenSocket> sockets;
  for (int i = 0; i < count; ++i) {
    FileDescriptor socket = bind_to(bound, options, count > 1);
    bool listens = socket && ::listen(socket.get(), options.backlog) == 0;
    if (!listens) return cannot_listen(bound, errno);
    sockets.push_back(ListenSocket(std::move(socket), bound, options));
  }
  return sockets;
}

AcceptResult ListenSocket::accept() {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  auto* address = reinterpret_cast<sockaddr*>(&storage);
  AcceptResult result;
  do {
    result.socket.reset(::accept4(fd(), address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
  } while (!result.socket && (errno == EINTR || errno == ECONNABORTED));
  if (!result.socket) {
    bool none = errno == EAGAIN || errno == EWOULDBLOCK;
    result.status = none ? IoStatus::kWantRead : IoStatus::kError;
    result.exhausted = is_exhausted(errno);
    if (!none) result.error = std::system_category().message(errno);
    return result;
  }
  // A failure here means that the peer is gone already; the first read will tell.
  if (options_.nodelay) set_option(result.socket.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  if (options_.keepalive) set_option(result.socket.get(), SOL_SOCKET, SO_KEEPALIVE, 1);
  result.client = SocketAddress::from(address);
  result.server = SocketAddress::local_end(result.socket.get());
  return result;
}

}  // namespace coney
