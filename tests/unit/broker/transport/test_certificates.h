#pragma once
// Certificates for the tests, made on the spot (EC keys, so that it takes milliseconds).

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace coney::test {

struct FreeOpenSsl {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeOpenSsl>;
using Certificate = std::unique_ptr<X509, FreeOpenSsl>;

struct Identity {
  Key key;
  Certificate certificate;

  std::string certificate_pem() const;
  std::string key_pem(std::string_view password = {}) const;
};

// A certificate for the common name, signed by `issuer`; by itself when that is null.
Identity make_identity(const char* common_name, const Identity* issuer, bool authority = false);

// A directory that is gone after the test.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  std::string path(std::string_view name) const;
  // Writes beside the file, then renames over it, as certificate tools do.
  std::string write(std::string_view name, std::string_view content) const;

 private:
  std::filesystem::path root_;
};

}  // namespace coney::test
