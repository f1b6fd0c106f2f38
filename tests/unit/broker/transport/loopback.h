#pragma once
// Sockets for the tests: connected TCP pairs on loopback, plain blocking helpers for the peer's
// side, and waiting for readiness with a bound instead of sleeping.

#include <sys/socket.h>
#include <sys/uio.h>

#include <string>
#include <string_view>

#include "broker/transport/file_descriptor.h"
#include "broker/transport/listen_socket.h"

namespace coney::test {

struct SocketPair {
  FileDescriptor server;  // non-blocking
  FileDescriptor client;  // non-blocking
};

// A TCP connection over loopback. Buffer sizes of 0 are left to the kernel.
SocketPair connected_pair(int buffer_size = 0);

// A non-blocking client socket that is connected to `address`, invalid when that is refused.
FileDescriptor connect_to(const SocketAddress& address, int buffer_size = 0);

// Accepts the connection that is on its way; a status other than kOk after some seconds.
AcceptResult accept_one(ListenSocket& listener);

// Waits until poll() reports one of `events`; false after some seconds.
bool wait_for(int fd, short events);

// Writes all of `bytes` from a peer, waiting as needed.
void send_all(int fd, std::string_view bytes);

// Makes close() send a reset.
void reset_on_close(int fd);

inline iovec buffer_of(std::string_view bytes) {
  return {const_cast<char*>(bytes.data()), bytes.size()};
}

// Bytes that differ from place to place, so that an exchange of blocks is seen.
std::string pattern(std::size_t size);

}  // namespace coney::test
