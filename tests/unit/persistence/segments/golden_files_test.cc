// Files of every version of the format have to load for ever.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "persistence/deliveries/delivery_map.h"
#include "persistence/segments/open_segment.h"
#include "persistence/segments/segment_scan.h"
#include "tests/unit/persistence/segments/segment_fixture.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney {
namespace {

namespace fs = std::filesystem;

const fs::path kGolden = fs::path(CONEY_SOURCE_DIR) / "tests/unit/persistence/segments/data";
constexpr StoredQueueId kQueue{0x1122334455667788};

// What the files hold: two chunks in each segment, the first closed, the second not, and then torn.
struct Expected {
  std::uint8_t version = 0;
  MessageFacts facts;     // of the second message
  bool left_out = false;  // it is, at a restart
};
const Expected kVersion1 = {1, {.counts = {0x0102, 0}, .redelivered = true}};
const Expected kVersion2 = {
    2, {.time = 1'700'000'000'000, .counts = {0x010203, 500}, .redelivered = true}, true};

void expect_first(const Chunk& chunk, const Expected& expected) {
  EXPECT_EQ(chunk.header().version, expected.version);
  EXPECT_EQ(chunk.header().queue, kQueue);
  ChunkReader reader = chunk.read();
  ChunkEntry entry;
  ASSERT_TRUE(reader.next(entry));
  EXPECT_EQ(entry.position, 300u);
  EXPECT_TRUE(entry.persistent);
  EXPECT_EQ(entry.facts, MessageFacts{});
  EXPECT_EQ(entry.payload, "first");
  ASSERT_TRUE(reader.next(entry));
  EXPECT_EQ(entry.position, 301u);
  EXPECT_FALSE(entry.persistent);
  EXPECT_EQ(entry.facts, expected.facts);
  EXPECT_EQ(entry.left_out, expected.left_out);
  EXPECT_EQ(chunk.header().left_out, expected.left_out ? 1 : 0);
  EXPECT_EQ(entry.payload, "");
  ASSERT_TRUE(reader.next(entry));
  EXPECT_EQ(entry.position, 100000u);
  EXPECT_EQ(entry.payload, std::string(200, 'z'));
  EXPECT_FALSE(reader.next(entry));
}

// Whoever changes the format makes a new version and leaves these alone: they were written by
// their version, from what expect_first() expects.
Chunk first_chunk() {
  ChunkBuilder builder;
  builder.add(300, true, {}, "fi", "rst");
  builder.add(301, false, kVersion2.facts, "", "", true);
  builder.add(100000, true, {}, "", std::string(200, 'z'));
  return builder.finish(kQueue, SegmentStream::kDurable);
}

void write_segment(const fs::path& directory, SegmentNumber number, bool closed) {
  auto segment = OpenSegment::create(real_file_system(), directory, SegmentStream::kDurable, number,
                                     0xabcdef01);
  ASSERT_TRUE(segment);
  const Chunk first = first_chunk();
  const auto second = test_chunk(StoredQueueId{2}, 0, 3, 10);
  const Chunk* one[] = {&first};
  ASSERT_TRUE((*segment)->append(one));
  ASSERT_TRUE((*segment)->sync());
  one[0] = second.get();
  ASSERT_TRUE((*segment)->append(one));
  ASSERT_TRUE((*segment)->sync());
  if (closed) {
    ASSERT_TRUE((*segment)->finish());
  }
}

void write_version_2(const fs::path& directory) {
  fs::create_directories(directory / "segments");
  write_segment(directory / "segments", SegmentNumber{1}, true);
  write_segment(directory / "segments", SegmentNumber{0x2a}, false);
  std::ofstream torn(directory / "segments" / segment_name(SegmentNumber{0x2a}),
                     std::ios::binary | std::ios::app);
  torn << "CHNK";
  torn.close();
  auto map = DeliveryMap::open(directory / "deliveries.map", directory);
  ASSERT_TRUE(map);
  (*map)->slot(kQueue)->mark(12345);
  (*map)->slot(StoredQueueId{2})->mark(0);
}

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Writes the files anew where the test was told to: CONEY_WRITE_GOLDEN=DIRECTORY.
TEST(GoldenFiles, WhatIsWrittenTodayIsVersion2) {
  TemporaryDirectory directory;
  const char* wanted = std::getenv("CONEY_WRITE_GOLDEN");
  const fs::path to = wanted ? fs::path(wanted) : directory.path();
  write_version_2(to);
  for (const char* name : {"segments/0000000000000001.seg", "segments/000000000000002a.seg"}) {
    EXPECT_EQ(content(to / name), content(kGolden / "version_2" / name)) << name;
  }
  // The rest of the map is zeros.
  const std::string map = content(to / "deliveries.map");
  EXPECT_EQ(map.substr(0, 4096 + 32), content(kGolden / "version_2" / "deliveries.map"));
  EXPECT_EQ(map.find_first_not_of('\0', 4096 + 32), std::string::npos);
}

void expect_loads(const fs::path& golden, const Expected& expected) {
  TemporaryDirectory directory;
  fs::copy(golden, directory.path(), fs::copy_options::recursive);
  SegmentStoreFixture fixture(real_file_system(), directory.path());
  ASSERT_TRUE(fixture.open());
  const SegmentScan& scan = fixture.scan();
  EXPECT_EQ(scan.report.files, 2u);
  EXPECT_EQ(scan.report.torn_bytes, 4u);
  EXPECT_EQ(scan.report.damaged_chunks, 0u);
  ASSERT_EQ(scan.chunks.size(), 4u);
  for (const std::size_t i : {0, 2}) {
    EXPECT_EQ(scan.chunks[i].left_out, expected.left_out ? 1u : 0u);
  }
  for (const std::size_t i : {0, 2}) {
    const auto first = fixture.read(scan.chunks[i].ref);
    ASSERT_TRUE(first);
    expect_first(**first, expected);
    const auto second = fixture.read(scan.chunks[i + 1].ref);
    ASSERT_TRUE(second);
    EXPECT_EQ(messages_of(**second), messages_of(*test_chunk(StoredQueueId{2}, 0, 3, 10)));
  }
  auto map = DeliveryMap::open(directory / "deliveries.map", directory / "quarantine");
  ASSERT_TRUE(map);
  EXPECT_EQ((*map)->report().damaged, 0u);
  EXPECT_FALSE((*map)->report().damaged_header);
  EXPECT_EQ((*map)->find(kQueue), 12345u);
  EXPECT_EQ((*map)->find(StoredQueueId{2}), 0u);
}

TEST(GoldenFiles, Version1Loads) {
  expect_loads(kGolden / "version_1", kVersion1);
}

TEST(GoldenFiles, Version2Loads) {
  expect_loads(kGolden / "version_2", kVersion2);
}

}  // namespace
}  // namespace coney
