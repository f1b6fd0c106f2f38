#pragma once
// A listening TCP socket and the connections it accepts. Owned and used by one shard; never waits.

#include <optional>
#include <string>
#include <vector>

#include "broker/transport/endpoint.h"
#include "broker/transport/file_descriptor.h"
#include "broker/transport/setup_error.h"
#include "broker/transport/transport.h"

namespace coney {

struct SocketOptions {
  int backlog = 1024;
  bool nodelay = true;
  bool keepalive = false;
  std::optional<int> send_buffer;  // bytes; unset: the kernel tunes it
  std::optional<int> receive_buffer;
};

struct AcceptResult {
  // kOk: a connection. kWantRead: none is waiting. kError: see `error`; the listener itself is
  // sound, accept again later (most often the process has no file descriptor left, `exhausted`:
  // then at once would only spin, the waiting connection is still there).
  IoStatus status = IoStatus::kOk;
  FileDescriptor socket;  // non-blocking, close-on-exec, SocketOptions applied
  SocketAddress client;
  SocketAddress server;  // the local end
  bool exhausted = false;
  std::string error;
};

class ListenSocket {
 public:
  // Opens `count` sockets on one endpoint, one per shard; the kernel spreads connections over them
  // (SO_REUSEPORT when count > 1). An endpoint without an address is served by one socket for both
  // families, or for IPv4 alone where the machine has no IPv6. "::" is both families too, as with
  // RabbitMQ. Fails, naming the endpoint, when another program or listener has the port.
  static SetupResult<std::vector<ListenSocket>> open(const Endpoint& endpoint,
                                                     const SocketOptions& options, int count);

  AcceptResult accept();

  int fd() const { return socket_.get(); }
  const Endpoint& endpoint() const { return endpoint_; }  // as asked for, with the real port

 private:
  ListenSocket(FileDescriptor socket, Endpoint endpoint, const SocketOptions& options)
      : socket_(std::move(socket)), endpoint_(std::move(endpoint)), options_(options) {}

  FileDescriptor socket_;
  Endpoint endpoint_;
  SocketOptions options_;
};

}  // namespace coney
