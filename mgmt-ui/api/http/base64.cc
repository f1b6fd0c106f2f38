#include "mgmt-ui/api/http/base64.h"

#include <boost/beast/core/detail/base64.hpp>

namespace coney::management {

namespace base64 = boost::beast::detail::base64;

std::string encode_base64(std::string_view bytes) {
  std::string text(base64::encoded_size(bytes.size()), '\0');
  text.resize(base64::encode(text.data(), bytes.data(), bytes.size()));
  return text;
}

std::optional<std::string> decode_base64(std::string_view text) {
  // Beast counts whole groups of four characters, and writes also what a part of one stands for.
  std::string bytes(base64::decoded_size(text.size() + 3), '\0');
  const auto [written, read] = base64::decode(bytes.data(), text.data(), text.size());
  while (text.ends_with('=')) text.remove_suffix(1);
  if (read < text.size()) return std::nullopt;
  bytes.resize(written);
  return bytes;
}

}  // namespace coney::management
