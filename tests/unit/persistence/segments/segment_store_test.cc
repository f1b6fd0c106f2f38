#include "persistence/segments/segment_store.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "persistence/segments/segment_format.h"
#include "tests/unit/persistence/segments/segment_fixture.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney {
namespace {

namespace fs = std::filesystem;

constexpr StoredQueueId kQueue{7};
constexpr SegmentOptions kSmall{.segment_bytes = 16 * 1024,
                                .sync_bytes = 64 * 1024,
                                .most_unsynced = 1 << 20,
                                .retry_after = std::chrono::milliseconds(5)};

class SegmentStoreTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(fixture.open()); }

  std::size_t files_in(const char* name) {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& file : fs::directory_iterator(directory / name)) ++count;
    return count;
  }
  // The writer removes files after it has answered: so ask until it has.
  bool await_files(const char* name, std::size_t count) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (files_in(name) != count && std::chrono::steady_clock::now() < end) {
      EXPECT_TRUE(fixture.sync());
    }
    return files_in(name) == count;
  }
  ChunkRef written(std::shared_ptr<const Chunk> chunk) {
    auto ref = fixture.write(std::move(chunk));
    EXPECT_TRUE(ref.has_value()) << (ref ? "" : ref.error().message);
    return ref ? *ref : ChunkRef{};
  }

  TemporaryDirectory directory;
  SegmentStoreFixture fixture{real_file_system(), directory.path(), kSmall};
};

TEST_F(SegmentStoreTest, GivesBackWhatWasWritten) {
  for (const SegmentStream stream : {SegmentStream::kDurable, SegmentStream::kSpill}) {
    std::vector<ChunkRef> refs;
    for (unsigned i = 0; i < 100; ++i) {
      refs.push_back(written(test_chunk(kQueue, i * 10, 10, 100 + i, stream)));
    }
    for (unsigned i = 0; i < 100; ++i) {
      const auto chunk = fixture.read(refs[i]);
      ASSERT_TRUE(chunk) << chunk.error().message;
      EXPECT_EQ(messages_of(**chunk),
                messages_of(*test_chunk(kQueue, i * 10, 10, 100 + i, stream)));
    }
    EXPECT_EQ(fixture.store().bytes_in_flight(), 0u);
  }
}

TEST_F(SegmentStoreTest, ReadsFromTheFileAfterASync) {
  const ChunkRef ref = written(test_chunk(kQueue, 5));
  ASSERT_TRUE(fixture.sync());
  const auto chunk = fixture.read(ref);
  ASSERT_TRUE(chunk) << chunk.error().message;
  EXPECT_EQ((*chunk)->header().segment, ref.file->number());
  EXPECT_EQ(messages_of(**chunk), messages_of(*test_chunk(kQueue, 5)));
}

TEST_F(SegmentStoreTest, AChunkThatIsLargerThanAFileGetsAFile) {
  const auto large = test_chunk(kQueue, 0, 1, 200 * 1024);
  const ChunkRef ref = written(large);
  const ChunkRef next = written(test_chunk(kQueue, 1));
  EXPECT_NE(ref.file, next.file);
  ASSERT_TRUE(fixture.sync());
  const auto chunk = fixture.read(ref);
  ASSERT_TRUE(chunk) << chunk.error().message;
  EXPECT_EQ(messages_of(**chunk), messages_of(*large));
}

TEST_F(SegmentStoreTest, AFileWithNothingAliveIsRemoved) {
  for (const SegmentStream stream : {SegmentStream::kDurable, SegmentStream::kSpill}) {
    const char* name = stream == SegmentStream::kDurable ? "segments" : "spill";
    std::vector<ChunkRef> refs;
    while (files_in(name) < 4) refs.push_back(written(test_chunk(kQueue, 0, 10, 100, stream)));
    for (const ChunkRef& ref : refs) LiveChunk(ref).release_rest();
    EXPECT_TRUE(await_files(name, 1)) << name;  // the one being written
  }
}

