#include "mgmt-ui/api/resources/binding_key.h"

#include <string_view>

#include "persistence/file/crc32c.h"

namespace coney::management {
namespace {

// As a form's field, but that a tilde is quoted.
std::string quote(std::string_view text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string quoted;
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (kPlain.find(c) != kPlain.npos) {
      quoted += c;
    } else if (c == ' ') {
      quoted += '+';
    } else {
      quoted += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return quoted;
}

// 32 bits in base64url.
std::string hash_text(std::uint32_t hash) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  for (int shift = 26; shift >= 0; shift -= 6) text += kDigits[hash >> shift & 63];
  return text + kDigits[hash << 4 & 63];
}

}  // namespace

std::string binding_key(const BindingRecord& binding) {
  if (binding.arguments.empty()) {
    return binding.routing_key.empty() ? "~" : quote(binding.routing_key);
  }
  std::string arguments;
  amqp::encode_table(arguments, binding.arguments);
  return quote(binding.routing_key) + "~" + hash_text(crc32c(arguments));
}

}  // namespace coney::management
