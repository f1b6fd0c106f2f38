#include "broker/transport/tls_ciphers.h"

#include <openssl/ssl.h>

#include <array>
#include <string_view>

#include "broker/transport/openssl_error.h"

namespace coney {
namespace {

struct Version {
  std::string_view name;
  std::uint64_t off;  // the option that switches it off
};

constexpr std::array kVersions{
    Version{"tlsv1", SSL_OP_NO_TLSv1},
    Version{"tlsv1.1", SSL_OP_NO_TLSv1_1},
    Version{"tlsv1.2", SSL_OP_NO_TLSv1_2},
    Version{"tlsv1.3", SSL_OP_NO_TLSv1_3},
};
constexpr std::uint64_t kOldVersionsOff = SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1;
constexpr std::uint64_t kBefore13Off = kOldVersionsOff | SSL_OP_NO_TLSv1_2;
constexpr std::uint64_t kAllOff = kBefore13Off | SSL_OP_NO_TLSv1_3;

// The options that switch off all that `names` does not list.
SetupResult<std::uint64_t> versions_off(const std::vector<std::string>& names) {
  std::uint64_t off = kAllOff;
  for (const std::string& name : names) {
    std::uint64_t known = 0;
    for (const Version& version : kVersions) known |= version.name == name ? version.off : 0;
    if (known == 0) return SetupError{"unknown TLS version '" + name + "'"};
    off &= ~known;
  }
  return off;
}

// Suites of TLS 1.3 and of the versions before are two lists in OpenSSL, joined by ':'.
struct CipherLists {
  std::string tls13;
  std::string before;
};

void append(std::string& list, std::string_view name) {
  if (!list.empty()) list += ':';
  list += name;
}

SetupResult<CipherLists> split(SSL_CTX* context, const std::vector<std::string>& names) {
  CipherLists lists;
  for (const std::string& name : names) {
    std::string known = OPENSSL_cipher_name(name.c_str());
    if (known == "(NONE)") known = name;
    bool is_13 = known.starts_with("TLS_");
    int found = is_13 ? SSL_CTX_set_ciphersuites(context, known.c_str())
                      : SSL_CTX_set_cipher_list(context, known.c_str());
    if (found != 1) {
      take_openssl_error();
      return SetupError{"unknown TLS cipher suite '" + name + "'"};
    }
    append(is_13 ? lists.tls13 : lists.before, known);
  }
  return lists;
}

}  // namespace

SetupResult<void> set_versions_and_ciphers(SSL_CTX* context, const TlsOptions& options) {
  SetupResult<std::uint64_t> off = versions_off(options.versions);
  if (!off) return off.error();
  if ((*off & kOldVersionsOff) != kOldVersionsOff) SSL_CTX_set_security_level(context, 0);
  SetupResult<CipherLists> lists = split(context, options.ciphers);
  if (!lists) return lists.error();
  if (!options.ciphers.empty()) {
    if (lists->tls13.empty()) *off |= SSL_OP_NO_TLSv1_3;
    if (lists->before.empty()) *off |= kBefore13Off;
  }
  if (*off == kAllOff) return SetupError{"the TLS versions and ciphers leave nothing to offer"};
  if (!lists->tls13.empty()) SSL_CTX_set_ciphersuites(context, lists->tls13.c_str());
  if (!lists->before.empty()) SSL_CTX_set_cipher_list(context, lists->before.c_str());
  SSL_CTX_set_min_proto_version(context, 0);  // the system's configuration may have narrowed it
  SSL_CTX_set_max_proto_version(context, 0);
  SSL_CTX_clear_options(context, kAllOff);
  SSL_CTX_set_options(context, *off);
  return {};
}

}  // namespace coney
