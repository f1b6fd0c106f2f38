#pragma once
// Frames (spec 4.2.3) and the protocol header (spec 4.2.2): cut out of a byte stream, without I/O
// and without copying. A size is checked at the 7-byte frame header, before anything is kept.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "amqp/wire.h"

namespace amqp {

enum class FrameType : std::uint8_t { kMethod = 1, kHeader = 2, kBody = 3, kHeartbeat = 8 };

inline constexpr std::uint8_t kFrameEnd = 0xCE;
inline constexpr std::size_t kFrameHeaderSize = 7;
inline constexpr std::size_t kFrameOverhead = 8;      // header and end octet
inline constexpr std::uint32_t kFrameMinSize = 4096;  // every peer must accept this frame_max
inline constexpr std::string_view kProtocolHeader{"AMQP\0\0\x09\x01", 8};

struct Frame {
  std::uint8_t type = 0;  // any value that came in; FrameType lists the known ones
  std::uint16_t channel = 0;
  std::string_view payload;  // into the bytes given to the reader
};

enum class FrameStatus : std::uint8_t {
  kFrame,     // `frame` holds a frame, `consumed` its size
  kNeedMore,  // the bytes end inside a frame; nothing was consumed
  kTooLarge,  // the frame announces a payload over the limit; `frame` has its type and channel
  kBadEnd,    // the end octet is not 0xCE; `frame` holds it all
};

struct FrameRead {
  FrameStatus status = FrameStatus::kNeedMore;
  Frame frame;
  std::uint32_t size = 0;    // the announced payload size (kTooLarge)
  std::uint8_t end = 0;      // the octet found in the place of the end (kBadEnd)
  std::size_t consumed = 0;  // bytes to drop before the next call (kFrame, kBadEnd)
};

// Reads the first frame of `bytes`. A payload of more than `max_payload` bytes is refused as soon
// as the 7 bytes of the header are there.
inline FrameRead read_frame(std::string_view bytes, std::uint32_t max_payload) {
  FrameRead read;
  if (bytes.size() < kFrameHeaderSize) return read;
  read.frame.type = static_cast<std::uint8_t>(bytes[0]);
  read.frame.channel = wire::load<std::uint16_t>(bytes.data() + 1);
  read.size = wire::load<std::uint32_t>(bytes.data() + 3);
  if (read.size > max_payload) {
    read.status = FrameStatus::kTooLarge;
    return read;
  }
  std::size_t total = kFrameOverhead + read.size;
  if (bytes.size() < total) return read;
  read.frame.payload = bytes.substr(kFrameHeaderSize, read.size);
  read.end = static_cast<std::uint8_t>(bytes[total - 1]);
  read.status = read.end == kFrameEnd ? FrameStatus::kFrame : FrameStatus::kBadEnd;
  read.consumed = total;
  return read;
}

// Appends a whole frame.
void append_frame(std::string& out, FrameType type, std::uint16_t channel,
                  std::string_view payload);

// Appends the content of a message as body frames of at most `frame_max` bytes each; a frame_max of
// 0, as of any size that no frame fits into, means no limit.
void append_body_frames(std::string& out, std::uint16_t channel, std::string_view body,
                        std::uint32_t frame_max);

}  // namespace amqp
