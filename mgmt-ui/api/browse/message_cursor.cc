#include "mgmt-ui/api/browse/message_cursor.h"

#include <charconv>

namespace coney::management {
namespace {

constexpr QueuePosition kEnd = QueuePosition{1} << kLevelShift;

template <typename Number>
bool read(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string cursor_text(const MessagePlace& place) {
  return std::to_string(place.level) + "-" + std::to_string(place.position);
}

std::optional<MessagePlace> parse_cursor(std::string_view text) {
  MessagePlace place;
  if (const std::size_t dash = text.find('-'); dash != std::string_view::npos) {
    if (!read(text.substr(0, dash), place.level)) return std::nullopt;
    text.remove_prefix(dash + 1);
  }
  if (!read(text, place.position) || place.position >= kEnd) return std::nullopt;
  return place;
}

}  // namespace coney::management
