#include "tests/unit/broker/transport/test_certificates.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <fstream>
#include <stdexcept>

namespace coney::test {
namespace {

template <typename Write>
std::string pem_of(Write write) {
  BIO* bio = BIO_new(BIO_s_mem());
  bool written = write(bio) == 1;
  char* data = nullptr;
  long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  if (!written) throw std::runtime_error("cannot write PEM");
  return text;
}

void add_extension(X509* certificate, int nid, const char* value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

void add_name(X509_NAME* name, const char* type, const char* value) {
  X509_NAME_add_entry_by_txt(name, type, MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(value), -1, -1, 0);
}

}  // namespace

std::string Identity::certificate_pem() const {
  return pem_of([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate.get()); });
}

std::string Identity::key_pem(std::string_view password) const {
  return pem_of([&](BIO* bio) {
    const EVP_CIPHER* cipher = password.empty() ? nullptr : EVP_aes_256_cbc();
    return PEM_write_bio_PKCS8PrivateKey(bio, key.get(), cipher, password.data(),
                                         static_cast<int>(password.size()), nullptr, nullptr);
  });
}

Identity make_identity(const char* common_name, const Identity* issuer, bool authority) {
  static long serial = 0xA000;
  Identity made{Key(EVP_EC_gen("P-256")), Certificate(X509_new())};
  X509* certificate = made.certificate.get();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 24 * 3600);
  X509_set_pubkey(certificate, made.key.get());
  add_name(X509_get_subject_name(certificate), "O", "Coney Test");
  add_name(X509_get_subject_name(certificate), "CN", common_name);
  const Identity& signer = issuer == nullptr ? made : *issuer;
  X509_set_issuer_name(certificate, X509_get_subject_name(signer.certificate.get()));
  add_extension(certificate, NID_basic_constraints,
                authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  X509_sign(certificate, signer.key.get(), EVP_sha256());
  return made;
}

TemporaryDirectory::TemporaryDirectory() {
  std::string name = (std::filesystem::temp_directory_path() / "coney-tls-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
  root_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(root_, ignored);
}

std::string TemporaryDirectory::path(std::string_view name) const {
  return (root_ / name).string();
}

std::string TemporaryDirectory::write(std::string_view name, std::string_view content) const {
  std::string target = path(name);
  std::ofstream(target + ".new", std::ios::binary) << content;
  std::filesystem::rename(target + ".new", target);
  return target;
}

}  // namespace coney::test
