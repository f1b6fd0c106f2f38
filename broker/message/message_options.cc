#include "broker/message/message_options.h"

#include "broker/message/expiration.h"

namespace coney {
namespace {

amqp::Result<amqp::PropertyList> properties_of(const Message& message) {
  return amqp::PropertyList::decode(message.header().substr(amqp::kContentHeaderSize));
}

}  // namespace

std::optional<std::int64_t> message_expiration(const Message& message) {
  if (!has_expiration(message)) return std::nullopt;
  const auto list = properties_of(message);
  if (!list || !list->expiration) return std::nullopt;
  const auto time = parse_expiration(*list->expiration);
  return time ? std::optional(std::int64_t{time->count()}) : std::nullopt;
}

std::optional<std::uint8_t> message_priority(const Message& message) {
  if (!has_priority(message)) return std::nullopt;
  const auto list = properties_of(message);
  return list ? list->priority : std::nullopt;
}

}  // namespace coney
