#include "tests/bench/frame_scanner.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "amqp/properties.h"
#include "tests/bench/method_frame.h"

namespace bench {
namespace {

struct Seen {
  std::vector<std::string> lines;

  void delivered(std::uint64_t tag, std::uint64_t stamp) {
    std::string bytes(8, '\0');
    std::memcpy(bytes.data(), &stamp, 8);
    lines.push_back("deliver " + std::to_string(tag) + " " + (stamp == 0 ? "" : bytes));
  }
  void confirmed(std::uint64_t tag, bool multiple, bool ack) {
    lines.push_back((ack ? "ack " : "nack ") + std::to_string(tag) + (multiple ? " multiple" : ""));
  }
  void method(std::uint16_t channel, std::uint32_t id, std::string_view arguments) {
    lines.push_back("method " + std::to_string(channel) + " " + std::to_string(id >> 16) + "." +
                    std::to_string(id & 0xFFFF) + " " + std::to_string(arguments.size()));
  }
  void broken(const char* why) { lines.push_back(std::string("broken ") + why); }
};

void append_content(std::string& out, std::string_view body, std::uint32_t frame_max) {
  std::string header;
  amqp::PropertyList properties;
  properties.message_id = "m";
  amqp::encode_content_header(header, body.size(), properties);
  amqp::append_frame(out, amqp::FrameType::kHeader, 1, header);
  amqp::append_body_frames(out, 1, body, frame_max);
}

void append_deliver(std::string& out, std::uint64_t tag, std::string_view body,
                    std::uint32_t frame_max = 4096) {
  amqp::BasicDeliver deliver;
  deliver.consumer_tag = "consumer";
  deliver.delivery_tag = tag;
  deliver.routing_key = "key";
  append_method(out, 1, deliver);
  append_content(out, body, frame_max);
}

// A bit of everything that a broker sends.
std::string mixed_stream() {
  std::string stream;
  append_deliver(stream, 1, "stampOne and more");
  append_deliver(stream, 2, "short");
  append_deliver(stream, 3, "");
  append_deliver(stream, 4, "stampFou" + std::string(30'000, 'x'));
  amqp::append_frame(stream, amqp::FrameType::kHeartbeat, 0, "");
  amqp::BasicAck ack;
  ack.delivery_tag = 77;
  ack.multiple = true;
  append_method(stream, 1, ack);
  amqp::BasicNack nack;
  nack.delivery_tag = 78;
  append_method(stream, 1, nack);
  amqp::BasicReturn returned;
  returned.reply_code = 312;
  append_method(stream, 1, returned);
  append_content(stream, "returned body", 4096);
  append_deliver(stream, 5, "stampFiv", 10);
  amqp::ConnectionClose close;
  close.reply_code = 320;
  append_method(stream, 0, close);
  return stream;
}

const std::vector<std::string> kMixed = {
    "deliver 1 stampOne", "deliver 2 ",      "deliver 3 ",
    "deliver 4 stampFou", "ack 77 multiple", "nack 78",
    "method 1 60.50 5",   "deliver 5 ",      "method 0 10.50 7",
};

std::vector<std::string> scan_in_pieces(std::string_view stream, std::mt19937_64& random,
                                        std::size_t max_piece) {
  FrameScanner scanner;
  Seen seen;
  std::string buffer;
  while (!stream.empty()) {
    const std::size_t piece = std::min<std::size_t>(stream.size(), 1 + random() % max_piece);
    buffer.append(stream.substr(0, piece));
    stream.remove_prefix(piece);
    buffer.erase(0, scanner.scan(buffer, seen));
  }
  EXPECT_TRUE(buffer.empty());
  return seen.lines;
}

TEST(FrameScanner, ReportsDeliveriesConfirmsAndOtherMethods) {
  const std::string stream = mixed_stream();
  FrameScanner scanner;
  Seen seen;
  EXPECT_EQ(scanner.scan(stream, seen), stream.size());
  EXPECT_EQ(seen.lines, kMixed);
}

TEST(FrameScanner, AnySplitReportsTheSame) {
  std::mt19937_64 random(5);
  const std::string stream = mixed_stream();
  for (std::size_t max_piece : {1, 3, 17, 500, 5000, 50'000}) {
    for (int round = 0; round < 20; ++round) {
      ASSERT_EQ(scan_in_pieces(stream, random, max_piece), kMixed) << max_piece;
    }
  }
}

TEST(FrameScanner, DoesNotKeepALargeBodyFrame) {
  std::string stream;
  append_deliver(stream, 9, "stampNin" + std::string(100'000, 'x'), 131072);
  FrameScanner scanner;
  Seen seen;
  const std::string_view half = std::string_view(stream).substr(0, 50'000);
  EXPECT_EQ(scanner.scan(half, seen), half.size());
  EXPECT_TRUE(seen.lines.empty());
  scanner.scan(std::string_view(stream).substr(half.size()), seen);
  EXPECT_EQ(seen.lines, std::vector<std::string>{"deliver 9 stampNin"});
}

TEST(FrameScanner, SaysWhenTheStreamIsOutOfStep) {
  for (std::string stream :
       {std::string("\1\0\1\0\0\0\4\0\x3c\0\x15\xCD", 12), std::string("\1\0\1\xFF\0\0\4", 7),
        std::string("\1\0\1\0\0\0\2\0\x3c\xCE", 10), std::string("\3\0\1\0\0\0\2ab\xCE", 10)}) {
    FrameScanner scanner;
    Seen seen;
    scanner.scan(stream, seen);
    ASSERT_EQ(seen.lines.size(), 1u);
    EXPECT_TRUE(seen.lines[0].starts_with("broken ")) << seen.lines[0];
  }
}

}  // namespace
}  // namespace bench
