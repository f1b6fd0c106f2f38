#include "broker/message/stored_message.h"

#include <cstring>

#include "amqp/properties.h"

namespace coney {
namespace {

constexpr char kAsPublished = 1;
constexpr char kHasDied = 2;

std::uint32_t load(const char* from) {
  std::uint32_t value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

// Takes a short string off the front; nullopt: there is none.
std::optional<std::string_view> take_short_string(std::string_view& bytes) {
  if (bytes.empty()) return std::nullopt;
  const auto size = static_cast<unsigned char>(bytes[0]);
  if (bytes.size() < size + 1u) return std::nullopt;
  const std::string_view taken = bytes.substr(1, size);
  bytes.remove_prefix(size + 1u);
  return taken;
}

}  // namespace

StoredMessage::StoredMessage(const Message& message)
    : data_(message.routing().data(),
            message.routing().size() + message.header().size() + message.body().size()) {
  const auto routing = static_cast<std::uint32_t>(message.routing().size());
  const auto header = static_cast<std::uint32_t>(message.header().size());
  prefix_[0] = message.has_died() ? kHasDied : kAsPublished;
  std::memcpy(prefix_.data() + 1, &routing, sizeof routing);
  std::memcpy(prefix_.data() + 5, &header, sizeof header);
}

MessageRef StoredMessage::decode(std::string_view bytes, bool persistent) {
  if (bytes.size() < kPrefixSize) return {};
  const char version = bytes[0];
  if (version != kAsPublished && version != kHasDied) return {};
  const std::uint64_t routing_size = load(bytes.data() + 1);
  const std::uint64_t header_size = load(bytes.data() + 5);
  bytes.remove_prefix(kPrefixSize);
  if (bytes.size() < routing_size + header_size) return {};
  std::string_view routing = bytes.substr(0, routing_size);
  const std::string_view header = bytes.substr(routing_size, header_size);
  const std::string_view body = bytes.substr(routing_size + header_size);
  const auto exchange = take_short_string(routing);
  const auto key = exchange ? take_short_string(routing) : std::nullopt;
  if (!key || !routing.empty()) return {};
  const auto content = amqp::decode_content_header(header);
  if (!content || content->body_size != body.size()) return {};
  MessageBuilder builder(*exchange, *key, header, body.size(), persistent);
  builder.append(body);
  if (version == kHasDied) builder.mark_died();
  return builder.finish();
}

}  // namespace coney
