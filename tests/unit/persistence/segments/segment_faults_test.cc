// The store on a disk that fails.

#include <gtest/gtest.h>

#include <random>

#include "tests/support/fault_file_system.h"
#include "tests/unit/persistence/segments/chunk_owner.h"
#include "tests/unit/persistence/segments/segment_fixture.h"

namespace coney {
namespace {

using Fault = FaultFileSystem::Fault;

constexpr SegmentOptions kTiny{.segment_bytes = 4096,
                               .sync_bytes = 64 * 1024,
                               .most_unsynced = 128 * 1024,
                               .retry_after = std::chrono::milliseconds(1)};

class SegmentFaults : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(fixture.open()); }

  // The writer removes files after it has answered: so ask until it has.
  template <typename Holds>
  bool await(Holds holds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!holds() && std::chrono::steady_clock::now() < end) fixture.sync();
    return holds();
  }

  FaultFileSystem disk;
  SegmentStoreFixture fixture{disk, "data", kTiny};
  ChunkOwner owner{fixture};
};

// --- any operation may fail ----------------------------------------------------------------------

void use(ChunkOwner& owner) {
  for (unsigned i = 0; i < 24; ++i) {
    owner.write();
    if (i % 3 == 2) owner.release(i / 3);
    if (i % 4 == 3) owner.sync();
    if (i % 5 == 4) owner.check_one(i * 7);
    owner.serve_offers();
  }
}

// True when the fault came.
bool run_with_fault(std::uint64_t operation, Fault fault) {
  FaultFileSystem disk;
  disk.fail_once(operation, fault);
  SegmentStoreFixture fixture(disk, "data", kTiny);
  if (!fixture.open()) {
    EXPECT_TRUE(fixture.open()) << "once is enough";
  }
  ChunkOwner owner(fixture);
  use(owner);
  owner.settle();
  owner.check_all();
  fixture.close();
  const bool came = disk.faults() != 0;
  disk.drop_unsynced(operation);
  EXPECT_TRUE(fixture.open());
  EXPECT_EQ(fixture.scan().report.damaged_chunks, 0u);
  owner.recover();
  EXPECT_TRUE(owner.failed_found().empty());
  owner.check_all();
  return came;
}

void fail_each_operation(Fault fault) {
  std::uint64_t operation = 0;
  std::uint64_t without = 0;  // threads differ a little in what they do: some do not get so far
  for (; without < 3; ++operation) {
    SCOPED_TRACE("operation " + std::to_string(operation));
    without = run_with_fault(operation, fault) ? 0 : without + 1;
    if (::testing::Test::HasFailure()) break;
    // Not every operation writes: a fault that only writes know shows at some of them.
    if (fault == Fault::kShortWrite && operation < 60) without = 0;
  }
  EXPECT_GT(operation, 60u);
}

TEST(SegmentFaultsAnywhere, AnyOperationMayFail) {
  fail_each_operation(Fault::kIo);
}

TEST(SegmentFaultsAnywhere, TheDiskMayBeFullAtAnyTime) {
  fail_each_operation(Fault::kNoSpace);
}

TEST(SegmentFaultsAnywhere, AnyWriteMayBeShort) {
  fail_each_operation(Fault::kShortWrite);
}

// --- one by one ----------------------------------------------------------------------------------

TEST_F(SegmentFaults, AFullDiskFailsWritesAndNothingElse) {
  ASSERT_TRUE(owner.write());
  ASSERT_TRUE(owner.sync());
  disk.fail_writes(Fault::kNoSpace);
  const auto refused = fixture.write(test_chunk(ChunkOwner::kQueue, 1000));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, StorageErrorCode::kNoSpace);
  owner.check_all();
  EXPECT_TRUE(owner.sync());
  disk.heal();
  EXPECT_TRUE(owner.write());
  EXPECT_TRUE(owner.sync());
  owner.check_all();
}

TEST_F(SegmentFaults, AfterAFailedWriteTheNextChunkGoesToANewFile) {
  const auto first = fixture.write(test_chunk(ChunkOwner::kQueue, 0));
  disk.fail_writes(Fault::kShortWrite);
  EXPECT_FALSE(fixture.write(test_chunk(ChunkOwner::kQueue, 10)));
  disk.heal();
  const auto next = fixture.write(test_chunk(ChunkOwner::kQueue, 20));
  ASSERT_TRUE(first && next);
  EXPECT_GT(next->file->number(), first->file->number());
}

