#pragma once
// What a TLS listener is made from: `ssl_options.*` of rabbitmq.conf. All files are PEM.

#include <string>
#include <vector>

namespace coney {

struct TlsOptions {
  // Trusted for client certificates; also completes our own chain when certificate_file holds the
  // server's certificate alone, as RabbitMQ's TLS does.
  std::string ca_certificate_file;
  std::string certificate_file;  // the server's certificate, then its intermediates
  std::string key_file;          // empty: the key is in certificate_file
  std::string key_password;
  bool verify_peer = false;  // ask for a client certificate and refuse one that is not trusted
  bool fail_if_no_peer_certificate = false;
  int depth = 1;  // intermediates allowed between a client's certificate and a trusted root

  // tlsv1, tlsv1.1, tlsv1.2, tlsv1.3. The first two are broken; listing one lowers OpenSSL's
  // security level for the listener, as they cannot work otherwise.
  std::vector<std::string> versions = {"tlsv1.3", "tlsv1.2"};
  // Best first, OpenSSL's or IANA's names; empty: OpenSSL's defaults. A version for which the list
  // has no suite is switched off.
  std::vector<std::string> ciphers;
};

}  // namespace coney
