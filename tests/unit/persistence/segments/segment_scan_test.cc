#include "persistence/segments/segment_scan.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "persistence/segments/segment_format.h"
#include "tests/support/fault_file_system.h"
#include "tests/unit/persistence/segments/segment_fixture.h"

namespace coney {
namespace {

constexpr StoredQueueId kQueue{7};
const DataDirectoryPaths kPaths("data");

class SegmentScanTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(fixture.open()); }

  // `synced` chunks that are on the disk, then `unsynced` ones; the process ends.
  void write(unsigned synced, unsigned unsynced) {
    for (unsigned i = 0; i < synced + unsynced; ++i) {
      if (i == synced) {
        ASSERT_TRUE(fixture.sync());
      }
      const auto ref = fixture.write(test_chunk(kQueue, i * 10));
      ASSERT_TRUE(ref);
      refs.push_back(*ref);
    }
    if (unsynced == 0) {
      ASSERT_TRUE(fixture.sync());
    }
    disk.end_process();
    fixture.close();
  }
  SegmentScan scan(SegmentScanOptions options = {}) {
    auto scan = scan_segments(disk, kPaths, options);
    EXPECT_TRUE(scan);
    return scan ? std::move(*scan) : SegmentScan();
  }
  std::vector<QueuePosition> firsts(const SegmentScan& scan) {
    std::vector<QueuePosition> firsts;
    for (const StoredChunk& chunk : scan.chunks) firsts.push_back(chunk.positions.first);
    return firsts;
  }
  // Every chunk that the scan gives can be read.
  void check_readable() {
    ASSERT_TRUE(fixture.open());
    for (const StoredChunk& chunk : fixture.scan().chunks) {
      const auto read = fixture.read(chunk.ref);
      ASSERT_TRUE(read) << read.error().message;
      EXPECT_EQ(messages_of(**read), messages_of(*test_chunk(kQueue, chunk.positions.first)));
    }
    fixture.close();
  }
  void replace(const std::filesystem::path& path, const std::string& bytes) {
    auto file = disk.open(path, OpenMode::kCreate);
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->truncate(0));
    ASSERT_TRUE((*file)->write_at(0, bytes));
    ASSERT_TRUE((*file)->sync());
  }
  std::filesystem::path path() const { return refs[0].file->path(); }
  std::size_t quarantined() { return disk.list(kPaths.quarantine_path())->size(); }

  FaultFileSystem disk;
  SegmentStoreFixture fixture{disk, "data"};
  std::vector<ChunkRef> refs;
};

TEST_F(SegmentScanTest, FindsWhatWasWrittenWhenOnlyTheProcessEnded) {
  write(5, 5);
  const SegmentScan found = scan();
  EXPECT_EQ(found.chunks.size(), 10u);
  EXPECT_EQ(found.report.messages, 100u);
  EXPECT_TRUE(found.report.errors.empty());
  check_readable();
}

TEST_F(SegmentScanTest, AnEmptyDirectoryHoldsNothing) {
  const SegmentScan found = scan();
  EXPECT_EQ(found.report.files, 0u);
  EXPECT_TRUE(found.chunks.empty());
}

TEST_F(SegmentScanTest, PowerLossLeavesWhatWasSyncedAndWholeChunksOfTheRest) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    FaultFileSystem other;
    SegmentStoreFixture store(other, "data");
    ASSERT_TRUE(store.open());
    for (unsigned i = 0; i < 40; ++i) {
      if (i == 15) {
        ASSERT_TRUE(store.sync());
      }
      ASSERT_TRUE(store.write(test_chunk(kQueue, i * 10)));
    }
    other.end_process();
    store.close();
    other.drop_unsynced(seed);
    ASSERT_TRUE(store.open());
    EXPECT_EQ(store.scan().report.damaged_chunks, 0u);
    ASSERT_GE(store.scan().chunks.size(), 15u);
    for (std::size_t i = 0; i < store.scan().chunks.size(); ++i) {
      const StoredChunk& chunk = store.scan().chunks[i];
      if (i < 15) {
        EXPECT_EQ(chunk.positions.first, i * 10);
      }
      const auto read = store.read(chunk.ref);
      ASSERT_TRUE(read) << read.error().message;
      EXPECT_EQ(messages_of(**read), messages_of(*test_chunk(kQueue, chunk.positions.first)));
    }
    store.close();
    ASSERT_TRUE(store.open());  // the torn tail is cut
    EXPECT_EQ(store.scan().report.torn_bytes, 0u);
    EXPECT_TRUE(store.scan().report.errors.empty());
  }
}

