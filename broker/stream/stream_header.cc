#include "broker/stream/stream_header.h"

#include <cstdint>

#include "amqp/properties.h"
#include "amqp/wire.h"
#include "broker/message/header_value.h"

namespace coney {
namespace {

using amqp::Property;

constexpr std::string_view kKey = "x-stream-offset";
constexpr std::uint16_t bit(Property property) {
  return static_cast<std::uint16_t>(property);
}

void write_offset(amqp::Encoder& out, QueuePosition offset) {
  out.short_string(kKey);
  out.u8('l');
  out.u64(offset);
}

// A table without its length; one that names an offset already was read from another stream.
void write_headers(amqp::Encoder& out, std::string_view headers, QueuePosition offset) {
  bool written = false;
  amqp::Decoder decoder(headers);
  while (!decoder.at_end()) {
    const char* start = decoder.rest().data();
    const std::string_view key = decoder.short_string();
    read_header_value(decoder);
    if (!decoder.ok()) break;
    if (!written && key >= kKey) {
      write_offset(out, offset);
      written = true;
    }
    if (key == kKey) continue;
    out.bytes({start, static_cast<std::size_t>(decoder.rest().data() - start)});
  }
  if (!written) write_offset(out, offset);
}

}  // namespace

void write_stream_header(std::string& out, std::string_view header, QueuePosition offset) {
  out.assign(header.substr(0, amqp::kContentHeaderSize));
  amqp::Encoder encoder(out);
  amqp::Decoder in(header.substr(amqp::kContentHeaderSize));
  const std::uint16_t flags = in.u16();
  encoder.u16(flags | bit(Property::kHeaders) | bit(Property::kDeliveryMode));
  for (Property property : {Property::kContentType, Property::kContentEncoding}) {
    if (amqp::has_property(flags, property)) encoder.short_string(in.short_string());
  }
  const std::size_t length_at = encoder.size();
  encoder.u32(0);
  write_headers(
      encoder,
      amqp::has_property(flags, Property::kHeaders) ? in.long_string() : std::string_view{},
      offset);
  encoder.patch_u32(length_at, static_cast<std::uint32_t>(encoder.size() - length_at - 4));
  encoder.u8(amqp::has_property(flags, Property::kDeliveryMode) ? in.u8() : 1);
  encoder.bytes(in.rest());
}

}  // namespace coney
