#include "tests/bench/tls_session.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <csignal>

#include "tests/bench/failure.h"

namespace bench {
namespace {

std::string tls_error() {
  const unsigned long error = ERR_get_error();
  const char* reason = ERR_reason_error_string(error);
  return reason == nullptr ? "unknown error" : reason;
}

bool is_address(const std::string& host) {
  in6_addr address;
  return ::inet_pton(AF_INET, host.c_str(), &address) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

}  // namespace

TlsContext::TlsContext(const std::string& host, const std::string& ca_file)
    : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free),
      host_(host),
      verify_(!ca_file.empty()) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  SSL_CTX_set_mode(context_.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (!verify_) return;
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  if (SSL_CTX_load_verify_file(context_.get(), ca_file.c_str()) != 1) {
    throw Failure("{}: {}", ca_file, tls_error());
  }
}

TlsSession::TlsSession(const TlsContext& context, int fd)
    : session_(SSL_new(context.context_.get())) {
  SSL* session = session_.get();
  SSL_set_fd(session, fd);
  SSL_set_connect_state(session);
  if (!is_address(context.host_)) SSL_set_tlsext_host_name(session, context.host_.c_str());
  if (!context.verify_) return;
  if (is_address(context.host_)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), context.host_.c_str());
  } else {
    SSL_set1_host(session, context.host_.c_str());
  }
}

ssize_t TlsSession::send(std::string_view bytes, bool wait) {
  std::size_t total = 0;
  while (total < bytes.size()) {
    ERR_clear_error();
    std::size_t count = 0;
    const int result =
        SSL_write_ex(session_.get(), bytes.data() + total, bytes.size() - total, &count);
    if (result != 1 && total == 0) return outcome(result);
    if (result != 1) break;  // it is told the next time
    total += count;
    if (wait) break;
  }
  return static_cast<ssize_t>(total);
}

ssize_t TlsSession::receive(char* into, std::size_t size, bool wait) {
  std::size_t total = 0;
  while (total < size) {
    ERR_clear_error();
    std::size_t count = 0;
    const int result = SSL_read_ex(session_.get(), into + total, size - total, &count);
    if (result != 1 && total == 0) return outcome(result);
    if (result != 1) break;
    total += count;
    if (wait) break;
  }
  return static_cast<ssize_t>(total);
}

ssize_t TlsSession::outcome(int result) {
  switch (SSL_get_error(session_.get(), result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      errno = EAGAIN;
      return -1;
    case SSL_ERROR_ZERO_RETURN:
      return 0;
    case SSL_ERROR_SYSCALL:
      if (errno == 0) errno = ECONNRESET;
      return -1;
    default:
      if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) return 0;
      throw Failure("TLS: {}", tls_error());
  }
}

}  // namespace bench