TEST_F(SegmentStoreTest, TheFileBeingWrittenIsRemovedOnceItIsFull) {
  LiveChunk(written(test_chunk(kQueue, 0))).release_rest();
  const ChunkRef first = written(test_chunk(kQueue, 1));
  ChunkRef next = first;
  while (next.file == first.file) {
    LiveChunk(next).release_rest();
    next = written(test_chunk(kQueue, 2));
  }
  EXPECT_TRUE(await_files("segments", 1));
  EXPECT_FALSE(fs::exists(first.file->path()));
}

TEST_F(SegmentStoreTest, ASparseFileIsOfferedWithWhatIsInIt) {
  std::vector<ChunkRef> refs{written(test_chunk(kQueue, 0))};
  while (refs.back().file == refs.front().file) {
    refs.push_back(written(test_chunk(kQueue, refs.size() * 10)));
  }
  const std::size_t in_first = refs.size() - 1;
  for (std::size_t i = 1; i < in_first; ++i) LiveChunk(refs[i]).release_rest();
  const Offer offer = fixture.compaction.offer();
  EXPECT_EQ(offer.file, refs[0].file);
  ASSERT_EQ(offer.chunks.size(), in_first);
  for (std::size_t i = 0; i < in_first; ++i) {
    EXPECT_EQ(offer.chunks[i].ref, refs[i]);
    EXPECT_EQ(offer.chunks[i].queue, kQueue);
    EXPECT_EQ(offer.chunks[i].positions, (PositionRange{i * 10, i * 10 + 9}));
    EXPECT_EQ(offer.chunks[i].count, 10u);
  }
}

TEST_F(SegmentStoreTest, AFileThatStaysSparseIsOfferedAgainWhenTheOfferHasEnded) {
  std::vector<ChunkRef> refs{written(test_chunk(kQueue, 0))};
  while (refs.back().file == refs.front().file) refs.push_back(written(test_chunk(kQueue, 0)));
  for (std::size_t i = 1; i + 1 < refs.size(); ++i) LiveChunk(refs[i]).release_rest();
  for (int round = 0; round < 3; ++round) {
    const Offer offer = fixture.compaction.offer();
    ASSERT_EQ(offer.file, refs[0].file);
    ASSERT_TRUE(fixture.sync());
    EXPECT_EQ(fixture.compaction.offers(), 0u);  // one at a time of one file
    fixture.store().compaction_ended(offer.file);
  }
  LiveChunk(refs[0]).release_rest();
  EXPECT_TRUE(await_files("segments", 1));
}

TEST_F(SegmentStoreTest, FewOffersAreOpenAtATime) {
  std::vector<ChunkRef> refs;
  while (files_in("segments") < 6) refs.push_back(written(test_chunk(kQueue, 0)));
  std::shared_ptr<SegmentFile> kept;
  for (const ChunkRef& ref : refs) {  // one chunk of each file stays
    if (ref.file == kept) LiveChunk(ref).release_rest();
    kept = ref.file;
  }
  std::vector<Offer> offers{fixture.compaction.offer(), fixture.compaction.offer()};
  ASSERT_TRUE(fixture.sync());
  ASSERT_TRUE(fixture.sync());
  EXPECT_EQ(fixture.compaction.offers(), 0u);
  for (const StoredChunk& chunk : offers[0].chunks) {
    if (chunk.ref.file->live_bytes() != 0) LiveChunk(chunk.ref).release(1);
  }
  fixture.store().compaction_ended(offers[0].file);
  EXPECT_NE(fixture.compaction.offer().file, offers[1].file);
}

