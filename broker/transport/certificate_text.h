#pragma once
// Parts of an X.509 certificate as the texts that RabbitMQ makes of them; the user name of the
// EXTERNAL mechanism is one of these, so that they have to agree character by character.

#include <string>

struct x509_st;
struct X509_name_st;

namespace coney {

// RFC 4514, last RDN first, parts of one RDN joined by '+': "CN=client,OU=a+OU=b,O=Example".
// Bytes outside of 0x20 to 0x7D are written as \XX, also those of UTF-8 characters.
std::string name_text(const X509_name_st* name);

// All CNs of a name in the certificate's order, joined by ','; UTF-8 without escapes.
std::string common_names(const X509_name_st* name);

// "2024-01-31T12:00:00Z - 2034-01-31T12:00:00Z"
std::string validity_text(const x509_st* certificate);

// Upper-case hexadecimal.
std::string serial_number_text(const x509_st* certificate);

}  // namespace coney
