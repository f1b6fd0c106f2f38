#include "broker/transport/certificate_text.h"

#include <gtest/gtest.h>
#include <openssl/x509.h>

#include <memory>
#include <string_view>

#include "tests/unit/broker/transport/test_certificates.h"

namespace coney {
namespace {

// A subject that grows part by part.
class Name {
 public:
  Name& add(const char* type, std::string_view value, int set = 0, int format = MBSTRING_UTF8) {
    X509_NAME_add_entry_by_txt(name_.get(), type, format,
                               reinterpret_cast<const unsigned char*>(value.data()),
                               static_cast<int>(value.size()), -1, set);
    return *this;
  }
  std::string text() const { return name_text(name_.get()); }
  std::string cn() const { return common_names(name_.get()); }

 private:
  std::unique_ptr<X509_NAME, decltype(&X509_NAME_free)> name_{X509_NAME_new(), X509_NAME_free};
};

TEST(CertificateText, TheLastPartComesFirst) {
  EXPECT_EQ(Name().add("C", "DE").add("O", "Example").add("CN", "client").text(),
            "CN=client,O=Example,C=DE");
  EXPECT_EQ(Name().text(), "");
}

TEST(CertificateText, PartsOfOneRdnAreJoinedByPlus) {
  EXPECT_EQ(Name().add("O", "Example").add("OU", "a").add("OU", "b", -1).add("CN", "c").text(),
            "CN=c,OU=a+OU=b,O=Example");
}

TEST(CertificateText, NamesTypesAsRabbitMq) {
  EXPECT_EQ(Name().add("GN", "Ada").add("SN", "Byron").add("serialNumber", "7").text(),
            "SERIALNUMBER=7,SN=Byron,GIVENNAME=Ada");
  EXPECT_EQ(Name().add("DC", "org").add("UID", "ada").add("emailAddress", "a@b.org").text(),
            "EMAILADDRESS=a@b.org,UID=ada,DC=org");
  EXPECT_EQ(Name().add("1.2.3.4.5", "x").text(), "1.2.3.4.5=x");
}

TEST(CertificateText, Escapes) {
  EXPECT_EQ(Name().add("CN", "a,b+c\"d\\e<f>g;h").text(), R"(CN=a\,b\+c\"d\\e\<f\>g\;h)");
  EXPECT_EQ(Name().add("CN", " a ").text(), "CN=\\ a\\ ");
  EXPECT_EQ(Name().add("CN", "#a#").text(), "CN=\\#a#");
  EXPECT_EQ(Name().add("CN", " ").text(), "CN=\\ ");
  EXPECT_EQ(Name().add("CN", "a=b").text(), "CN=a=b");
  EXPECT_EQ(Name().add("CN", "J\xC3\xBCrgen~\n").text(), "CN=J\\C3\\BCrgen\\7E\\0A");
}

TEST(CertificateText, ANulByteIsNotTheEnd) {
  Name name;
  name.add("CN", std::string_view("admin\0x", 7));
  EXPECT_EQ(name.text(), "CN=admin\\00x");
  EXPECT_EQ(name.cn(), std::string("admin\0x", 7));
}

TEST(CertificateText, OtherStringTypesBecomeUtf8) {
  EXPECT_EQ(Name().add("CN", std::string_view("\x03\xBB", 2), 0, V_ASN1_BMPSTRING).cn(),
            "\xCE\xBB");
  EXPECT_EQ(Name().add("CN", "J\xFCrgen", 0, V_ASN1_T61STRING).cn(), "J\xC3\xBCrgen");
}

TEST(CertificateText, CommonNamesInOrder) {
  EXPECT_EQ(Name().add("O", "x").cn(), "");
  EXPECT_EQ(Name().add("CN", "one").add("O", "x").add("CN", "two").cn(), "one,two");
  EXPECT_EQ(Name().add("CN", "a,\xC3\xBC").cn(), "a,\xC3\xBC");
}

TEST(CertificateText, ValidityAndSerialNumber) {
  test::Identity identity = test::make_identity("someone", nullptr);
  X509* certificate = identity.certificate.get();
  ASN1_TIME_set_string(X509_getm_notBefore(certificate), "240131120000Z");
  ASN1_TIME_set_string(X509_getm_notAfter(certificate), "20510203040506Z");
  EXPECT_EQ(validity_text(certificate), "2024-01-31T12:00:00Z - 2051-02-03T04:05:06Z");
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 0xBEEF);
  EXPECT_EQ(serial_number_text(certificate), "BEEF");
}

}  // namespace
}  // namespace coney
