#pragma once
// The username for SASL EXTERNAL: what a client certificate says of its owner, by RabbitMQ's
// settings ssl_cert_login_from, ssl_cert_login_san_type and ssl_cert_login_san_index.
// Reads only; any thread that may use the certificate.

#include <cstddef>
#include <cstdint>
#include <string>

#include "broker/auth/auth_error.h"

struct x509_st;  // OpenSSL's X509

namespace coney {

struct CertificateLoginRule {
  enum class From : std::uint8_t { kDistinguishedName, kCommonName, kSubjectAlternativeName };
  enum class SanType : std::uint8_t { kDns, kEmail, kUri, kIp };

  From from = From::kDistinguishedName;
  SanType san_type = SanType::kDns;
  std::size_t san_index = 0;  // among the names of that type
};

// common_name: several CNs are joined by commas. Errors: no certificate (null), or the certificate
// has no such name or one with a NUL inside.
AuthResult<std::string> certificate_username(const x509_st* certificate,
                                             const CertificateLoginRule& rule);

// The subject as RabbitMQ prints it: RFC 4514, most specific part first ("CN=client,O=Acme,C=SE"),
// characters that are not printable ASCII as \XX.
std::string subject_distinguished_name(const x509_st* certificate);

}  // namespace coney
