#pragma once
// The bytes below a Client: a blocking connection to a port of 127.0.0.1. Whatever goes wrong is
// thrown as std::runtime_error, also when nothing comes for ten seconds. TLS: tls_stream.h.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "broker/transport/file_descriptor.h"

namespace coney::test {

// A connected socket; throws when the port refuses.
FileDescriptor connect_to_port(std::uint16_t port);

class Stream {
 public:
  virtual ~Stream() = default;
  virtual void send(std::string_view bytes) = 0;
  // 0: the broker has ended the stream.
  virtual std::size_t read(std::span<char> into) = 0;
};

class TcpStream final : public Stream {
 public:
  // `first`: bytes to send at once.
  explicit TcpStream(std::uint16_t port, std::string_view first = {});
  void send(std::string_view bytes) override;
  std::size_t read(std::span<char> into) override;
  FileDescriptor release();  // of no use afterwards

 private:
  FileDescriptor socket_;
};

}  // namespace coney::test
