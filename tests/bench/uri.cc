#include "tests/bench/uri.h"

#include <cstdlib>

#include "tests/bench/failure.h"

namespace bench {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) throw Failure("bad percent encoding in the URI: {}", text);
    out.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return out;
}

void parse_credentials(std::string_view text, Uri& uri) {
  const std::size_t colon = text.find(':');
  uri.user = decoded(text.substr(0, colon));
  if (colon != std::string_view::npos) uri.password = decoded(text.substr(colon + 1));
}

void parse_address(std::string_view text, Uri& uri) {
  const std::size_t bracket = text.starts_with('[') ? text.find(']') : std::string_view::npos;
  const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  std::string_view host = text.substr(0, colon);
  if (bracket != std::string_view::npos) host = text.substr(1, bracket - 1);
  if (!host.empty()) uri.host = decoded(host);
  if (colon != std::string_view::npos) uri.port = text.substr(colon + 1);
}

}  // namespace

Uri parse_uri(std::string_view text) {
  constexpr std::string_view kScheme = "amqp://";
  constexpr std::string_view kTlsScheme = "amqps://";
  Uri uri;
  uri.tls = text.starts_with(kTlsScheme);
  if (uri.tls) uri.port = "5671";
  if (!uri.tls && !text.starts_with(kScheme)) {
    throw Failure("neither an amqp:// nor an amqps:// URI: {}", text);
  }
  text.remove_prefix(uri.tls ? kTlsScheme.size() : kScheme.size());
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos && slash + 1 < text.size()) {
    uri.vhost = decoded(text.substr(slash + 1, text.find('?', slash) - slash - 1));
  }
  std::string_view authority = text.substr(0, slash);
  const std::size_t at = authority.rfind('@');
  if (at != std::string_view::npos) {
    parse_credentials(authority.substr(0, at), uri);
    authority.remove_prefix(at + 1);
  }
  parse_address(authority, uri);
  return uri;
}

}  // namespace bench
