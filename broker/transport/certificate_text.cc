#include "broker/transport/certificate_text.h"

#include <fmt/format.h>
#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

#include <array>
#include <ctime>
#include <string_view>
#include <vector>

namespace coney {
namespace {

struct AttributeName {
  int nid;
  const char* text;
};

// The types that RabbitMQ writes by name; all others are written as numbers.
constexpr std::array kAttributeNames{
    AttributeName{NID_surname, "SN"},
    AttributeName{NID_givenName, "GIVENNAME"},
    AttributeName{NID_initials, "INITIALS"},
    AttributeName{NID_generationQualifier, "GENERATIONQUALIFIER"},
    AttributeName{NID_commonName, "CN"},
    AttributeName{NID_localityName, "L"},
    AttributeName{NID_stateOrProvinceName, "ST"},
    AttributeName{NID_organizationName, "O"},
    AttributeName{NID_organizationalUnitName, "OU"},
    AttributeName{NID_title, "TITLE"},
    AttributeName{NID_countryName, "C"},
    AttributeName{NID_serialNumber, "SERIALNUMBER"},
    AttributeName{NID_pseudonym, "PSEUDONYM"},
    AttributeName{NID_domainComponent, "DC"},
    AttributeName{NID_pkcs9_emailAddress, "EMAILADDRESS"},
    AttributeName{NID_streetAddress, "STREET"},
    AttributeName{NID_userId, "UID"},
};

std::string attribute_name(const ASN1_OBJECT* type) {
  int nid = OBJ_obj2nid(type);
  for (const AttributeName& name : kAttributeNames) {
    if (name.nid == nid) return name.text;
  }
  std::array<char, 128> digits{};
  OBJ_obj2txt(digits.data(), digits.size(), type, 1);
  return digits.data();
}

// UTF-8, whatever string type the certificate uses; empty when the value is no text.
std::string utf8_text(const ASN1_STRING* value) {
  unsigned char* text = nullptr;
  int size = ASN1_STRING_to_UTF8(&text, value);
  if (size < 0) {
    ERR_clear_error();
    return {};
  }
  std::string copy(reinterpret_cast<char*>(text), static_cast<std::size_t>(size));
  OPENSSL_free(text);
  return copy;
}

std::string escape(std::string_view text) {
  constexpr std::string_view kSpecial = "\"+,;<>\\";
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    auto byte = static_cast<unsigned char>(c);
    bool first = i == 0 && (c == ' ' || c == '#');
    bool last = i > 0 && i + 1 == text.size() && c == ' ';
    bool special = kSpecial.find(c) != std::string_view::npos;
    if (byte < 32 || byte >= 126) {
      out += fmt::format("\\{:02X}", byte);
    } else {
      if (first || last || special) out += '\\';
      out += c;
    }
  }
  return out;
}

std::string time_text(const ASN1_TIME* time) {
  std::tm t{};
  if (ASN1_TIME_to_tm(time, &t) != 1) return "unknown";
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", t.tm_year + 1900, t.tm_mon + 1,
                     t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec);
}

}  // namespace

std::string name_text(const X509_NAME* name) {
  std::vector<std::string> rdns;
  int set = -1;
  for (int i = 0; i < X509_NAME_entry_count(name); ++i) {
    const X509_NAME_ENTRY* entry = X509_NAME_get_entry(name, i);
    std::string text = attribute_name(X509_NAME_ENTRY_get_object(entry)) + "=" +
                       escape(utf8_text(X509_NAME_ENTRY_get_data(entry)));
    bool same_rdn = X509_NAME_ENTRY_set(entry) == set;
    set = X509_NAME_ENTRY_set(entry);
    if (same_rdn) {
      rdns.back() += "+" + text;
    } else {
      rdns.push_back(std::move(text));
    }
  }
  return fmt::format("{}", fmt::join(rdns.rbegin(), rdns.rend(), ","));
}

std::string common_names(const X509_NAME* name) {
  std::vector<std::string> names;
  int at = -1;
  while ((at = X509_NAME_get_index_by_NID(name, NID_commonName, at)) >= 0) {
    names.push_back(utf8_text(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at))));
  }
  return fmt::format("{}", fmt::join(names, ","));
}

std::string validity_text(const X509* certificate) {
  return time_text(X509_get0_notBefore(certificate)) + " - " +
         time_text(X509_get0_notAfter(certificate));
}

std::string serial_number_text(const X509* certificate) {
  BIGNUM* number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr);
  char* digits = number == nullptr ? nullptr : BN_bn2hex(number);
  std::string text = digits == nullptr ? "" : digits;
  OPENSSL_free(digits);
  BN_free(number);
  return text;
}

}  // namespace coney
