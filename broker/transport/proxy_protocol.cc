#include "broker/transport/proxy_protocol.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace coney {
namespace {

constexpr std::string_view kV1Start = "PROXY ";
constexpr std::string_view kV2Signature{"\r\n\r\n\0\r\nQUIT\n", 12};

ProxyRead failed(const char* error) {
  return {ProxyStatus::kError, {}, 0, error};
}

// Whether `bytes` could still become, or already have, the prefix.
bool may_start_with(std::string_view bytes, std::string_view prefix) {
  std::size_t size = std::min(bytes.size(), prefix.size());
  return bytes.substr(0, size) == prefix.substr(0, size);
}

std::string_view next_word(std::string_view& line) {
  std::size_t space = line.find(' ');
  std::string_view word = line.substr(0, space);
  line.remove_prefix(space == std::string_view::npos ? line.size() : space + 1);
  return word;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  bool leading_zero = text.size() > 1 && text[0] == '0';
  if (error != std::errc() || end != text.data() + text.size() || leading_zero) return std::nullopt;
  return port;
}

// `v4` is what the line announces; the literal has to be of that family.
std::optional<SocketAddress> parse_v1_address(std::string_view host, std::string_view port,
                                              bool v4) {
  std::optional<std::uint16_t> number = parse_port(port);
  bool literal_is_v4 = host.find(':') == std::string_view::npos;
  if (!number || literal_is_v4 != v4) return std::nullopt;
  return SocketAddress::parse(host, *number);
}

ProxyRead read_v1_addresses(std::string_view line, bool v4, std::size_t size) {
  std::array<std::string_view, 4> words;
  bool ends_in_space = line.ends_with(' ');
  for (std::string_view& word : words) word = next_word(line);
  if (!line.empty() || ends_in_space) return failed("PROXY v1: too many fields");
  auto source = parse_v1_address(words[0], words[2], v4);
  auto destination = parse_v1_address(words[1], words[3], v4);
  if (!source || !destination) return failed("PROXY v1: bad address or port");
  return {ProxyStatus::kDone, {true, *source, *destination}, size, ""};
}

ProxyRead read_v1(std::string_view bytes) {
  std::size_t end = bytes.substr(0, kProxyV1MaxSize).find('\n');
  if (end == std::string_view::npos) {
    return bytes.size() < kProxyV1MaxSize ? ProxyRead{} : failed("PROXY v1: line too long");
  }
  if (bytes[end - 1] != '\r') return failed("PROXY v1: line does not end with CR LF");
  std::string_view line = bytes.substr(kV1Start.size(), end - 1 - kV1Start.size());
  std::string_view family = next_word(line);
  if (family == "UNKNOWN") return {ProxyStatus::kDone, {}, end + 1, ""};
  if (family != "TCP4" && family != "TCP6") return failed("PROXY v1: unknown protocol");
  return read_v1_addresses(line, family == "TCP4", end + 1);
}

std::uint16_t load16(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(static_cast<std::uint8_t>(bytes[at]) << 8 |
                                    static_cast<std::uint8_t>(bytes[at + 1]));
}

// Source, destination, source port, destination port, then TLVs.
ProxyRead read_v2_addresses(std::string_view body, std::size_t address_size) {
  if (body.size() < 2 * address_size + 4) return failed("PROXY v2: too short for its addresses");
  auto address = [&](std::size_t index) {
    auto* data = reinterpret_cast<const std::uint8_t*>(body.data());
    return SocketAddress({data + index * address_size, address_size},
                         load16(body, 2 * address_size + 2 * index));
  };
  return {ProxyStatus::kDone, {true, address(0), address(1)}, 0, ""};
}

ProxyRead read_v2_family(std::uint8_t family, std::string_view body) {
  constexpr std::uint8_t kUnspecified = 0x00, kTcp4 = 0x11, kTcp6 = 0x21, kUnixStream = 0x31;
  switch (family) {
    case kTcp4:
      return read_v2_addresses(body, 4);
    case kTcp6:
      return read_v2_addresses(body, 16);
    case kUnspecified:
    case kUnixStream:
      return {ProxyStatus::kDone, {}, 0, ""};
    default:
      return failed("PROXY v2: not a stream of a known family");
  }
}

ProxyRead read_v2(std::string_view bytes) {
  constexpr std::uint8_t kLocal = 0x20, kProxy = 0x21;
  if (bytes.size() <= kV2Signature.size()) return {};
  auto command = static_cast<std::uint8_t>(bytes[12]);
  if (command != kLocal && command != kProxy) return failed("PROXY v2: unknown version or command");
  if (bytes.size() < kProxyV2HeadSize) return {};
  std::size_t body_size = load16(bytes, 14);
  if (body_size > kProxyV2MaxBody) return failed("PROXY v2: header too large");
  if (bytes.size() < kProxyV2HeadSize + body_size) return {};
  std::string_view body = bytes.substr(kProxyV2HeadSize, body_size);
  ProxyRead read{ProxyStatus::kDone, {}, 0, ""};
  if (command == kProxy) read = read_v2_family(static_cast<std::uint8_t>(bytes[13]), body);
  if (read.status == ProxyStatus::kDone) read.consumed = kProxyV2HeadSize + body_size;
  return read;
}

}  // namespace

ProxyRead read_proxy_header(std::string_view bytes) {
  if (bytes.empty()) return {};
  if (may_start_with(bytes, kV2Signature)) return read_v2(bytes);
  if (may_start_with(bytes, kV1Start)) return read_v1(bytes);
  return failed("the connection does not begin with a PROXY protocol header");
}

}  // namespace coney
