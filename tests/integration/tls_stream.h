#pragma once
// A Stream over TLS.

#include "tests/integration/stream.h"
#include "tests/unit/broker/transport/tls_peer.h"

namespace coney::test {

class TlsStream final : public Stream {
 public:
  // `first` goes out in front of the TLS handshake, which this waits for.
  explicit TlsStream(std::uint16_t port, const TlsClientOptions& options = {},
                     std::string_view first = {});
  void send(std::string_view bytes) override;
  std::size_t read(std::span<char> into) override;

  std::string version();      // "TLSv1.3"
  std::string server_name();  // the common name in the broker's certificate

 private:
  TlsClient client_;
};

}  // namespace coney::test
