#pragma once
// A TCP socket that closes itself, and the addresses of a broker. Linux only.

#include <sys/socket.h>

#include <cstddef>
#include <string_view>
#include <utility>

#include "tests/bench/uri.h"

namespace bench {

class Socket {
 public:
  Socket() = default;
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Socket();

  int fd() const { return fd_; }
  void set_non_blocking();
  void set_timeout(int seconds);  // for blocking reads and writes
  // Closing sends RST and leaves no TIME_WAIT behind: for runs that open very many connections.
  void reset_on_close();

 private:
  int fd_ = -1;
};

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  int family = 0;
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
