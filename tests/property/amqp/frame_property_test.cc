// Any split of a byte stream gives the same frames.

#include <gtest/gtest.h>

#include <vector>

#include "amqp/frame.h"
#include "tests/property/amqp/generators.h"

namespace amqp::testing {
namespace {

struct OwnedFrame {
  std::uint8_t type;
  std::uint16_t channel;
  std::string payload;
  bool operator==(const OwnedFrame&) const = default;
};

constexpr std::uint32_t kMaxPayload = 4096;

std::vector<OwnedFrame> random_frames(Random& random) {
  std::vector<OwnedFrame> frames(random.below(40));
  for (OwnedFrame& frame : frames) {
    frame.type = static_cast<std::uint8_t>(random.bits());
    frame.channel = static_cast<std::uint16_t>(random.bits());
    frame.payload = random.bytes(random.chance(8) ? kMaxPayload : random.below(60));
  }
  return frames;
}

std::string encode(const std::vector<OwnedFrame>& frames) {
  std::string stream;
  for (const OwnedFrame& frame : frames) {
    append_frame(stream, static_cast<FrameType>(frame.type), frame.channel, frame.payload);
  }
  return stream;
}

// Reads as a connection does: pieces of the stream are appended to a buffer, every complete frame
// is taken from its front.
std::vector<OwnedFrame> read_in_pieces(std::string_view stream, Random& random,
                                       std::size_t max_piece) {
  std::vector<OwnedFrame> frames;
  std::string buffer;
  while (!stream.empty()) {
    const std::size_t piece = std::min(stream.size(), 1 + random.below(max_piece));
    buffer.append(stream.substr(0, piece));
    stream.remove_prefix(piece);
    for (;;) {
      const FrameRead read = read_frame(buffer, kMaxPayload);
      if (read.status != FrameStatus::kFrame) {
        EXPECT_EQ(read.status, FrameStatus::kNeedMore);
        EXPECT_EQ(read.consumed, 0u);
        break;
      }
      frames.push_back({read.frame.type, read.frame.channel, std::string(read.frame.payload)});
      buffer.erase(0, read.consumed);
    }
  }
  EXPECT_TRUE(buffer.empty());
  return frames;
}

TEST(FrameProperty, AnySplitOfTheStreamGivesTheSameFrames) {
  SCOPED_TRACE("CONEY_SEED=" + std::to_string(seed_of_this_run()));
  Random random(seed_of_this_run());
  for (int round = 0; round < 200; ++round) {
    const auto frames = random_frames(random);
    const std::string stream = encode(frames);
    for (std::size_t max_piece : {1, 7, 64, 5000}) {
      ASSERT_EQ(read_in_pieces(stream, random, max_piece), frames) << "pieces up to " << max_piece;
    }
  }
}

TEST(FrameProperty, BodyFramesCarryTheBodyWithinFrameMax) {
  SCOPED_TRACE("CONEY_SEED=" + std::to_string(seed_of_this_run()));
  Random random(seed_of_this_run());
  for (int round = 0; round < 100; ++round) {
    const std::string body = random.bytes(random.below(20'000));
    const auto frame_max = static_cast<std::uint32_t>(kFrameOverhead + 1 + random.below(9000));
    std::string stream;
    append_body_frames(stream, 9, body, frame_max);
    std::string joined;
    for (std::string_view rest = stream; !rest.empty();) {
      const FrameRead read = read_frame(rest, frame_max - kFrameOverhead);
      ASSERT_EQ(read.status, FrameStatus::kFrame);
      EXPECT_EQ(read.frame.type, static_cast<std::uint8_t>(FrameType::kBody));
      EXPECT_EQ(read.frame.channel, 9);
      EXPECT_FALSE(read.frame.payload.empty());
      joined.append(read.frame.payload);
      rest.remove_prefix(read.consumed);
    }
    ASSERT_EQ(joined, body);
  }
}

}  // namespace
}  // namespace amqp::testing
