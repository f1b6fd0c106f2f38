#pragma once
// The server's side of a TLS connection, by OpenSSL. An idle session holds no record buffers.

#include <memory>
#include <string_view>

#include "broker/transport/file_descriptor.h"
#include "broker/transport/tls_context.h"
#include "broker/transport/transport.h"

struct ssl_st;

namespace coney {

class TlsTransport final : public Transport {
 public:
  // REQUIRES: `socket` is connected and non-blocking.
  TlsTransport(FileDescriptor socket, const TlsContext& context);
  ~TlsTransport() override;

  IoResult handshake() override;
  IoResult read(std::span<char> into) override;
  // Small buffers are gathered into records of up to 16 KiB.
  IoResult write(std::span<const iovec> from) override;
  bool pending() const override { return pending_; }
  void shut_down() override;  // close_notify, if the socket takes it now, and FIN
  int fd() const override { return socket_.get(); }
  const PeerIdentity* peer_identity() const override { return identity_.get(); }

 private:
  struct Free {
    void operator()(ssl_st* session) const;
  };

  IoResult outcome(int result);
  IoResult read_record(std::span<char> into);
  IoResult write_record(std::string_view record);
  std::string failure_reason() const;

  FileDescriptor socket_;
  std::unique_ptr<ssl_st, Free> session_;  // null: out of memory, handshake() says so
  std::unique_ptr<PeerIdentity> identity_;
  IoResult later_;  // what ended a read that had bytes to return first; kOk when nothing did
  bool pending_ = false;
  bool broken_ = false;  // after a fatal error OpenSSL must not be called again
};

}  // namespace coney
