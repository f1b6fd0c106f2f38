#pragma once
// A TCP socket that closes itself, with TLS on it where the URI says so, and the addresses of a
// broker. Linux only.

#include <sys/socket.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "tests/bench/tls_session.h"
#include "tests/bench/uri.h"

namespace bench {

class Socket {
 public:
  Socket() = default;
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), tls_(std::move(other.tls_)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(tls_, other.tls_);
    return *this;
  }
  ~Socket();

  int fd() const { return fd_; }
  void use_tls(const TlsContext& context) { tls_ = std::make_unique<TlsSession>(context, fd_); }
  // As send(2) and recv(2), errno with them; never SIGPIPE. Flags: 0 or MSG_DONTWAIT, as the socket
  // is. After EAGAIN the next send has to begin with the same bytes.
  ssize_t send(std::string_view bytes, int flags);
  ssize_t receive(char* into, std::size_t size, int flags);
  void set_non_blocking();
  void set_timeout(int seconds);  // for blocking reads and writes
  // Closing sends RST and leaves no TIME_WAIT behind: for runs that open very many connections.
  void reset_on_close();

 private:
  int fd_ = -1;
  std::unique_ptr<TlsSession> tls_;
};

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  int family = 0;
  std::optional<TlsContext> tls;
};

// The first address of the host; throws Failure.
Address resolve(const Uri& uri);
// Blocking connect with TCP_NODELAY; throws Failure.
Socket connect_to(const Address& address);
// Starts a non-blocking connect (TCP_NODELAY); its end shows as EPOLLOUT. Throws Failure.
Socket start_connect(const Address& address);

// Lets this process have as many descriptors as the system allows.
void raise_descriptor_limit();

}  // namespace bench