TEST_F(SegmentFaults, WhatCouldNotBeSyncedIsReadFromMemoryAndOffered) {
  ASSERT_TRUE(owner.write());
  disk.fail_syncs();
  EXPECT_FALSE(owner.sync());
  EXPECT_EQ(fixture.store().space().given_up, 1u);
  disk.heal();
  EXPECT_FALSE(owner.sync()) << "the disk's word is worth nothing about what it had refused";
  disk.drop_unsynced(0);  // and indeed nothing is there
  owner.check_all();      // but in memory
  owner.settle();         // moves it
  owner.check_all();
  EXPECT_TRUE(await([&] { return fixture.store().space().given_up == 0; }));
  fixture.close();
  disk.drop_unsynced(0);
  ASSERT_TRUE(fixture.open());
  owner.recover();
  owner.check_all();
}

TEST_F(SegmentFaults, WhoEmptiesAFileThatWasGivenUpCanWaitForTheSyncOfWhatWasMoved) {
  const auto old = fixture.write(test_chunk(ChunkOwner::kQueue, 0));
  ASSERT_TRUE(old);
  disk.fail_once(disk.operations());
  ASSERT_FALSE(fixture.sync());
  const Offer offer = fixture.compaction.offer();
  ASSERT_EQ(offer.file, old->file);
  ASSERT_TRUE(fixture.write(test_chunk(ChunkOwner::kQueue, 0)));
  EXPECT_FALSE(fixture.sync());
  EXPECT_TRUE(fixture.sync(offer.file));
  LiveChunk(*old).release_rest();
  fixture.store().compaction_ended(offer.file);
  EXPECT_TRUE(fixture.sync());
}

TEST_F(SegmentFaults, WhenNothingIsSyncedAnyMoreWritesFailBeforeMemoryIsFull) {
  disk.fail_syncs();
  unsigned written = 0;
  while (written < 1000 && owner.write(1000)) ++written;
  EXPECT_GE(written, 128u * 1024 / 10500);
  EXPECT_LE(written, 2u + 128 * 1024 / 10000);
  owner.check_all();
  disk.heal();
  owner.settle();
  EXPECT_TRUE(owner.write());
}

// A message that is moved is on the disk in its new place before the old one is taken away.
TEST_F(SegmentFaults, AFileIsNotRemovedBeforeWhatWasMovedIsSynced) {
  ASSERT_TRUE(owner.write(420));  // fills a file
  ASSERT_TRUE(owner.sync());
  const ChunkRef old = owner.chunks().begin()->second.chunk.ref();
  ASSERT_TRUE(owner.write(420));  // goes to the next, and is what was moved
  disk.hold_syncs("");
  LiveChunk(old).release_rest();
  disk.wait_for_held_sync();
  EXPECT_NO_THROW(disk.content(old.file->path()));
  disk.release_syncs();
  EXPECT_TRUE(await([&] { return old.file->gone(); }));
}

TEST_F(SegmentFaults, AFileIsNotRemovedWhileWhatWasMovedIsInAFileThatWasGivenUp) {
  ASSERT_TRUE(owner.write(420));
  ASSERT_TRUE(owner.sync());
  const ChunkRef old = owner.chunks().begin()->second.chunk.ref();
  ASSERT_TRUE(owner.write(420));
  disk.fail_once(disk.operations());  // the sync before the removal
  owner.release(0);
  fixture.compaction.await_trouble();
  EXPECT_FALSE(fixture.sync());
  EXPECT_FALSE(fixture.sync());
  EXPECT_FALSE(old.file->gone());
  EXPECT_NO_THROW(disk.content(old.file->path()));
  owner.release(0);
  EXPECT_TRUE(await([&] { return old.file->gone(); }));
}

// Two chunks in one write, of which only the first reaches the disk; both were said to have failed.
TEST_F(SegmentFaults, AChunkThatWasSaidToHaveFailedIsNotFoundAtAStart) {
  ASSERT_TRUE(owner.write());
  disk.hold_syncs("");
  fixture.store().sync(fixture.sink, 1000);
  disk.wait_for_held_sync();
  fixture.store().write(test_chunk(ChunkOwner::kQueue, 100), fixture.sink, 1001);
  fixture.store().write(test_chunk(ChunkOwner::kQueue, 200), fixture.sink, 1002);
  disk.fail_writes(Fault::kShortWrite);
  disk.release_syncs();
  EXPECT_FALSE(fixture.sink.written(1001));
  EXPECT_FALSE(fixture.sink.written(1002));
  EXPECT_TRUE(fixture.sink.synced(1000));
  disk.heal();
  ASSERT_TRUE(owner.write());
  fixture.close();
  ASSERT_TRUE(fixture.open());
  ASSERT_EQ(fixture.scan().chunks.size(), 2u);
  EXPECT_EQ(fixture.scan().chunks[0].positions.first, 0u);
  EXPECT_EQ(fixture.scan().chunks[1].positions.first, 10u);
}

