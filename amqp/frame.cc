#include "amqp/frame.h"

#include <algorithm>

namespace amqp {

void append_frame(std::string& out, FrameType type, std::uint16_t channel,
                  std::string_view payload) {
  Encoder encoder(out);
  encoder.u8(static_cast<std::uint8_t>(type));
  encoder.u16(channel);
  encoder.long_string(payload);
  encoder.u8(kFrameEnd);
}

void append_body_frames(std::string& out, std::uint16_t channel, std::string_view body,
                        std::uint32_t frame_max) {
  const std::size_t piece = frame_max > kFrameOverhead ? frame_max - kFrameOverhead : body.size();
  for (std::size_t at = 0; at < body.size(); at += piece) {
    append_frame(out, FrameType::kBody, channel, body.substr(at, piece));
  }
}

}  // namespace amqp
