#pragma once
// Base64 with the alphabet of RFC 4648, section 4, as bodies and the Authorization header have it.

#include <optional>
#include <string>
#include <string_view>

namespace coney::management {

std::string encode_base64(std::string_view bytes);
// Padding may be missing. None: there are other characters.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace coney::management
