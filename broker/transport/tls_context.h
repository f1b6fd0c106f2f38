#pragma once
// The certificate, key and rules that a server's TLS sessions start from: OpenSSL's SSL_CTX.
// Immutable once loaded; any shard may start sessions from it at the same time (SSL_new counts
// references atomically). A session keeps what it needs, so the context may go before it.

#include <chrono>
#include <memory>

#include "broker/transport/setup_error.h"
#include "broker/transport/tls_options.h"

struct ssl_ctx_st;

namespace coney {

class TlsContext {
 public:
  // Reads the files. Errors name the file and OpenSSL's reason, never the password.
  static SetupResult<std::shared_ptr<const TlsContext>> load(const TlsOptions& options);

  ssl_ctx_st* native() const { return context_.get(); }
  // When the server's own certificate expires.
  std::chrono::system_clock::time_point certificate_expiry() const;

 private:
  struct Free {
    void operator()(ssl_ctx_st* context) const;
  };
  using Handle = std::unique_ptr<ssl_ctx_st, Free>;

  explicit TlsContext(Handle context) : context_(std::move(context)) {}

  Handle context_;
};

}  // namespace coney
