#include "tests/unit/broker/transport/tls_peer.h"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <poll.h>

#include <array>

#include "tests/unit/broker/transport/loopback.h"

namespace coney::test {

TlsFiles::TlsFiles() {
  options.ca_certificate_file = directory.write("ca.pem", authority.certificate_pem());
  options.certificate_file = directory.write("server.pem", server.certificate_pem());
  options.key_file = directory.write("server.key", server.key_pem());
}

std::shared_ptr<const TlsContext> TlsFiles::context() const {
  auto context = TlsContext::load(options);
  if (context) return *context;
  ADD_FAILURE() << context.error().reason;
  return nullptr;
}

TlsClient::TlsClient(FileDescriptor socket, const TlsClientOptions& options)
    : socket_(std::move(socket)), context_(SSL_CTX_new(TLS_client_method())) {
  if (options.max_version != 0) SSL_CTX_set_max_proto_version(context_.get(), options.max_version);
  if (options.ciphers != nullptr) SSL_CTX_set_cipher_list(context_.get(), options.ciphers);
  if (options.identity != nullptr) {
    SSL_CTX_use_certificate(context_.get(), options.identity->certificate.get());
    SSL_CTX_use_PrivateKey(context_.get(), options.identity->key.get());
  }
  SSL_CTX_set_mode(context_.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  session_.reset(SSL_new(context_.get()));
  SSL_set_fd(session_.get(), socket_.get());
  SSL_set_connect_state(session_.get());
}

TlsClient::~TlsClient() = default;

void TlsClient::note_failure(int result) {
  int error = SSL_get_error(session_.get(), result);
  if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) failed_ = true;
}

bool TlsClient::handshake() {
  ERR_clear_error();
  int result = SSL_do_handshake(session_.get());
  if (result != 1) note_failure(result);
  return result == 1;
}

std::size_t TlsClient::write_some(std::string_view bytes) {
  ERR_clear_error();
  std::size_t count = 0;
  int result = SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &count);
  if (result != 1) note_failure(result);
  return result == 1 ? count : 0;
}

bool TlsClient::write(std::string_view bytes) {
  return write_some(bytes) == bytes.size();
}

std::optional<std::string> TlsClient::read() {
  ERR_clear_error();
  std::array<char, 16384> buffer;
  std::size_t count = 0;
  int result = SSL_read_ex(session_.get(), buffer.data(), buffer.size(), &count);
  if (result == 1) return std::string(buffer.data(), count);
  note_failure(result);
  return std::nullopt;
}

IoResult shake_hands(TlsTransport& server, TlsClient& client) {
  bool client_done = false;
  for (;;) {
    if (!client_done && !client.failed()) client_done = client.handshake();
    bool server_may_go_on = wait_for(server.fd(), POLLIN);
    if (!server_may_go_on) return {IoStatus::kError, 0, "the handshake hangs"};
    IoResult result = server.handshake();
    if (result.status == IoStatus::kOk && !client_done) client.handshake();
    if (result.status != IoStatus::kWantRead) return result;
  }
}

}  // namespace coney::test
