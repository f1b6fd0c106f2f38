#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "amqp/frame.h"
#include "tests/fuzz/check.h"

namespace amqp::fuzz {

struct SeenFrame {
  std::uint8_t type;
  std::uint16_t channel;
  std::string payload;
  bool operator==(const SeenFrame&) const = default;
};

struct FrameReader {
  std::string buffer;
  std::vector<SeenFrame> frames;
  FrameStatus stopped_by = FrameStatus::kNeedMore;

  // False once the stream is beyond repair, as a connection would close.
  bool feed(std::string_view bytes) {
    buffer.append(bytes);
    for (std::size_t at = 0;;) {
      const std::string_view rest = std::string_view(buffer).substr(at);
      const FrameRead read = read_frame(rest, kFrameMinSize);
      check(read.consumed <= rest.size(), "a frame consumes bytes that are there");
      stopped_by = read.status;
      if (read.status != FrameStatus::kFrame) {
        buffer.erase(0, at);
        return read.status == FrameStatus::kNeedMore;
      }
      frames.push_back({read.frame.type, read.frame.channel, std::string(read.frame.payload)});
      at += read.consumed;
    }
  }
};

// First octet: the size of the pieces in which the rest arrives. Frames and verdict must not
// depend on it, and the frames written again are the bytes that were read.
inline void frame(std::string_view input) {
  if (input.empty()) return;
  const std::size_t piece = 1 + static_cast<unsigned char>(input[0]);
  const std::string_view stream = input.substr(1);
  FrameReader whole;
  whole.feed(stream);
  FrameReader pieces;
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    if (!pieces.feed(stream.substr(at, piece))) break;
  }
  check(whole.frames == pieces.frames, "any split gives the same frames");
  check(whole.stopped_by == pieces.stopped_by, "any split gives the same verdict");
  std::string again;
  for (const SeenFrame& seen : whole.frames) {
    append_frame(again, static_cast<FrameType>(seen.type), seen.channel, seen.payload);
  }
  check(stream.starts_with(again), "frames written again are the bytes that were read");
}

}  // namespace amqp::fuzz
