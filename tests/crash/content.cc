#include "tests/crash/content.h"

#include <fmt/format.h>

#include <charconv>
#include <random>

#include "amqp/properties.h"

namespace coney::crash {
namespace {

constexpr std::size_t kPatternSize = 1 << 21;

std::string make_pattern() {
  std::string pattern(kPatternSize, '\0');
  std::mt19937 random(1);
  for (char& each : pattern) each = static_cast<char>(random());
  return pattern;
}

template <typename Number>
bool take_number(std::string_view& text, Number& into) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return error == std::errc{};
}

}  // namespace

std::string properties_of(const MessageKey& key, const Ledger::Message& message) {
  const auto publisher = static_cast<std::uint32_t>(key.publisher);
  std::string headers;
  // Keys ascending, as the broker forwards them.
  amqp::encode_table(headers,
                     {{"publisher", amqp::Value::text(std::to_string(publisher))},
                      {"sequence", amqp::Value::int64(static_cast<std::int64_t>(key.sequence))}});
  const std::string id = fmt::format("{}.{}", publisher, key.sequence);
  amqp::PropertyList list;
  list.content_type = "application/octet-stream";
  list.headers = std::string_view(headers).substr(4);
  list.delivery_mode = message.transient ? 1 : 2;
  list.message_id = id;
  list.timestamp = message.size;
  std::string encoded;
  list.encode(encoded);
  return encoded;
}

std::string_view body_of(const MessageKey& key, const Ledger::Message& message) {
  static const std::string pattern = make_pattern();
  const std::uint64_t mixed =
      (key.sequence * 31 + static_cast<std::uint64_t>(key.publisher)) * 0x9E3779B97F4A7C15u;
  return std::string_view(pattern).substr((mixed >> 32) % (kPatternSize - kMostBody), message.size);
}

std::optional<MessageKey> key_in(std::string_view properties) {
  const auto list = amqp::PropertyList::decode(properties);
  if (!list || !list->message_id) return std::nullopt;
  std::string_view id = *list->message_id;
  std::uint32_t publisher = 0;
  MessageKey key;
  if (!take_number(id, publisher) || !id.starts_with('.')) return std::nullopt;
  id.remove_prefix(1);
  if (!take_number(id, key.sequence) || !id.empty()) return std::nullopt;
  key.publisher = static_cast<PublisherNumber>(publisher);
  return key;
}

}  // namespace coney::crash
