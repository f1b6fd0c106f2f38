#include "broker/connection/output_buffer.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <array>
#include <cstring>
#include <random>
#include <string>
#include <vector>

namespace coney {
namespace {

std::string content(const OutputBuffer& buffer, std::size_t max_entries = 1024) {
  std::vector<iovec> entries(max_entries);
  std::string bytes;
  const std::size_t count = buffer.gather(entries.data(), entries.size());
  for (std::size_t i = 0; i != count; ++i) {
    bytes.append(static_cast<const char*>(entries[i].iov_base), entries[i].iov_len);
  }
  return bytes;
}

std::size_t entry_count(const OutputBuffer& buffer) {
  std::array<iovec, 64> entries;
  return buffer.gather(entries.data(), entries.size());
}

MessageRef message_with_body(std::string_view body) {
  MessageBuilder builder("", "q", "", body.size(), false);
  builder.append(body);
  return builder.finish();
}

void append_reserved(OutputBuffer& buffer, std::string_view bytes) {
  std::memcpy(buffer.reserve(bytes.size()), bytes.data(), bytes.size());
  buffer.commit(bytes.size());
}

TEST(OutputBuffer, StartsEmpty) {
  OutputBuffer buffer;
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(entry_count(buffer), 0u);
}

TEST(OutputBuffer, SmallPiecesStandTogether) {
  OutputBuffer buffer;
  buffer.append("one");
  append_reserved(buffer, "two");
  buffer.append("three");
  EXPECT_EQ(buffer.size(), 11u);
  EXPECT_EQ(entry_count(buffer), 1u);
  EXPECT_EQ(content(buffer), "onetwothree");
}

TEST(OutputBuffer, LessThanReservedMayBeCommitted) {
  OutputBuffer buffer;
  std::memcpy(buffer.reserve(100), "abc", 3);
  buffer.commit(3);
  std::memcpy(buffer.reserve(100), "never", 5);
  buffer.commit(0);
  buffer.append("def");
  EXPECT_EQ(content(buffer), "abcdef");
}

TEST(OutputBuffer, ReservedBytesAreContiguousUpToAChunk) {
  OutputBuffer buffer;
  std::string expected;
  for (std::size_t size : {std::size_t{1}, std::size_t{2047}, std::size_t{3000},
                           OutputBuffer::kChunkSize, std::size_t{7}, OutputBuffer::kChunkSize}) {
    std::string bytes(size, static_cast<char>('a' + size % 26));
    append_reserved(buffer, bytes);
    expected += bytes;
  }
  EXPECT_EQ(content(buffer), expected);
}

TEST(OutputBuffer, AppendTakesAnySize) {
  OutputBuffer buffer;
  std::string large(5 * OutputBuffer::kChunkSize + 17, 'x');
  buffer.append("head");
  buffer.append(large);
  EXPECT_EQ(content(buffer), "head" + large);
}

TEST(OutputBuffer, ReferencesAreNotCopied) {
  OutputBuffer buffer;
  MessageRef message = message_with_body(std::string(10'000, 'b'));
  buffer.append("header");
  buffer.append_reference(message, message->body());
  buffer.append("end");
  std::array<iovec, 4> entries;
  ASSERT_EQ(buffer.gather(entries.data(), entries.size()), 3u);
  EXPECT_EQ(entries[1].iov_base, message->body().data());
  EXPECT_EQ(content(buffer), "header" + std::string(10'000, 'b') + "end");
}

TEST(OutputBuffer, ReferenceKeepsTheMessageUntilItIsWritten) {
  OutputBuffer buffer;
  const std::string body(9'000, 'k');
  {
    MessageRef message = message_with_body(body);
    buffer.append_reference(message, message->body());
  }
  buffer.append("tail");
  EXPECT_EQ(content(buffer), body + "tail");
  buffer.consume(body.size() - 1);
  EXPECT_EQ(content(buffer), "ktail");
}

// Else every large delivery would take a chunk for its few bytes of method and header.
TEST(OutputBuffer, PiecesBetweenReferencesShareAChunk) {
  OutputBuffer buffer;
  MessageRef message = message_with_body("body");
  const char* previous = nullptr;
  for (int i = 0; i != 10; ++i) {
    char* place = buffer.reserve(100);
    std::memset(place, 'h', 100);
    buffer.commit(100);
    if (previous) {
      EXPECT_EQ(place, previous + 100);
    }
    previous = place;
    buffer.append_reference(message, message->body());
  }
  for (int i = 0; i != 10; ++i) {
    EXPECT_EQ(content(buffer, 2), std::string(100, 'h') + "body");
    buffer.consume(104);
  }
  EXPECT_TRUE(buffer.empty());
}

TEST(OutputBuffer, GatherStopsAtTheLimitAndGoesOnAfterConsume) {
  OutputBuffer buffer;
  MessageRef message = message_with_body("0123456789");
  for (int i = 0; i != 5; ++i) buffer.append_reference(message, message->body());
  EXPECT_EQ(content(buffer, 2), "01234567890123456789");
  buffer.consume(13);
  EXPECT_EQ(content(buffer, 2), "34567890123456789");
  buffer.consume(37);
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(entry_count(buffer), 0u);
}

TEST(OutputBuffer, SmallAnswersTakeASmallChunk) {
  OutputBuffer buffer;
  const std::size_t before = mallinfo2().uordblks;
  buffer.append("tune");
  const std::size_t after = mallinfo2().uordblks;
  if (after == before) GTEST_SKIP() << "the allocator does not count";
  EXPECT_LE(after - before, 3'000u);
}

TEST(OutputBuffer, HoldsNoChunkWhenEverythingIsWritten) {
  OutputBuffer buffer;
  const std::size_t before = mallinfo2().uordblks;
  buffer.append(std::string(1'000'000, 'x'));
  if (mallinfo2().uordblks == before) GTEST_SKIP() << "the allocator does not count";
  buffer.consume(500'000);
  buffer.consume(500'000);
  EXPECT_LE(mallinfo2().uordblks, before + 1'000);
}

TEST(OutputBuffer, AnyMixComesOutInOrder) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  OutputBuffer buffer;
  std::string expected;
  std::size_t read = 0;
  char next = 'a';
  auto text = [&](std::size_t size) {
    std::string bytes(size, next);
    next = next == 'z' ? 'a' : static_cast<char>(next + 1);
    expected += bytes;
    return bytes;
  };
  for (int step = 0; step != 20'000; ++step) {
    switch (random() % 5) {
      case 0:
        buffer.append(text(random() % 300));
        break;
      case 1:
        append_reserved(buffer, text(random() % 3'000));
        break;
      case 2: {
        MessageRef message = message_with_body(text(random() % 2'000));
        buffer.append_reference(message, message->body());
        break;
      }
      default: {
        const std::size_t ready = content(buffer, 1 + random() % 8).size();
        const std::size_t count = random() % 4 == 0 ? ready : ready == 0 ? 0 : random() % ready;
        ASSERT_TRUE(content(buffer).starts_with(expected.substr(read, count)));
        buffer.consume(count);
        read += count;
      }
    }
    ASSERT_EQ(buffer.size(), expected.size() - read);
  }
  EXPECT_EQ(content(buffer, 100'000), expected.substr(read));
}

}  // namespace
}  // namespace coney