TEST_F(SegmentScanTest, WhatIsFoundBehindAFailedSyncIsOnTheDiskFromThenOn) {
  disk.fail_syncs();
  for (unsigned i = 0; i < 40; ++i) ASSERT_TRUE(fixture.write(test_chunk(kQueue, i * 10)));
  EXPECT_FALSE(fixture.sync());
  disk.end_process();
  fixture.close();
  EXPECT_EQ(scan().chunks.size(), 40u);
  disk.drop_unsynced(0);
  EXPECT_EQ(scan().chunks.size(), 40u);
  check_readable();
}

TEST_F(SegmentScanTest, ABitThatFlippedCostsOneChunk) {
  write(10, 0);
  const std::string good = disk.content(path());
  const std::size_t size = good.size();
  for (std::size_t bit = 0; bit < size * 8; bit += 61) {
    SCOPED_TRACE("bit " + std::to_string(bit));
    replace(path(), good);
    disk.flip_bit(path(), bit);
    const SegmentScan found = scan({.read_everything = true});
    const bool in_header = bit / 8 < SegmentHeader::kBytes;
    EXPECT_EQ(found.chunks.size(), in_header ? 10u : 9u);
    EXPECT_EQ(found.report.errors.size(), in_header ? 0u : 1u);
    // Repaired: the next time it is as if it had never been.
    const SegmentScan again = scan({.read_everything = true});
    EXPECT_EQ(firsts(again), firsts(found));
    EXPECT_TRUE(again.report.errors.empty());
  }
}

TEST_F(SegmentScanTest, ATornChunkCostsNoOther) {
  write(5, 3);
  disk.flip_bit(path(), (refs[6].offset + 20) * 8);   // the header: what follows is searched for
  disk.flip_bit(path(), (refs[7].offset + 100) * 8);  // the payload
  const SegmentScan found = scan();
  EXPECT_EQ(firsts(found), (std::vector<QueuePosition>{0, 10, 20, 30, 40, 50}));
  EXPECT_EQ(found.report.torn_bytes, refs[6].length + refs[7].length);
  EXPECT_EQ(found.report.damaged_chunks, 0u);
  EXPECT_EQ(found.report.errors.size(), 2u);
  check_readable();
}

TEST_F(SegmentScanTest, TheMarkOfALaterChunkTellsDamageFromATornTail) {
  write(5, 2);
  disk.flip_bit(path(), (refs[2].offset + 20) * 8);
  const SegmentScan found = scan();
  EXPECT_EQ(firsts(found), (std::vector<QueuePosition>{0, 10, 30, 40, 50, 60}));
  EXPECT_EQ(found.report.damaged_chunks, 1u);
  EXPECT_EQ(found.report.damaged_bytes, refs[2].length);
  EXPECT_EQ(found.report.torn_bytes, 0u);
  ASSERT_EQ(quarantined(), 1u);
  const std::string name = disk.list(kPaths.quarantine_path())->front();
  EXPECT_EQ(name, segment_name(refs[2].file->number()) + "-" + std::to_string(refs[2].offset));
  EXPECT_EQ(disk.content(kPaths.quarantine_path() / name).size(), refs[2].length);
  check_readable();
}

TEST_F(SegmentScanTest, ADamagedPayloadThatWasSyncedIsLeftToTheReader) {
  write(5, 2);
  disk.flip_bit(path(), (refs[2].offset + 100) * 8);
  EXPECT_EQ(scan({.repair = false}).chunks.size(), 7u);
  const SegmentScan everything = scan({.read_everything = true, .repair = false});
  EXPECT_EQ(everything.chunks.size(), 6u);
  EXPECT_EQ(everything.report.damaged_messages, 10u);
}

TEST_F(SegmentScanTest, WithoutRepairNothingChanges) {
  write(5, 2);
  disk.flip_bit(path(), (refs[2].offset + 20) * 8);
  disk.flip_bit(path(), (refs[6].offset + 20) * 8);
  const std::string before = disk.content(path());
  EXPECT_FALSE(scan({.repair = false}).report.errors.empty());
  EXPECT_EQ(disk.content(path()), before);
  EXPECT_EQ(quarantined(), 0u);
}

// What a client sends cannot be taken for a chunk, however the file is damaged.
TEST_F(SegmentScanTest, AMessageThatLooksLikeAChunkIsNone) {
  const auto first = fixture.write(test_chunk(kQueue, 0));
  ASSERT_TRUE(first);
  ChunkHeader forged = test_chunk(StoredQueueId{666}, 0, 1)->header();
  forged.segment = first->file->number();
  std::string message(test_chunk(StoredQueueId{666}, 0, 1)->bytes());
  forged.encode(message.data());
  ChunkBuilder builder;
  builder.add(100, true, {}, "", std::string(500, 'x') + message);
  const auto carrier =
      fixture.write(std::make_shared<const Chunk>(builder.finish(kQueue, SegmentStream::kDurable)));
  ASSERT_TRUE(carrier);
  disk.end_process();
  fixture.close();
  disk.flip_bit(carrier->file->path(), (carrier->offset + 20) * 8);
  const SegmentScan found = scan();
  ASSERT_EQ(found.chunks.size(), 1u);
  EXPECT_EQ(found.chunks[0].queue, kQueue);
}

