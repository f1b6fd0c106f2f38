#include "amqp/properties.h"

namespace amqp {

Result<ContentHeader> decode_content_header(std::string_view payload) {
  Decoder decoder(payload);
  ContentHeader header;
  header.class_id = decoder.u16();
  header.weight = decoder.u16();
  header.body_size = decoder.u64();
  header.properties = decoder.rest();
  if (!decoder.ok() || header.properties.size() < 2) return DecodeError::kTruncated;
  return header;
}

Result<PropertyList> PropertyList::decode(std::string_view bytes) {
  PropertyList list;
  Decoder decoder(bytes);
  const std::uint16_t flags = decoder.u16();
  auto has = [flags](Property property) { return has_property(flags, property); };
  auto text = [&](Property property, std::optional<std::string_view>& to) {
    if (has(property)) to = decoder.short_string();
  };
  text(Property::kContentType, list.content_type);
  text(Property::kContentEncoding, list.content_encoding);
  if (has(Property::kHeaders)) list.headers = decoder.long_string();
  if (has(Property::kDeliveryMode)) list.delivery_mode = decoder.u8();
  if (has(Property::kPriority)) list.priority = decoder.u8();
  text(Property::kCorrelationId, list.correlation_id);
  text(Property::kReplyTo, list.reply_to);
  text(Property::kExpiration, list.expiration);
  text(Property::kMessageId, list.message_id);
  if (has(Property::kTimestamp)) list.timestamp = decoder.u64();
  text(Property::kType, list.type);
  text(Property::kUserId, list.user_id);
  text(Property::kAppId, list.app_id);
  text(Property::kClusterId, list.cluster_id);
  if (!decoder.ok()) return DecodeError::kTruncated;
  if (!decoder.at_end() || (flags & 3) != 0) return DecodeError::kTrailingBytes;
  return list;
}

void PropertyList::encode(std::string& out) const {
  Encoder encoder(out);
  const std::size_t start = out.size();
  std::uint16_t flags = 0;
  encoder.u16(0);
  auto mark = [&](Property property) { flags |= static_cast<std::uint16_t>(property); };
  auto text = [&](Property property, const std::optional<std::string_view>& value) {
    if (!value) return;
    mark(property);
    encoder.short_string(*value);
  };
  text(Property::kContentType, content_type);
  text(Property::kContentEncoding, content_encoding);
  if (headers) mark(Property::kHeaders), encoder.long_string(*headers);
  if (delivery_mode) mark(Property::kDeliveryMode), encoder.u8(*delivery_mode);
  if (priority) mark(Property::kPriority), encoder.u8(*priority);
  text(Property::kCorrelationId, correlation_id);
  text(Property::kReplyTo, reply_to);
  text(Property::kExpiration, expiration);
  text(Property::kMessageId, message_id);
  if (timestamp) mark(Property::kTimestamp), encoder.u64(*timestamp);
  text(Property::kType, type);
  text(Property::kUserId, user_id);
  text(Property::kAppId, app_id);
  text(Property::kClusterId, cluster_id);
  wire::store(out.data() + start, flags);
}

void encode_content_header(std::string& out, std::uint64_t body_size,
                           const PropertyList& properties) {
  Encoder encoder(out);
  encoder.u16(kBasicClass);
  encoder.u16(0);
  encoder.u64(body_size);
  properties.encode(out);
}

}  // namespace amqp
