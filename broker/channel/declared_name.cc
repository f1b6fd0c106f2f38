#include "broker/channel/declared_name.h"

#include <openssl/rand.h>

#include <array>
#include <cstdint>

namespace coney {

std::string without_line_ends(std::string_view name) {
  std::string kept;
  for (char c : name) {
    if (c != '\r' && c != '\n') kept.push_back(c);
  }
  return kept;
}

std::string random_name() {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::array<unsigned char, 16> bytes{};
  RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
  std::string text;
  std::uint32_t bits = 0;
  int count = 0;  // of bits
  for (unsigned char byte : bytes) {
    bits = bits << 8 | byte;
    for (count += 8; count >= 6; count -= 6) text += kDigits[bits >> (count - 6) & 63];
  }
  text += kDigits[bits << (6 - count) & 63];
  return text;
}

}  // namespace coney
