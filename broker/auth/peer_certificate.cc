#include "broker/auth/peer_certificate.h"

#include <arpa/inet.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace coney {
namespace {

struct Label {
  int nid;
  std::string_view name;
};

// Attribute types that RabbitMQ prints by name, all others by number.
constexpr Label kLabels[] = {
    {NID_surname, "SN"},
    {NID_givenName, "GIVENNAME"},
    {NID_initials, "INITIALS"},
    {NID_generationQualifier, "GENERATIONQUALIFIER"},
    {NID_commonName, "CN"},
    {NID_localityName, "L"},
    {NID_stateOrProvinceName, "ST"},
    {NID_organizationName, "O"},
    {NID_organizationalUnitName, "OU"},
    {NID_title, "TITLE"},
    {NID_countryName, "C"},
    {NID_serialNumber, "SERIALNUMBER"},
    {NID_pseudonym, "PSEUDONYM"},
    {NID_domainComponent, "DC"},
    {NID_pkcs9_emailAddress, "EMAILADDRESS"},
    {NID_streetAddress, "STREET"},
    {NID_userId, "UID"},
};

std::string attribute_label(const ASN1_OBJECT* object) {
  int nid = OBJ_obj2nid(object);
  for (const Label& label : kLabels) {
    if (label.nid == nid) return std::string(label.name);
  }
  char text[80];
  int size = OBJ_obj2txt(text, sizeof text, object, 1);
  return {text, std::min(sizeof text - 1, static_cast<std::size_t>(std::max(size, 0)))};
}

std::string to_utf8(const ASN1_STRING* text) {
  unsigned char* bytes = nullptr;
  int size = ASN1_STRING_to_UTF8(&bytes, text);
  if (size < 0) return {};
  std::string copy(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return copy;
}

bool needs_backslash(std::string_view value, std::size_t at) {
  char c = value[at];
  if (c == ' ') return at == 0 || at + 1 == value.size();
  if (c == '#') return at == 0;
  return std::string_view("\",+;<>\\").find(c) != std::string_view::npos;
}

std::string escape(std::string_view value) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    auto byte = static_cast<unsigned char>(value[i]);
    if (byte < 32 || byte >= 126) {
      out += {'\\', kHex[byte >> 4], kHex[byte & 15]};
      continue;
    }
    if (needs_backslash(value, i)) out.push_back('\\');
    out.push_back(value[i]);
  }
  return out;
}

AuthResult<std::string> checked(std::string name) {
  if (name.empty()) return AuthError{"the client's certificate has an empty name"};
  if (name.find('\0') != std::string::npos) {
    return AuthError{"the client's certificate has a name with a NUL in it"};
  }
  // Spelled out, for an error can be made of a string too.
  return {boost::system::in_place_value, std::move(name)};
}

AuthResult<std::string> common_name(const X509* certificate) {
  const X509_NAME* subject = X509_get_subject_name(certificate);
  std::string names;
  bool found = false;
  for (int i = -1; (i = X509_NAME_get_index_by_NID(subject, NID_commonName, i)) >= 0;) {
    if (found) names.push_back(',');
    names += to_utf8(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, i)));
    found = true;
  }
  if (!found) return AuthError{"the client's certificate has no common name"};
  return checked(std::move(names));
}

std::string bytes_of(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

std::string ip_text(const ASN1_OCTET_STRING* address) {
  char text[INET6_ADDRSTRLEN] = "";
  int size = ASN1_STRING_length(address);
  const unsigned char* bytes = ASN1_STRING_get0_data(address);
  if (size == 4) ::inet_ntop(AF_INET, bytes, text, sizeof text);
  if (size == 16) ::inet_ntop(AF_INET6, bytes, text, sizeof text);
  return text;
}

// The name when it is of the wanted type.
std::optional<std::string> name_of_type(const GENERAL_NAME& name,
                                        CertificateLoginRule::SanType type) {
  using SanType = CertificateLoginRule::SanType;
  if (type == SanType::kDns && name.type == GEN_DNS) return bytes_of(name.d.dNSName);
  if (type == SanType::kEmail && name.type == GEN_EMAIL) return bytes_of(name.d.rfc822Name);
  if (type == SanType::kUri && name.type == GEN_URI) {
    return bytes_of(name.d.uniformResourceIdentifier);
  }
  if (type == SanType::kIp && name.type == GEN_IPADD) return ip_text(name.d.iPAddress);
  return std::nullopt;
}

AuthResult<std::string> alternative_name(const X509* certificate,
                                         const CertificateLoginRule& rule) {
  auto* raw = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> names(raw, GENERAL_NAMES_free);
  std::size_t index = 0;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    auto name = name_of_type(*sk_GENERAL_NAME_value(names.get(), i), rule.san_type);
    if (name && index++ == rule.san_index) return checked(std::move(*name));
  }
  return AuthError{
      "the client's certificate has no subject alternative name of the configured "
      "type and index"};
}

}  // namespace

AuthResult<std::string> certificate_username(const x509_st* certificate,
                                             const CertificateLoginRule& rule) {
  if (!certificate) return AuthError{"the client has presented no TLS certificate"};
  switch (rule.from) {
    case CertificateLoginRule::From::kCommonName:
      return common_name(certificate);
    case CertificateLoginRule::From::kSubjectAlternativeName:
      return alternative_name(certificate, rule);
    case CertificateLoginRule::From::kDistinguishedName:
      break;
  }
  return checked(subject_distinguished_name(certificate));
}

std::string subject_distinguished_name(const x509_st* certificate) {
  const X509_NAME* subject = X509_get_subject_name(certificate);
  std::string text;
  int previous_set = -1;
  for (int i = X509_NAME_entry_count(subject) - 1; i >= 0; --i) {
    const X509_NAME_ENTRY* entry = X509_NAME_get_entry(subject, i);
    int set = X509_NAME_ENTRY_set(entry);
    // Attributes of one set are one name of several parts.
    if (!text.empty()) text.push_back(set == previous_set ? '+' : ',');
    previous_set = set;
    text += attribute_label(X509_NAME_ENTRY_get_object(entry));
    text.push_back('=');
    text += escape(to_utf8(X509_NAME_ENTRY_get_data(entry)));
  }
  return text;
}

}  // namespace coney
