#pragma once
// The client's side of TLS on one socket, by OpenSSL. The handshake happens within the first sends
// and receives; there is no separate step, and it ends without close_notify, as the socket does.

#include <openssl/ssl.h>
#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace bench {

// What the connections to a broker share. Copies share it, too; any thread.
class TlsContext {
 public:
  // `ca_file` empty: any certificate is taken. Else it has to be from that authority and for
  // `host`. Throws Failure.
  TlsContext(const std::string& host, const std::string& ca_file);

 private:
  friend class TlsSession;
  std::shared_ptr<SSL_CTX> context_;
  std::string host_;
  bool verify_ = false;
};

class TlsSession {
 public:
  // REQUIRES: `fd` outlives it.
  TlsSession(const TlsContext& context, int fd);

  // As send(2) and recv(2), errno with them. Without `wait` they do as much as can be done, so that
  // less than was asked for means that the socket is full, or empty. A fault of TLS throws Failure.
  // REQUIRES: after EAGAIN the next send begins with the same bytes; `wait` is as the socket is.
  ssize_t send(std::string_view bytes, bool wait);
  ssize_t receive(char* into, std::size_t size, bool wait);

 private:
  struct Free {
    void operator()(SSL* session) const { SSL_free(session); }
  };
  ssize_t outcome(int result);

  std::unique_ptr<SSL, Free> session_;
};

}  // namespace bench
