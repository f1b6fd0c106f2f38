#include "broker/auth/peer_certificate.h"

#include <gtest/gtest.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace coney {
namespace {

using From = CertificateLoginRule::From;
using SanType = CertificateLoginRule::SanType;

// An unsigned certificate with a subject and alternative names; nobody here checks signatures.
class Certificate {
 public:
  Certificate& subject(const char* attribute, std::string_view value, bool same_set = false) {
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x509_.get()), attribute, MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(value.data()),
                               static_cast<int>(value.size()), -1, same_set ? -1 : 0);
    return *this;
  }
  Certificate& alternative(int type, std::string_view value) {
    auto* text = ASN1_IA5STRING_new();
    ASN1_STRING_set(text, value.data(), static_cast<int>(value.size()));
    auto* name = GENERAL_NAME_new();
    GENERAL_NAME_set0_value(name, type, text);
    sk_GENERAL_NAME_push(names_.get(), name);
    return *this;
  }
  AuthResult<std::string> username(const CertificateLoginRule& rule) {
    if (sk_GENERAL_NAME_num(names_.get()) > 0) {
      X509_add1_ext_i2d(x509_.get(), NID_subject_alt_name, names_.get(), 0, X509V3_ADD_REPLACE);
    }
    return certificate_username(x509_.get(), rule);
  }
  std::string distinguished_name() const { return subject_distinguished_name(x509_.get()); }

 private:
  std::unique_ptr<X509, decltype(&X509_free)> x509_{X509_new(), X509_free};
  std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> names_{GENERAL_NAMES_new(),
                                                                       GENERAL_NAMES_free};
};

std::string expect_name(const AuthResult<std::string>& name) {
  if (name.has_value()) return *name;
  ADD_FAILURE() << name.error().message;
  return "";
}

TEST(PeerCertificate, DistinguishedNameStartsWithTheMostSpecificPart) {
  Certificate certificate;
  certificate.subject("C", "SE").subject("O", "Acme").subject("OU", "R&D").subject("CN", "client");
  EXPECT_EQ(certificate.distinguished_name(), "CN=client,OU=R&D,O=Acme,C=SE");
  EXPECT_EQ(expect_name(certificate.username({})), "CN=client,OU=R&D,O=Acme,C=SE");
}

TEST(PeerCertificate, DistinguishedNameNamesTheUsualAttributes) {
  Certificate certificate;
  certificate.subject("DC", "org").subject("ST", "Skane").subject("L", "Lund");
  certificate.subject("emailAddress", "a@b").subject("serialNumber", "7").subject("UID", "u");
  certificate.subject("businessCategory", "x");
  EXPECT_EQ(certificate.distinguished_name(),
            "2.5.4.15=x,UID=u,SERIALNUMBER=7,EMAILADDRESS=a@b,L=Lund,ST=Skane,DC=org");
}

TEST(PeerCertificate, PartsOfOneNameAreJoinedByPlus) {
  Certificate certificate;
  certificate.subject("O", "Acme").subject("CN", "client").subject("UID", "7", true);
  std::string name = certificate.distinguished_name();
  EXPECT_TRUE(name == "UID=7+CN=client,O=Acme" || name == "CN=client+UID=7,O=Acme") << name;
}

TEST(PeerCertificate, SpecialCharactersAreEscaped) {
  Certificate certificate;
  certificate.subject("CN", " #a,b+c\"d\\e<f>g;h#i ").subject("O", "#x").subject("OU", "\xc3\xa9~");
  EXPECT_EQ(certificate.distinguished_name(),
            "OU=\\C3\\A9\\7E,O=\\#x,CN=\\ #a\\,b\\+c\\\"d\\\\e\\<f\\>g\\;h#i\\ ");
}

TEST(PeerCertificate, CommonNamesAreJoinedByCommas) {
  Certificate certificate;
  certificate.subject("CN", "one").subject("O", "x").subject("CN", "tw\xc3\xb6");
  EXPECT_EQ(expect_name(certificate.username({.from = From::kCommonName})), "one,tw\xc3\xb6");
}

TEST(PeerCertificate, AlternativeNameByTypeAndIndex) {
  Certificate certificate;
  certificate.alternative(GEN_DNS, "first.example").alternative(GEN_EMAIL, "me@example");
  certificate.alternative(GEN_URI, "urn:x:1").alternative(GEN_DNS, "second.example");
  auto rule = [](SanType type, std::size_t index = 0) {
    return CertificateLoginRule{
        .from = From::kSubjectAlternativeName, .san_type = type, .san_index = index};
  };
  EXPECT_EQ(expect_name(certificate.username(rule(SanType::kDns))), "first.example");
  EXPECT_EQ(expect_name(certificate.username(rule(SanType::kDns, 1))), "second.example");
  EXPECT_EQ(expect_name(certificate.username(rule(SanType::kEmail))), "me@example");
  EXPECT_EQ(expect_name(certificate.username(rule(SanType::kUri))), "urn:x:1");
  EXPECT_FALSE(certificate.username(rule(SanType::kDns, 2)));
  EXPECT_FALSE(certificate.username(rule(SanType::kIp)));
}

TEST(PeerCertificate, MissingNamesAreErrors) {
  EXPECT_FALSE(certificate_username(nullptr, {}));
  EXPECT_FALSE(Certificate().username({.from = From::kDistinguishedName}));
  EXPECT_FALSE(Certificate().subject("O", "x").username({.from = From::kCommonName}));
  EXPECT_FALSE(Certificate().subject("CN", "x").username({.from = From::kSubjectAlternativeName}));
}

// "admin\0.evil.example" must not pass for "admin" in anything that stops at a NUL.
TEST(PeerCertificate, NulInANameIsAnError) {
  Certificate common;
  common.subject("CN", std::string_view("admin\0x", 7));
  EXPECT_FALSE(common.username({.from = From::kCommonName}));
  Certificate alternative;
  alternative.alternative(GEN_DNS, std::string_view("admin\0x", 7));
  EXPECT_FALSE(alternative.username({.from = From::kSubjectAlternativeName}));
}

}  // namespace
}  // namespace coney
