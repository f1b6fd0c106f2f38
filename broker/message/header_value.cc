#include "broker/message/header_value.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <optional>

#include "amqp/table.h"

namespace coney {
namespace {

constexpr std::size_t kUnknownSize = static_cast<std::size_t>(-1);

std::size_t scalar_size(char tag) {
  switch (tag) {
    case 'V':
      return 0;
    case 't':
    case 'b':
    case 'B':
      return 1;
    case 's':
    case 'u':
      return 2;
    case 'I':
    case 'i':
    case 'f':
      return 4;
    case 'D':
      return 5;
    case 'l':
    case 'd':
    case 'T':
      return 8;
    default:
      return kUnknownSize;
  }
}

std::optional<std::int64_t> integer(const HeaderValue& value) {
  const char* data = value.data.data();
  switch (value.tag) {
    case 'b':
      return static_cast<std::int8_t>(*data);
    case 'B':
      return static_cast<std::uint8_t>(*data);
    case 's':
      return static_cast<std::int16_t>(amqp::wire::load<std::uint16_t>(data));
    case 'u':
      return amqp::wire::load<std::uint16_t>(data);
    case 'I':
      return static_cast<std::int32_t>(amqp::wire::load<std::uint32_t>(data));
    case 'i':
      return amqp::wire::load<std::uint32_t>(data);
    case 'l':
      return static_cast<std::int64_t>(amqp::wire::load<std::uint64_t>(data));
    default:
      return std::nullopt;
  }
}

std::optional<double> real(const HeaderValue& value) {
  const char* data = value.data.data();
  if (value.tag == 'f') return std::bit_cast<float>(amqp::wire::load<std::uint32_t>(data));
  if (value.tag == 'd') return std::bit_cast<double>(amqp::wire::load<std::uint64_t>(data));
  return std::nullopt;
}

bool is_text(char tag) {
  return tag == 'S' || tag == 'x';
}

// Different bytes may still read as the same array or table: a true bool may be any octet but 0,
// and 'L' is read as 'l'.
bool equal_containers(const HeaderValue& a, const HeaderValue& b) {
  auto decode = [](const HeaderValue& value) {
    std::string bytes(1, value.tag);
    amqp::Encoder(bytes).long_string(value.data);
    amqp::Decoder decoder(bytes);
    return amqp::decode_value(decoder);
  };
  auto left = decode(a);
  auto right = decode(b);
  return left && right && *left == *right;
}

}  // namespace

HeaderValue read_header_value(amqp::Decoder& decoder) {
  HeaderValue value;
  value.tag = static_cast<char>(decoder.u8());
  if (value.tag == 'L') value.tag = 'l';
  if (is_text(value.tag) || value.tag == 'A' || value.tag == 'F') {
    value.data = decoder.long_string();
  } else {
    value.data = decoder.bytes(scalar_size(value.tag));
  }
  return value;
}

bool equal_headers(const HeaderValue& a, const HeaderValue& b) {
  if (auto left = integer(a)) return left == integer(b);
  if (auto left = real(a)) {
    auto right = real(b);
    return right && *left == *right;
  }
  if (is_text(a.tag)) return is_text(b.tag) && a.data == b.data;
  if (a.tag != b.tag) return false;
  if (a.tag == 't') return (a.data[0] != 0) == (b.data[0] != 0);
  if (a.data == b.data) return true;
  return (a.tag == 'A' || a.tag == 'F') && equal_containers(a, b);
}

std::uint64_t header_hash(const HeaderValue& value) {
  if (auto number = integer(value)) return static_cast<std::uint64_t>(*number);
  if (auto number = real(value)) return std::hash<double>{}(*number);
  if (value.tag == 't') return value.data[0] != 0;
  return std::hash<std::string_view>{}(value.data);
}

HeaderList read_headers(std::string_view encoded_table) {
  HeaderList headers;
  amqp::Decoder decoder(encoded_table);
  while (!decoder.at_end()) {
    Header header;
    header.key = decoder.short_string();
    header.value = read_header_value(decoder);
    if (!decoder.ok()) break;
    headers.push_back(header);
  }
  auto less = [](const Header& a, const Header& b) { return a.key < b.key; };
  auto same = [](const Header& a, const Header& b) { return a.key == b.key; };
  if (!std::is_sorted(headers.begin(), headers.end(), less)) {
    std::stable_sort(headers.begin(), headers.end(), less);
  }
  headers.erase(std::unique(headers.begin(), headers.end(), same), headers.end());
  return headers;
}

}  // namespace coney
