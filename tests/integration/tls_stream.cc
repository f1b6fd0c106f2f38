#include "tests/integration/tls_stream.h"

#include <openssl/x509.h>

#include <stdexcept>

namespace coney::test {

// The socket blocks: a step that is not done has failed, or has taken ten seconds.
TlsStream::TlsStream(std::uint16_t port, const TlsClientOptions& options, std::string_view first)
    : client_(TcpStream(port, first).release(), options) {
  if (!client_.handshake()) throw std::runtime_error("the TLS handshake fails");
}

void TlsStream::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t count = client_.write_some(bytes);
    if (count == 0) throw std::runtime_error("the TLS connection takes no bytes");
    bytes.remove_prefix(count);
  }
}

std::size_t TlsStream::read(std::span<char> into) {
  std::size_t count = 0;
  const int result = SSL_read_ex(client_.native(), into.data(), into.size(), &count);
  if (result == 1) return count;
  if (SSL_get_error(client_.native(), result) == SSL_ERROR_ZERO_RETURN) return 0;
  throw std::runtime_error("the TLS connection is broken or silent");
}

std::string TlsStream::version() {
  return SSL_get_version(client_.native());
}

std::string TlsStream::server_name() {
  const Certificate certificate(SSL_get1_peer_certificate(client_.native()));
  char name[256] = "";
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name,
                            sizeof name);
  return name;
}

}  // namespace coney::test
