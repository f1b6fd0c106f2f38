#include "broker/transport/tls_context.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <utility>

#include "broker/transport/openssl_error.h"
#include "broker/transport/tls_ciphers.h"

namespace coney {
namespace {

SetupError cannot_use(const char* what, const std::string& file) {
  return {std::string("cannot use the TLS ") + what + " " + file + ": " + take_openssl_error()};
}

// Without this OpenSSL would ask for the password of a key on the terminal.
int copy_password(char* into, int size, int, void* password) {
  const auto& text = *static_cast<const std::string*>(password);
  if (text.empty() || std::cmp_greater(text.size(), size)) return 0;
  text.copy(into, text.size());
  return static_cast<int>(text.size());
}

SetupResult<void> check(const TlsOptions& options) {
  if (options.certificate_file.empty()) return SetupError{"TLS needs a certificate file"};
  if (options.fail_if_no_peer_certificate && !options.verify_peer) {
    return SetupError{"fail_if_no_peer_cert needs verify_peer"};
  }
  if (options.verify_peer && options.ca_certificate_file.empty()) {
    return SetupError{"verify_peer needs a file of CA certificates"};
  }
  return {};
}

SetupResult<void> use_own_certificate(SSL_CTX* context, const TlsOptions& options) {
  const std::string& certificate = options.certificate_file;
  const std::string& key = options.key_file.empty() ? certificate : options.key_file;
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1) {
    return cannot_use("certificate", certificate);
  }
  SSL_CTX_set_default_passwd_cb(context, copy_password);
  SSL_CTX_set_default_passwd_cb_userdata(context, const_cast<std::string*>(&options.key_password));
  bool loaded = SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) == 1;
  SSL_CTX_set_default_passwd_cb_userdata(context, nullptr);
  SSL_CTX_set_default_passwd_cb(context, nullptr);
  if (!loaded || SSL_CTX_check_private_key(context) != 1) return cannot_use("key", key);
  return {};
}

SetupResult<void> use_authorities(SSL_CTX* context, const TlsOptions& options) {
  const std::string& file = options.ca_certificate_file;
  if (file.empty()) return {};
  if (SSL_CTX_load_verify_file(context, file.c_str()) != 1) {
    return cannot_use("CA certificates", file);
  }
  if (!options.verify_peer) return {};
  STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(file.c_str());
  if (names == nullptr) return cannot_use("CA certificates", file);
  SSL_CTX_set_client_CA_list(context, names);
  int fail = options.fail_if_no_peer_certificate ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | fail, nullptr);
  SSL_CTX_set_verify_depth(context, options.depth);
  return {};
}

// Resumption by stateless tickets saves reconnecting clients a full handshake. Not with client
// certificates: a ticket would let a client in without its certificate being verified again.
void set_resumption(SSL_CTX* context, bool verify_peer) {
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, verify_peer ? 0 : 1);
  if (verify_peer) SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
}

void set_behaviour(SSL_CTX* context) {
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  // AMQP says itself when a connection ends, so a missing close_notify hides nothing.
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_dh_auto(context, 1);
  SSL_CTX_set_read_ahead(context, 1);  // one recv for a record's header and body
}

}  // namespace

void TlsContext::Free::operator()(SSL_CTX* context) const {
  SSL_CTX_free(context);
}

SetupResult<std::shared_ptr<const TlsContext>> TlsContext::load(const TlsOptions& options) {
  if (auto checked = check(options); !checked) return checked.error();
  Handle context(SSL_CTX_new(TLS_server_method()));
  if (!context) return SetupError{"cannot make a TLS context: " + take_openssl_error()};
  set_behaviour(context.get());
  set_resumption(context.get(), options.verify_peer);
  for (auto step : {set_versions_and_ciphers, use_own_certificate, use_authorities}) {
    if (auto done = step(context.get(), options); !done) return done.error();
  }
  return std::shared_ptr<const TlsContext>(new TlsContext(std::move(context)));
}

std::chrono::system_clock::time_point TlsContext::certificate_expiry() const {
  std::tm expiry{};
  ASN1_TIME_to_tm(X509_get0_notAfter(SSL_CTX_get0_certificate(native())), &expiry);
  return std::chrono::system_clock::from_time_t(timegm(&expiry));
}

}  // namespace coney
