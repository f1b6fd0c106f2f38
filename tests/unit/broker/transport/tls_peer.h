#pragma once
// The client's side of TLS for the tests, straight on OpenSSL, and a server's files on disk.

#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "broker/transport/file_descriptor.h"
#include "broker/transport/tls_options.h"
#include "broker/transport/tls_transport.h"
#include "tests/unit/broker/transport/test_certificates.h"

namespace coney::test {

// A CA, a server's certificate from it in files, and the options that name them.
struct TlsFiles {
  TemporaryDirectory directory;
  Identity authority = make_identity("Test CA", nullptr, true);
  Identity server = make_identity("localhost", &authority);
  TlsOptions options;

  TlsFiles();
  std::shared_ptr<const TlsContext> context() const;
};

struct TlsClientOptions {
  const Identity* identity = nullptr;
  int max_version = 0;  // 0: the newest
  const char* ciphers = nullptr;
};

class TlsClient {
 public:
  TlsClient(FileDescriptor socket, const TlsClientOptions& options = {});
  ~TlsClient();
  TlsClient(TlsClient&&) = default;

  // One step each; true when it is done, false when it has to wait or has failed.
  bool handshake();
  bool write(std::string_view bytes);  // all or nothing
  std::optional<std::string> read();   // what one SSL_read gives
  std::size_t write_some(std::string_view bytes);

  SSL* native() { return session_.get(); }
  int fd() const { return socket_.get(); }
  bool failed() const { return failed_; }
  void close() { socket_.reset(); }  // without close_notify

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* session) const { SSL_free(session); }
  };

  void note_failure(int result);

  FileDescriptor socket_;
  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<SSL, Free> session_;
  bool failed_ = false;
};

// Drives both ends until the server's handshake has ended; returns its last result (kOk: both ends
// are done, unless the client has failed).
IoResult shake_hands(TlsTransport& server, TlsClient& client);

}  // namespace coney::test