TEST_F(SegmentFaults, ARemovalThatFailsIsTriedAgain) {
  while (owner.chunks().size() < 8) ASSERT_TRUE(owner.write());
  ASSERT_TRUE(owner.sync());
  const ChunkRef old = owner.chunks().begin()->second.chunk.ref();
  disk.fail_from(disk.operations());
  for (int i = 0; i < 4; ++i) owner.release(0);
  fixture.compaction.await_trouble();
  EXPECT_FALSE(old.file->gone());
  disk.heal();
  EXPECT_TRUE(await([&] { return old.file->gone(); }));
}

TEST_F(SegmentFaults, ADirectorySyncThatFailsIsAFailedSync) {
  ASSERT_TRUE(owner.write());
  disk.fail_once(disk.operations() + 1);  // the file's own sync comes first
  EXPECT_FALSE(owner.sync());
  owner.settle();
  fixture.close();
  disk.drop_unsynced(0);
  ASSERT_TRUE(fixture.open());
  owner.recover();
  EXPECT_EQ(owner.chunks().size(), 1u);
  owner.check_all();
}

TEST_F(SegmentFaults, SpilledChunksAreNeverSynced) {
  const std::uint64_t before = disk.syncs();
  for (unsigned i = 0; i < 50; ++i) {
    ASSERT_TRUE(
        fixture.write(test_chunk(StoredQueueId{1}, i * 10, 10, 100, SegmentStream::kSpill)));
  }
  ASSERT_TRUE(fixture.sync());
  EXPECT_EQ(disk.syncs(), before);
}

// --- random --------------------------------------------------------------------------------------

class RandomUse {
 public:
  explicit RandomUse(std::uint32_t seed) : random_(seed), fixture_(disk_, "data", kTiny) {
    EXPECT_TRUE(fixture_.open());
  }

  void run(unsigned steps) {
    for (unsigned i = 0; i < steps && !::testing::Test::HasFailure(); ++i) step();
    disk_.heal();
    owner_.settle();
    check_space();
    owner_.check_all();
  }

 private:
  void step() {
    switch (random_() % 32) {
      case 0:
        return break_something();
      case 1:
      case 2:
        return disk_.heal();
      case 3:
        return crash();
      case 4:
      case 5:
      case 6:
        owner_.sync();
        return;
      case 7:
      case 8:
        return owner_.serve_offers();
      default:
        if (random_() % 2 == 0 || owner_.chunks().size() < 4) {
          owner_.write(50 + random_() % 200);
        } else if (random_() % 16 == 0 && owner_.chunks().size() > 50) {
          while (!owner_.chunks().empty()) owner_.release(0);
        } else {
          owner_.release(random_());
        }
    }
  }

  void break_something() {
    const Fault faults[] = {Fault::kIo, Fault::kNoSpace, Fault::kShortWrite};
    const Fault fault = faults[random_() % 3];
    switch (random_() % 3) {
      case 0:
        return disk_.fail_once(disk_.operations() + random_() % 20, fault);
      case 1:
        return disk_.fail_writes(fault);
      default:
        return disk_.fail_syncs();
    }
  }

  void crash() {
    if (random_() % 2 == 0) disk_.end_process();
    fixture_.close();
    disk_.drop_unsynced(random_() % 4 == 0 ? 0 : random_());
    ASSERT_TRUE(fixture_.open());
    EXPECT_EQ(fixture_.scan().report.damaged_chunks, 0u);
    owner_.recover();
    if (random_() % 8 == 0) owner_.check_all();
  }

  // The disk holds twice what is alive, the file being written, and directories.
  void check_space() {
    const auto bounded = [&] {
      const SpaceView::Stream space = fixture_.store().space().durable;
      return space.live + space.dead <=
             2 * space.live + 3 * kTiny.segment_bytes + space.files * 1024;
    };
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!bounded() && std::chrono::steady_clock::now() < end) {
      owner_.serve_offers();
      EXPECT_TRUE(fixture_.sync());
    }
    EXPECT_TRUE(bounded());
  }

  std::mt19937 random_;
  FaultFileSystem disk_;
  SegmentStoreFixture fixture_;
  ChunkOwner owner_{fixture_};
};

TEST(SegmentFaultsAnywhere, WhatWasSyncedSurvivesWhateverHappens) {
  for (std::uint32_t seed = 1; seed <= 40 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomUse(seed).run(600);
  }
}

}  // namespace
}  // namespace coney