TEST_F(SegmentScanTest, AClosedFileWithADamagedDirectoryIsReadChunkByChunk) {
  write(10, 0);
  ASSERT_EQ(scan().chunks.size(), 10u);  // closes it
  const std::string closed = disk.content(path());
  const std::size_t end = refs.back().offset + refs.back().length;
  ASSERT_GT(closed.size(), end);
  for (std::size_t bit = end * 8; bit < closed.size() * 8; bit += 7) {
    replace(path(), closed);
    disk.flip_bit(path(), bit);
    EXPECT_EQ(scan().chunks.size(), 10u);
    EXPECT_EQ(disk.content(path()), closed);  // repaired
  }
  for (std::size_t size = end; size < closed.size(); ++size) {
    replace(path(), closed.substr(0, size));
    EXPECT_EQ(scan().chunks.size(), 10u);
    EXPECT_EQ(disk.content(path()), closed);
  }
}

TEST_F(SegmentScanTest, AFileCutAnywhereGivesTheChunksInFrontOfTheCut) {
  write(6, 0);
  const std::string good = disk.content(path());
  for (std::size_t size = 0; size <= good.size(); size += 13) {
    replace(path(), good.substr(0, size));
    const SegmentScan found = scan();
    std::size_t whole = 0;
    while (whole < refs.size() && refs[whole].offset + refs[whole].length <= size) ++whole;
    EXPECT_EQ(found.chunks.size(), whole) << size;
    EXPECT_EQ(found.files.size(), 1u);
  }
}

TEST_F(SegmentScanTest, ANewerFormatIsLeftAlone) {
  write(3, 0);
  std::string bytes = disk.content(path());
  SegmentHeader header = *SegmentHeader::decode(bytes);
  header.version = SegmentHeader::kVersion + 1;
  header.encode(bytes.data());
  replace(path(), bytes);
  const SegmentScan found = scan();
  ASSERT_EQ(found.report.errors.size(), 1u);
  EXPECT_EQ(found.report.errors[0].code, StorageErrorCode::kNewerVersion);
  EXPECT_TRUE(found.files.empty());
  EXPECT_EQ(disk.content(path()), bytes);
}

TEST_F(SegmentScanTest, WhatTheDiskDoesNotGiveIsNeitherCutNorForgotten) {
  write(10, 0);
  const std::string before = disk.content(path());
  std::uint64_t failing = 0;
  for (bool failed = true; failed; ++failing) {
    FaultFileSystem other;
    auto file = other.open(path(), OpenMode::kCreate);
    ASSERT_TRUE((*file)->write_at(0, before));
    ASSERT_TRUE((*file)->sync());
    other.fail_once(other.operations() + 1 + failing);  // listing works
    const auto found = scan_segments(other, kPaths);
    failed = other.faults() != 0;
    if (found) {
      EXPECT_EQ(found->report.errors.empty(), !failed) << failing;
    } else {
      EXPECT_TRUE(failed) << found.error().message;  // it cannot be brought to the disk
    }
    EXPECT_EQ(other.content(path()).substr(0, before.size()), before);
    other.heal();
    const auto again = scan_segments(other, kPaths);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->chunks.size(), 10u);
  }
  EXPECT_GT(failing, 5u);
}

TEST_F(SegmentScanTest, TellsWhatItCannotList) {
  disk.fail_once(disk.operations());
  EXPECT_FALSE(scan_segments(disk, kPaths));
}

TEST_F(SegmentScanTest, ManyFilesAreScannedByManyThreadsInOrder) {
  SegmentStoreFixture small(disk, "other", {.segment_bytes = 4096});
  ASSERT_TRUE(small.open());
  for (unsigned i = 0; i < 400; ++i) ASSERT_TRUE(small.write(test_chunk(kQueue, i * 10)));
  small.close();
  const auto found = scan_segments(disk, DataDirectoryPaths("other"), {.threads = 4});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->files.size(), 100u);
  ASSERT_EQ(found->chunks.size(), 400u);
  for (unsigned i = 0; i < 400; ++i) EXPECT_EQ(found->chunks[i].positions.first, i * 10);
}

}  // namespace
}  // namespace coney
