#include "broker/transport/tls_identity.h"

#include <openssl/objects.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "broker/transport/certificate_text.h"

namespace coney {
namespace {

struct NidName {
  int nid;
  const char* text;
};

template <std::size_t count>
const char* find_name(const std::array<NidName, count>& names, int nid) {
  for (const NidName& name : names) {
    if (name.nid == nid) return name.text;
  }
  return nullptr;
}

constexpr std::array kProtocols{
    NidName{TLS1_VERSION, "tlsv1"},
    NidName{TLS1_1_VERSION, "tlsv1.1"},
    NidName{TLS1_2_VERSION, "tlsv1.2"},
    NidName{TLS1_3_VERSION, "tlsv1.3"},
};

constexpr std::array kCiphers{
    NidName{NID_aes_128_gcm, "aes_128_gcm"},
    NidName{NID_aes_256_gcm, "aes_256_gcm"},
    NidName{NID_chacha20_poly1305, "chacha20_poly1305"},
    NidName{NID_aes_128_ccm, "aes_128_ccm"},
    NidName{NID_aes_256_ccm, "aes_256_ccm"},
    NidName{NID_aes_128_cbc, "aes_128_cbc"},
    NidName{NID_aes_256_cbc, "aes_256_cbc"},
    NidName{NID_des_ede3_cbc, "3des_ede_cbc"},
};

constexpr std::array kKeyExchanges{
    NidName{NID_kx_any, "any"},
    NidName{NID_kx_ecdhe, "ecdhe"},
    NidName{NID_kx_dhe, "dhe"},
    NidName{NID_kx_rsa, "rsa"},
};

constexpr std::array kAuthentications{
    NidName{NID_auth_rsa, "rsa"},
    NidName{NID_auth_ecdsa, "ecdsa"},
    NidName{NID_auth_dss, "dss"},
};

// Erlang's spelling where it is known, else OpenSSL's in lower case with '_'.
template <std::size_t count>
std::string spell(const std::array<NidName, count>& names, int nid) {
  if (const char* text = find_name(names, nid)) return text;
  const char* short_name = OBJ_nid2sn(nid);
  std::string text = short_name == nullptr ? "unknown" : short_name;
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
    return c == '-' ? '_' : static_cast<char>(std::tolower(c));
  });
  return text;
}

std::string key_exchange(const SSL_CIPHER* suite) {
  std::string exchange = spell(kKeyExchanges, SSL_CIPHER_get_kx_nid(suite));
  const char* authentication = find_name(kAuthentications, SSL_CIPHER_get_auth_nid(suite));
  bool combined = exchange == "ecdhe" || exchange == "dhe";
  return combined && authentication ? exchange + "_" + authentication : exchange;
}

std::string hash(const SSL_CIPHER* suite) {
  if (SSL_CIPHER_is_aead(suite)) return "aead";
  int nid = SSL_CIPHER_get_digest_nid(suite);
  return nid == NID_sha1 ? "sha" : spell(std::array<NidName, 0>{}, nid);
}

}  // namespace

PeerIdentity identity_of(const SSL* session) {
  PeerIdentity identity;
  const char* protocol = find_name(kProtocols, SSL_version(session));
  identity.protocol = protocol == nullptr ? "unknown" : protocol;
  if (const SSL_CIPHER* suite = SSL_get_current_cipher(session)) {
    identity.key_exchange = key_exchange(suite);
    identity.cipher = spell(kCiphers, SSL_CIPHER_get_cipher_nid(suite));
    identity.hash = hash(suite);
  }
  const X509* certificate = SSL_get0_peer_certificate(session);
  if (certificate == nullptr) return identity;
  identity.has_certificate = true;
  identity.subject = name_text(X509_get_subject_name(certificate));
  identity.common_name = common_names(X509_get_subject_name(certificate));
  identity.issuer = name_text(X509_get_issuer_name(certificate));
  identity.validity = validity_text(certificate);
  identity.serial_number = serial_number_text(certificate);
  return identity;
}

}  // namespace coney
