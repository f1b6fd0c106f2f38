#include "persistence/segments/chunk.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace coney {
namespace {

struct Stored {
  QueuePosition position = 0;
  bool persistent = false;
  MessageFacts facts;
  std::string payload;
  bool left_out = false;

  friend bool operator==(const Stored&, const Stored&) = default;
};

std::vector<Stored> messages_of(const Chunk& chunk) {
  std::vector<Stored> messages;
  ChunkReader reader = chunk.read();
  for (ChunkEntry entry; reader.next(entry);) {
    messages.push_back({entry.position, entry.persistent, entry.facts, std::string(entry.payload),
                        entry.left_out});
  }
  return messages;
}

Chunk chunk_of(const std::vector<Stored>& messages, ChunkBuilder& builder) {
  for (const Stored& one : messages) {
    const std::size_t half = one.payload.size() / 2;
    builder.add(one.position, one.persistent, one.facts,
                std::string_view(one.payload).substr(0, half),
                std::string_view(one.payload).substr(half), one.left_out);
  }
  return builder.finish(StoredQueueId{7}, SegmentStream::kDurable);
}

Chunk chunk_of(const std::vector<Stored>& messages) {
  ChunkBuilder builder;
  return chunk_of(messages, builder);
}

Chunk reread(const Chunk& chunk) {
  auto again = Chunk::parse(ByteBuffer(chunk.bytes()));
  EXPECT_TRUE(again.has_value()) << (again ? "" : again.error().message);
  return std::move(*again);
}

MessageFacts random_facts(std::mt19937& random) {
  const auto sometimes = [&random] { return random() % 3 == 0 ? std::uint32_t(random()) : 0; };
  return {.time = std::uint64_t{sometimes()} << random() % 32,
          .counts = {sometimes(), sometimes()},
          .redelivered = random() % 4 == 0};
}

std::vector<Stored> random_messages(std::mt19937& random) {
  std::vector<Stored> messages;
  QueuePosition position = random() % 3 == 0 ? random() : random() % 3;
  const unsigned count = 1 + random() % 40;
  for (unsigned i = 0; i < count; ++i) {
    messages.push_back({position, random() % 2 == 0, random_facts(random),
                        std::string(random() % (random() % 10 == 0 ? 5000 : 20), 'a' + i % 26),
                        random() % 3 == 0});
    position += 1 + (random() % 5 == 0 ? random() % 100000 : 0);
  }
  return messages;
}

TEST(Chunk, GivesBackWhatWasAdded) {
  std::mt19937 random(20);
  ChunkBuilder builder;
  for (int round = 0; round < 200; ++round) {
    const std::vector<Stored> messages = random_messages(random);
    const Chunk chunk = chunk_of(messages, builder);
    EXPECT_TRUE(builder.empty());
    EXPECT_EQ(messages_of(chunk), messages);
    EXPECT_EQ(messages_of(reread(chunk)), messages);
  }
}

TEST(Chunk, HeaderSaysWhatIsInIt) {
  const Chunk chunk =
      reread(chunk_of({{3, true, {}, "abc"}, {9, false, {.redelivered = true}, "", true}}));
  const ChunkHeader& header = chunk.header();
  EXPECT_EQ(header.queue, StoredQueueId{7});
  EXPECT_EQ(header.stream, SegmentStream::kDurable);
  EXPECT_EQ(header.positions, (PositionRange{3, 9}));
  EXPECT_EQ(header.count, 2u);
  EXPECT_EQ(header.left_out, 1u);
  EXPECT_EQ(header.chunk_bytes(), chunk.bytes().size());
}

TEST(Chunk, EntriesSayWhatTheyTake) {
  ChunkBuilder builder;
  std::uint32_t added = 0;
  for (QueuePosition i = 0; i < 300; ++i) {
    added += builder.add(i * i, i % 2 == 0, {.time = i % 3, .counts = {i % 5 == 0 ? 1u : 0u, 0}},
                         "p", std::string(static_cast<std::size_t>(i), 'd'));
  }
  const Chunk chunk = builder.finish(StoredQueueId{1}, SegmentStream::kSpill);
  std::uint32_t read = 0;
  ChunkReader reader = chunk.read();
  for (ChunkEntry entry; reader.next(entry);) read += entry.bytes;
  EXPECT_EQ(added, chunk.header().payload_bytes);
  EXPECT_EQ(read, chunk.header().payload_bytes);
}

TEST(Chunk, SmallMessagesTakeFourBytesMore) {
  ChunkBuilder builder;
  EXPECT_EQ(builder.add(1000000, true, {}, "", std::string(127, 'x')), 127 + 3u);
  EXPECT_EQ(builder.add(1000001, true, {}, "", std::string(200, 'x')), 200 + 4u);
}

TEST(Chunk, IsFullByBytesOrMessages) {
  ChunkBuilder small;
  for (QueuePosition i = 0; !small.full(); ++i) small.add(i, true, {}, "", "x");
  EXPECT_EQ(small.count(), kChunkTargetMessages);
  ChunkBuilder large;
  const std::string kilobyte(1024, 'x');
  for (QueuePosition i = 0; !large.full(); ++i) large.add(i, true, {}, "", kilobyte);
  EXPECT_GE(large.bytes(), kChunkTargetBytes);
  EXPECT_LT(large.bytes(), kChunkTargetBytes + 2048);
}

TEST(Chunk, OneLargeMessageMakesALargeChunk) {
  ChunkBuilder builder;
  const std::string large(5 << 20, 'L');
  EXPECT_TRUE(builder.has_room_for(large.size()));
  builder.add(1, true, {}, "", "small");
  EXPECT_FALSE(builder.has_room_for(large.size()));
  builder.finish(StoredQueueId{1}, SegmentStream::kDurable);
  builder.add(2, true, {}, "", large);
  EXPECT_TRUE(builder.full());
  const Chunk chunk = reread(builder.finish(StoredQueueId{1}, SegmentStream::kDurable));
  EXPECT_EQ(messages_of(chunk)[0].payload, large);
}

TEST(Chunk, EveryFlippedBitIsFound) {
  const Chunk chunk =
      chunk_of({{3, true, {}, "abc"}, {9, false, {.time = 5, .counts = {2, 1}}, "defghijk"}});
  for (std::size_t bit = 0; bit < chunk.bytes().size() * 8; ++bit) {
    ByteBuffer bytes(chunk.bytes());
    bytes.data()[bit / 8] = static_cast<char>(bytes.data()[bit / 8] ^ (1 << bit % 8));
    auto damaged = Chunk::parse(std::move(bytes));
    ASSERT_FALSE(damaged.has_value()) << "bit " << bit;
    EXPECT_EQ(damaged.error().code, StorageErrorCode::kCorrupt);
  }
}

TEST(Chunk, EveryCutIsFound) {
  const Chunk chunk =
      chunk_of({{3, true, {}, "abc"}, {9, false, {.time = 5, .counts = {2, 1}}, "defghijk"}});
  for (std::size_t size = 0; size < chunk.bytes().size(); ++size) {
    EXPECT_FALSE(Chunk::parse(ByteBuffer(chunk.bytes().substr(0, size))).has_value()) << size;
  }
  EXPECT_FALSE(Chunk::parse(ByteBuffer(std::string(chunk.bytes()) + '\0')).has_value());
}

// What checksums cannot find: a header that a faulty writer signed.
TEST(Chunk, AHeaderThatContradictsTheEntriesIsRefused) {
  const Chunk chunk =
      chunk_of({{3, true, {}, "abc"}, {9, false, {.time = 5, .counts = {2, 1}}, "defghijk"}});
  auto parse_with = [&](auto change) {
    ChunkHeader header = chunk.header();
    change(header);
    ByteBuffer bytes(chunk.bytes());
    header.encode(bytes.data());
    return Chunk::parse(std::move(bytes)).has_value();
  };
  EXPECT_TRUE(parse_with([](ChunkHeader&) {}));
  EXPECT_TRUE(parse_with([](ChunkHeader& header) { header.synced = 77; }));
  EXPECT_FALSE(parse_with([](ChunkHeader& header) { header.count = 1; }));
  EXPECT_FALSE(parse_with([](ChunkHeader& header) { header.count = 3; }));
  EXPECT_FALSE(parse_with([](ChunkHeader& header) { header.count = 0; }));
  EXPECT_FALSE(parse_with([](ChunkHeader& header) { header.positions.last = 10; }));
  EXPECT_FALSE(parse_with([](ChunkHeader& header) { header.positions.last = 8; }));
  EXPECT_FALSE(parse_with([](ChunkHeader& header) { header.positions = {9, 3}; }));
  EXPECT_FALSE(parse_with([](ChunkHeader& header) { --header.payload_bytes; }));
  // Still consistent: the positions are relative to the first.
  EXPECT_TRUE(parse_with([](ChunkHeader& header) { header.positions = {103, 109}; }));
}

}  // namespace
}  // namespace coney
