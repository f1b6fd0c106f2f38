#pragma once
// The content header frame of class basic (spec 4.2.6.1) and its property list. The broker keeps
// and forwards a header's bytes as they came; this reads single properties out of them.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "amqp/error.h"
#include "amqp/table.h"

namespace amqp {

inline constexpr std::uint16_t kBasicClass = 60;

// Property flags, most significant first as on the wire.
enum class Property : std::uint16_t {
  kContentType = 1 << 15,
  kContentEncoding = 1 << 14,
  kHeaders = 1 << 13,
  kDeliveryMode = 1 << 12,
  kPriority = 1 << 11,
  kCorrelationId = 1 << 10,
  kReplyTo = 1 << 9,
  kExpiration = 1 << 8,
  kMessageId = 1 << 7,
  kTimestamp = 1 << 6,
  kType = 1 << 5,
  kUserId = 1 << 4,
  kAppId = 1 << 3,
  kClusterId = 1 << 2,
};

// The fixed part of a content header payload: class, weight, body size; then flags and values.
struct ContentHeader {
  std::uint16_t class_id = 0;
  std::uint16_t weight = 0;
  std::uint64_t body_size = 0;
  std::string_view properties;  // flags and values, as they stand on the wire
};

inline constexpr std::size_t kContentHeaderSize = 12;  // bytes in front of `properties`

// kTruncated when the payload has not even the fixed part and the flags. The properties are not
// looked at: PropertyList::decode does that.
Result<ContentHeader> decode_content_header(std::string_view payload);

// All properties of a message; absent ones are nullopt. Views into the bytes given to decode().
struct PropertyList {
  std::optional<std::string_view> content_type;
  std::optional<std::string_view> content_encoding;
  std::optional<std::string_view> headers;  // encoded table without its length
  std::optional<std::uint8_t> delivery_mode;
  std::optional<std::uint8_t> priority;
  std::optional<std::string_view> correlation_id;
  std::optional<std::string_view> reply_to;
  std::optional<std::string_view> expiration;
  std::optional<std::string_view> message_id;
  std::optional<std::uint64_t> timestamp;
  std::optional<std::string_view> type;
  std::optional<std::string_view> user_id;
  std::optional<std::string_view> app_id;
  std::optional<std::string_view> cluster_id;

  // `bytes` starts with the flags. Fails when values are missing, bytes are left over or a
  // continuation flag is set (AMQP 0-9-1 has no class that needs one). Does not look into headers.
  static Result<PropertyList> decode(std::string_view bytes);

  // Appends flags and values.
  void encode(std::string& out) const;
};

inline bool has_property(std::uint16_t flags, Property property) {
  return (flags & static_cast<std::uint16_t>(property)) != 0;
}

// Appends the payload of a content header frame.
void encode_content_header(std::string& out, std::uint64_t body_size,
                           const PropertyList& properties);

}  // namespace amqp
