#pragma once
// What a finished TLS handshake tells about the peer and the session, in the spelling of RabbitMQ's
// management API (`ssl_protocol`, `ssl_cipher`, `peer_cert_subject`, ...).

#include <string>

namespace coney {

struct PeerIdentity {
  std::string protocol;      // tlsv1.3
  std::string key_exchange;  // ecdhe_rsa; "any" for TLS 1.3
  std::string cipher;        // aes_256_gcm
  std::string hash;          // aead, sha256

  // The client's certificate; all empty when it sent none. Verified when TlsOptions::verify_peer
  // is set, else nothing but a claim: REQUIRES verify_peer before it is used to log a user in.
  bool has_certificate = false;
  std::string subject;        // RFC 4514: "CN=client,O=Example", last RDN first
  std::string common_name;    // the CNs of the subject, joined by ",", as RabbitMQ logs in
  std::string issuer;         // as subject
  std::string validity;       // 2024-01-31T12:00:00Z - 2034-01-31T12:00:00Z
  std::string serial_number;  // upper-case hexadecimal
};

}  // namespace coney
