#include "amqp/frame.h"

#include <gtest/gtest.h>

using namespace std::literals;

namespace amqp::testing {
namespace {

TEST(ReadFrame, TakesTheFirstFrameAndLeavesTheRest) {
  const auto read = read_frame("\1\0\5\0\0\0\2hi\xCE\3\0"sv, 100);
  EXPECT_EQ(read.status, FrameStatus::kFrame);
  EXPECT_EQ(read.frame.type, 1);
  EXPECT_EQ(read.frame.channel, 5);
  EXPECT_EQ(read.frame.payload, "hi");
  EXPECT_EQ(read.consumed, 10u);
}

TEST(ReadFrame, AsksForMoreAtEveryStrictPrefix) {
  const std::string whole = "\1\0\5\0\0\0\2hi\xCE"s;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string part = whole.substr(0, size);
    EXPECT_EQ(read_frame(part, 100).status, FrameStatus::kNeedMore) << size;
  }
}

TEST(ReadFrame, RefusesASizeOverTheLimitAtTheHeader) {
  const auto read = read_frame("\3\0\1\xFF\xFF\xFF\xFF"sv, 4088);
  EXPECT_EQ(read.status, FrameStatus::kTooLarge);
  EXPECT_EQ(read.size, 0xFFFFFFFFu);
  EXPECT_EQ(read.frame.type, 3);
  EXPECT_EQ(read.frame.channel, 1);
  EXPECT_EQ(read_frame("\3\0\1\0\0\x0F\xF8"sv, 4088).status, FrameStatus::kNeedMore);
  EXPECT_EQ(read_frame("\3\0\1\0\0\x0F\xF9"sv, 4088).status, FrameStatus::kTooLarge);
}

TEST(ReadFrame, TakesTheLargestSizeWithoutALimit) {
  EXPECT_EQ(read_frame("\3\0\1\xFF\xFF\xFF\xFF"sv, 0xFFFFFFFF).status, FrameStatus::kNeedMore);
}

TEST(ReadFrame, ReportsAWrongEndOctet) {
  const auto read = read_frame("\x08\0\0\0\0\0\0\x41"sv, 100);
  EXPECT_EQ(read.status, FrameStatus::kBadEnd);
  EXPECT_EQ(read.end, 0x41);
  EXPECT_EQ(read.consumed, 8u);
}

TEST(AppendFrame, WritesHeaderPayloadAndEnd) {
  std::string out = "x";
  append_frame(out, FrameType::kHeartbeat, 0, "");
  append_frame(out, FrameType::kBody, 0x0102, "ab");
  EXPECT_EQ(out, "x\x08\0\0\0\0\0\0\xCE\3\1\2\0\0\0\2ab\xCE"sv);
}

TEST(AppendBodyFrames, AnEmptyBodyHasNoFrame) {
  std::string out;
  append_body_frames(out, 1, "", kFrameMinSize);
  EXPECT_EQ(out, "");
}

TEST(AppendBodyFrames, FillsEveryFrameButTheLast) {
  std::string out;
  append_body_frames(out, 1, std::string(4088 + 1, 'b'), kFrameMinSize);
  EXPECT_EQ(out.size(), 4096u + 9u);
  EXPECT_EQ(read_frame(out, 4088).consumed, 4096u);
}

TEST(AppendBodyFrames, WithoutALimitThereIsOneFrame) {
  for (std::uint32_t frame_max : {0u, 8u}) {
    std::string out;
    append_body_frames(out, 1, std::string(200'000, 'b'), frame_max);
    EXPECT_EQ(out.size(), 200'000 + kFrameOverhead);
  }
}

TEST(ProtocolHeader, IsThatOf091) {
  EXPECT_EQ(kProtocolHeader, "AMQP\0\0\x09\1"sv);
}

}  // namespace
}  // namespace amqp::testing
