#pragma once
// A plain TCP (or other stream socket's) transport.

#include "broker/transport/file_descriptor.h"
#include "broker/transport/transport.h"

namespace coney {

class TcpTransport final : public Transport {
 public:
  // REQUIRES: `socket` is connected and non-blocking.
  explicit TcpTransport(FileDescriptor socket) : socket_(std::move(socket)) {}

  IoResult handshake() override { return {}; }
  IoResult read(std::span<char> into) override;
  IoResult write(std::span<const iovec> from) override;
  bool pending() const override { return false; }
  void shut_down() override;
  int fd() const override { return socket_.get(); }

 private:
  FileDescriptor socket_;
};

}  // namespace coney