TEST_F(SegmentStoreTest, ARestartFindsTheDurableChunksOnly) {
  std::vector<ChunkRef> refs;
  while (files_in("segments") < 4) refs.push_back(written(test_chunk(kQueue, refs.size() * 10)));
  written(test_chunk(kQueue, 0, 10, 100, SegmentStream::kSpill));
  fixture.close();
  ASSERT_TRUE(fixture.open());
  EXPECT_EQ(files_in("spill"), 0u);
  const SegmentScan& scan = fixture.scan();
  EXPECT_TRUE(scan.report.errors.empty());
  EXPECT_EQ(scan.report.torn_bytes, 0u);
  EXPECT_EQ(scan.report.files, 4u);
  EXPECT_EQ(scan.report.messages, refs.size() * 10);
  ASSERT_EQ(scan.chunks.size(), refs.size());
  for (std::size_t i = 0; i < refs.size(); ++i) {
    EXPECT_EQ(scan.chunks[i].positions, (PositionRange{i * 10, i * 10 + 9}));
    EXPECT_EQ(scan.chunks[i].ref.offset, refs[i].offset);
    EXPECT_EQ(scan.chunks[i].ref.length, refs[i].length);
    EXPECT_TRUE(fixture.read(scan.chunks[i].ref));
  }
  EXPECT_GT(written(test_chunk(kQueue, 0)).file->number(), refs.back().file->number());
}

TEST_F(SegmentStoreTest, WhatIsDeadAtAStartIsRemoved) {
  std::vector<ChunkRef> refs;
  while (files_in("segments") < 4) refs.push_back(written(test_chunk(kQueue, 0)));
  fixture.close();
  const DataDirectoryPaths paths(directory.path());
  auto scan = scan_segments(real_file_system(), paths);
  ASSERT_TRUE(scan);
  for (const StoredChunk& chunk : scan->chunks) {  // what recovery would do
    if (chunk.ref.file != scan->files.back()) LiveChunk(chunk.ref).release_rest();
  }
  TestCompaction compaction;
  TestSink sink;
  auto store = SegmentStore::open(real_file_system(), paths, *scan, compaction, kSmall);
  ASSERT_TRUE(store);
  (*store)->sync(sink, 1);
  ASSERT_TRUE(sink.synced(1));
  EXPECT_EQ(files_in("segments"), 1u);
}

TEST_F(SegmentStoreTest, SpaceAddsUp) {
  std::vector<ChunkRef> refs;
  while (files_in("segments") < 3) refs.push_back(written(test_chunk(kQueue, 0)));
  const ChunkRef spilled = written(test_chunk(kQueue, 0, 10, 100, SegmentStream::kSpill));
  LiveChunk(refs[0]).release_rest();
  ASSERT_TRUE(fixture.sync());
  std::uint64_t on_disk = 0;
  for (const auto& file : fs::directory_iterator(directory / "segments")) {
    on_disk += file.file_size();
  }
  const SpaceView space = fixture.store().space();
  EXPECT_EQ(space.durable.files, 3u);
  EXPECT_EQ(space.durable.live, (refs.size() - 1) * refs[0].length);
  EXPECT_EQ(space.durable.live + space.durable.dead, on_disk);
  EXPECT_EQ(space.spill.files, 1u);
  EXPECT_EQ(space.spill.live, spilled.length);
  EXPECT_EQ(space.given_up, 0u);
}

TEST_F(SegmentStoreTest, ADamagedChunkIsReportedAndQuarantined) {
  const ChunkRef ref = written(test_chunk(kQueue, 0));
  const ChunkRef good = written(test_chunk(kQueue, 10));
  ASSERT_TRUE(fixture.sync());
  std::fstream file(ref.file->path(), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(ref.offset + 100).put('!');
  file.close();
  const auto chunk = fixture.read(ref);
  ASSERT_FALSE(chunk);
  EXPECT_EQ(chunk.error().code, StorageErrorCode::kCorrupt);
  EXPECT_EQ(files_in("quarantine"), 1u);
  EXPECT_EQ(fs::file_size(fs::directory_iterator(directory / "quarantine")->path()), ref.length);
  EXPECT_TRUE(fixture.read(good));
}

TEST_F(SegmentStoreTest, WhatIsReleasedAfterTheStoreHasGoneIsNoMatter) {
  const ChunkRef ref = written(test_chunk(kQueue, 0));
  fixture.close();
  LiveChunk(ref).release_rest();
  EXPECT_EQ(ref.file->live_bytes(), 0u);
}

}  // namespace
}  // namespace coney
