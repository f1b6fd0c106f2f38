#include "tests/bench/socket.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tests/bench/failure.h"

namespace bench {
namespace {

Socket open_socket(const Address& address, int flags) {
  const int fd = ::socket(address.family, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
  if (fd < 0) throw Failure("socket: {}", std::strerror(errno));
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  Socket socket(fd);
  if (address.tls) socket.use_tls(*address.tls);
  return socket;
}

}  // namespace

Socket::~Socket() {
  if (fd_ >= 0) ::close(fd_);
}

ssize_t Socket::send(std::string_view bytes, int flags) {
  if (tls_) return tls_->send(bytes, (flags & MSG_DONTWAIT) == 0);
  return ::send(fd_, bytes.data(), bytes.size(), flags | MSG_NOSIGNAL);
}

ssize_t Socket::receive(char* into, std::size_t size, int flags) {
  if (tls_) return tls_->receive(into, size, (flags & MSG_DONTWAIT) == 0);
  return ::recv(fd_, into, size, flags);
}

void Socket::set_non_blocking() {
  ::fcntl(fd_, F_SETFL, ::fcntl(fd_, F_GETFL) | O_NONBLOCK);
}

void Socket::set_timeout(int seconds) {
  const timeval timeout{.tv_sec = seconds, .tv_usec = 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
}

void Socket::reset_on_close() {
  const linger option{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &option, sizeof option);
}

Address resolve(const Uri& uri) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(uri.host.c_str(), uri.port.c_str(), &hints, &found);
  if (error != 0) throw Failure("{}:{}: {}", uri.host, uri.port, ::gai_strerror(error));
  // Where a name has several, IPv4 first: brokers are not always bound to ::1.
  const addrinfo* best = found;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    if (at->ai_family == AF_INET) {
      best = at;
      break;
    }
  }
  Address address;
  std::memcpy(&address.storage, best->ai_addr, best->ai_addrlen);
  address.size = best->ai_addrlen;
  address.family = best->ai_family;
  if (uri.tls) address.tls.emplace(uri.host, uri.ca_file);
  ::freeaddrinfo(found);
  return address;
}

Socket connect_to(const Address& address) {
  Socket socket = open_socket(address, 0);
  const auto* target = reinterpret_cast<const sockaddr*>(&address.storage);
  if (::connect(socket.fd(), target, address.size) != 0) {
    throw Failure("cannot connect: {}", std::strerror(errno));
  }
  return socket;
}

Socket start_connect(const Address& address) {
  Socket socket = open_socket(address, SOCK_NONBLOCK);
  const auto* target = reinterpret_cast<const sockaddr*>(&address.storage);
  if (::connect(socket.fd(), target, address.size) != 0 && errno != EINPROGRESS) {
    throw Failure("cannot connect: {}", std::strerror(errno));
  }
  return socket;
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace bench
