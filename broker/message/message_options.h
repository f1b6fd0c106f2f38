#pragma once
// Properties of a message that its queue looks at, read out of the header only when the flags say
// that they are there. Pure.

#include <cstdint>
#include <optional>

#include "amqp/properties.h"
#include "amqp/wire.h"
#include "broker/message/message.h"

namespace coney {

inline std::uint16_t property_flags(const Message& message) {
  const std::string_view header = message.header();
  if (header.size() < amqp::kContentHeaderSize + 2) return 0;
  return amqp::wire::load<std::uint16_t>(header.data() + amqp::kContentHeaderSize);
}

inline bool has_expiration(const Message& message) {
  return amqp::has_property(property_flags(message), amqp::Property::kExpiration);
}
inline bool has_priority(const Message& message) {
  return amqp::has_property(property_flags(message), amqp::Property::kPriority);
}

// The property `expiration` in milliseconds; nullopt when there is none.
std::optional<std::int64_t> message_expiration(const Message& message);

// The property `priority`; nullopt when there is none.
std::optional<std::uint8_t> message_priority(const Message& message);

}  // namespace coney
