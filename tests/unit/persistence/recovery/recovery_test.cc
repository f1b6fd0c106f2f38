#include "persistence/recovery/recovery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "persistence/segments/segment_format.h"
#include "tests/unit/persistence/log/log_fixture.h"
#include "tests/unit/persistence/segments/segment_fixture.h"

namespace coney {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr StoredQueueId kQueue{1};
constexpr StoredQueueId kOther{2};

class Recovering : public testing::Test {
 protected:
  void SetUp() override {
    source_ = std::make_unique<PlainSource>(disk_, LogHistory{});
    writer_ = std::make_unique<LogWriter>(*source_, LogPosition{});
    ASSERT_TRUE(writer_->begin_file({}));
  }
  void log(LogBatch& batch) {
    ASSERT_TRUE(write_batch(*writer_, batch));
    ASSERT_TRUE(writer_->sync());
  }
  // Chunks as a store leaves them.
  void store(std::vector<std::shared_ptr<const Chunk>> chunks) {
    SegmentStoreFixture segments(disk_, "/data");
    ASSERT_TRUE(segments.open());
    for (auto& chunk : chunks) ASSERT_TRUE(segments.write(chunk));
    ASSERT_TRUE(segments.sync());
  }
  Recovery recovered() {
    const DataDirectoryPaths paths("/data");
    const StoredQueueId known[] = {kQueue, kOther};
    auto recovery = recover(disk_, paths, known, nullptr);
    EXPECT_TRUE(recovery);
    return recovery ? std::move(*recovery) : Recovery{};
  }
  static std::vector<std::string> texts(const RecoveredQueue& queue) {
    std::vector<std::string> all;
    for (const RecoveredMessage& message : queue.messages) {
      std::string flags = message.facts.redelivered ? "r" : "";
      all.push_back(std::to_string(message.position) + flags + ":" + *message.payload);
    }
    return all;
  }

  FaultFileSystem disk_;
  std::unique_ptr<PlainSource> source_;
  std::unique_ptr<LogWriter> writer_;
};

TEST_F(Recovering, WhatIsInTheLogOnlyComesInOrderWithoutWhatWasSettled) {
  LogBatch batch;
  for (QueuePosition i = 0; i < 6; ++i) batch.publish(kQueue, i, payload("p", std::to_string(i)));
  batch.settle(kQueue, 1, 2);
  batch.returned(kQueue, 4, 1, {1, 1});
  batch.settle(kQueue, 5);
  log(batch);
  Recovery recovery = recovered();
  const RecoveredQueue& queue = recovery.queues.at(kQueue);
  EXPECT_THAT(texts(queue), ElementsAre("0:p0", "3:p3", "4r:p4"));
  EXPECT_EQ(queue.next_position, 6u);
  EXPECT_EQ(queue.count(), 3u);
  EXPECT_THAT(texts(recovery.queues.at(kOther)), IsEmpty());
}

TEST_F(Recovering, AMessageThatWentToSeveralQueuesIsSharedByThem) {
  LogBatch batch;
  batch.body(BodyId{7}, payload("p", "shared"));
  batch.enqueue(kQueue, 3, BodyId{7});
  batch.enqueue(kOther, 9, BodyId{7}, {.time = 8, .counts = {2, 5}, .redelivered = true});
  log(batch);
  Recovery recovery = recovered();
  const auto& one = recovery.queues.at(kQueue).messages;
  const auto& other = recovery.queues.at(kOther).messages;
  ASSERT_THAT(one, SizeIs(1));
  ASSERT_THAT(other, SizeIs(1));
  EXPECT_EQ(one[0].payload, other[0].payload);
  EXPECT_EQ(*one[0].payload, "pshared");
  EXPECT_EQ(other[0].facts, (MessageFacts{8, {2, 5}, true}));
}

TEST_F(Recovering, WhatASegmentHasIsNotTakenFromTheLog) {
  LogBatch batch;
  for (QueuePosition i = 0; i < 15; ++i) batch.publish(kQueue, i, payload("", std::to_string(i)));
  log(batch);
  store({test_chunk(kQueue, 0, 10)});
  Recovery recovery = recovered();
  const RecoveredQueue& queue = recovery.queues.at(kQueue);
  ASSERT_THAT(queue.chunks, SizeIs(1));
  EXPECT_EQ(queue.chunks[0].positions, (PositionRange{0, 9}));
  EXPECT_THAT(queue.chunks[0].lives, IsEmpty());
  EXPECT_THAT(texts(queue), ElementsAre("10:10", "11:11", "12:12", "13:13", "14:14"));
  EXPECT_EQ(queue.count(), 15u);
}

TEST_F(Recovering, WhatTheLogSettledIsGoneFromSegments) {
  store({test_chunk(kQueue, 0, 10), test_chunk(kQueue, 10, 10), test_chunk(kOther, 0, 5)});
  LogBatch batch;
  batch.settle(kQueue, 0, 3);
  batch.settle(kQueue, 5);
  batch.settle(kQueue, 10, 10);
  log(batch);
  Recovery recovery = recovered();
  const RecoveredQueue& queue = recovery.queues.at(kQueue);
  ASSERT_THAT(queue.chunks, SizeIs(1));
  EXPECT_THAT(queue.chunks[0].lives, ElementsAre(PositionRange{3, 4}, PositionRange{6, 9}));
  EXPECT_EQ(queue.chunks[0].count, 6u);
  EXPECT_EQ(queue.next_position, 20u);
  EXPECT_EQ(recovery.queues.at(kOther).count(), 5u);
}

TEST_F(Recovering, AQueueStateSaysWhatLivesWhereverItIs) {
  store({test_chunk(kQueue, 0, 10)});
  LogBatch batch;
  for (QueuePosition i = 10; i < 14; ++i) batch.publish(kQueue, i, payload("", "x"));
  batch.queue_state(kQueue, 14, std::vector<PositionRange>{{8, 8}, {11, 12}});
  batch.publish(kQueue, 14, payload("", "y"));
  batch.settle(kQueue, 12);
  log(batch);
  Recovery recovery = recovered();
  const RecoveredQueue& queue = recovery.queues.at(kQueue);
  ASSERT_THAT(queue.chunks, SizeIs(1));
  EXPECT_THAT(queue.chunks[0].lives, ElementsAre(PositionRange{8, 8}));
  EXPECT_THAT(texts(queue), ElementsAre("11:x", "14:y"));
  EXPECT_EQ(queue.next_position, 15u);
}

TEST_F(Recovering, AMessageThatWasMovedAfterTheQueueStateLives) {
  LogBatch batch;
  for (QueuePosition i = 0; i < 10; ++i) batch.publish(kQueue, i, payload("", "x"));
  batch.queue_state(kQueue, 10, std::vector<PositionRange>{{0, 9}});
  log(batch);
  store({test_chunk(kQueue, 0, 10)});
  Recovery recovery = recovered();
  EXPECT_EQ(recovery.queues.at(kQueue).count(), 10u);
  EXPECT_THAT(texts(recovery.queues.at(kQueue)), IsEmpty());
}

// A chunk that was written around messages that had left may reach the disk before the log does.
TEST_F(Recovering, WhatAChunkLeftOutAndTheLogDoesNotSettleIsNamed) {
  LogBatch batch;
  for (QueuePosition i = 0; i < 6; ++i) batch.publish(kQueue, i, payload("", "x"));
  batch.settle(kQueue, 1);
  log(batch);
  ChunkBuilder builder;
  for (QueuePosition i : {0, 4, 5}) builder.add(i, true, {}, "", "x");
  store({std::make_shared<const Chunk>(builder.finish(kQueue, SegmentStream::kDurable))});
  Recovery recovery = recovered();
  const RecoveredQueue& queue = recovery.queues.at(kQueue);
  EXPECT_EQ(queue.count(), 3u);
  EXPECT_THAT(texts(queue), IsEmpty());
  EXPECT_THAT(queue.unsaid, ElementsAre(PositionRange{2, 3}));
}

TEST_F(Recovering, WhatAChunkHasIsNotNamedAsLeft) {
  LogBatch batch;
  for (QueuePosition i = 0; i < 12; ++i) batch.publish(kQueue, i, payload("", "x"));
  batch.settle(kQueue, 10, 2);
  log(batch);
  ChunkBuilder builder;
  for (QueuePosition i : {0, 1, 2, 3, 4, 6, 7, 8, 9}) builder.add(i, true, {}, "", "x");
  store({std::make_shared<const Chunk>(builder.finish(kQueue, SegmentStream::kDurable)),
         test_chunk(kQueue, 10, 2)});
  Recovery recovery = recovered();
  EXPECT_THAT(recovery.queues.at(kQueue).unsaid, ElementsAre(PositionRange{5, 5}));
}

TEST_F(Recovering, AMessageThatIsLoggedAgainIsThereOnce) {
  LogBatch batch;
  batch.publish(kQueue, 4, payload("", "x"));
  batch.returned(kQueue, 4, 1, {1, 1});
  batch.publish(kQueue, 4, payload("", "x"), {3, {1, 2}, true});
  log(batch);
  Recovery recovery = recovered();
  const auto& messages = recovery.queues.at(kQueue).messages;
  ASSERT_THAT(messages, SizeIs(1));
  EXPECT_EQ(messages[0].facts, (MessageFacts{3, {1, 2}, true}));
}

TEST_F(Recovering, AMessageComesBackWithItsFacts) {
  LogBatch batch;
  batch.publish(kQueue, 4, payload("", "x"), {.time = 99});
  batch.publish(kQueue, 5, payload("", "y"), {.counts = {5, 5}});
  batch.returned(kQueue, 4, 2, {1, 3});
  batch.returned(kQueue, 4, 2, {2, 3});
  log(batch);
  Recovery recovery = recovered();
  const auto& messages = recovery.queues.at(kQueue).messages;
  ASSERT_THAT(messages, SizeIs(2));
  EXPECT_EQ(messages[0].facts, (MessageFacts{99, {2, 3}, true}));
  EXPECT_EQ(messages[1].facts, (MessageFacts{0, {5, 5}, true}));
}

TEST_F(Recovering, TheLogCountsForMessagesInSegments) {
  store({test_chunk(kQueue, 0, 10), test_chunk(kQueue, 10, 10)});
  LogBatch batch;
  batch.returned(kQueue, 3, 10, {1, 1});
  batch.returned(kQueue, 5, 1, {2, 4});
  batch.settle(kQueue, 6);
  batch.queue_state(kQueue, 20, std::vector<PositionRange>{{0, 5}, {7, 19}});
  log(batch);
  Recovery recovery = recovered();
  const auto& chunks = recovery.queues.at(kQueue).chunks;
  ASSERT_THAT(chunks, SizeIs(2));
  EXPECT_THAT(chunks[0].counts,
              ElementsAre(CountedRange{{3, 4}, {1, 1}}, CountedRange{{5, 5}, {2, 4}},
                          CountedRange{{7, 9}, {1, 1}}));
  EXPECT_THAT(chunks[1].counts, ElementsAre(CountedRange{{10, 12}, {1, 1}}));
}

TEST_F(Recovering, WhatARestartLeavesOutIsNotCounted) {
  ChunkBuilder builder;
  for (QueuePosition i = 0; i < 10; ++i) builder.add(i, i % 2 == 0, {}, "", "x", i % 2 != 0);
  store({std::make_shared<const Chunk>(builder.finish(kQueue, SegmentStream::kDurable))});
  Recovery recovery = recovered();
  const RecoveredQueue& queue = recovery.queues.at(kQueue);
  ASSERT_THAT(queue.chunks, SizeIs(1));
  EXPECT_EQ(queue.count(), 5u);
  EXPECT_EQ(queue.chunks[0].written, 10u);
  EXPECT_THAT(queue.chunks[0].lives, IsEmpty());
}

TEST_F(Recovering, WhatARestartLeavesOutDoesNotLiveBesideWhatTheLogSettled) {
  ChunkBuilder builder;
  for (QueuePosition i = 0; i < 6; ++i) builder.add(i, i % 2 == 0, {}, "", "x", i % 2 != 0);
  store({std::make_shared<const Chunk>(builder.finish(kQueue, SegmentStream::kDurable))});
  LogBatch batch;
  batch.settle(kQueue, 2);
  log(batch);
  Recovery recovery = recovered();
  const RecoveredQueue& queue = recovery.queues.at(kQueue);
  ASSERT_THAT(queue.chunks, SizeIs(1));
  EXPECT_THAT(queue.chunks[0].lives, ElementsAre(PositionRange{0, 0}, PositionRange{4, 4}));
  EXPECT_EQ(queue.count(), 2u);
}

TEST_F(Recovering, AChunkOfWhichARestartLeavesAllOutIsLeftBehind) {
  ChunkBuilder builder;
  builder.add(4, false, {}, "", "x", true);
  store({std::make_shared<const Chunk>(builder.finish(kQueue, SegmentStream::kDurable))});
  Recovery recovery = recovered();
  const RecoveredQueue& queue = recovery.queues.at(kQueue);
  EXPECT_EQ(queue.count(), 0u);
  EXPECT_THAT(queue.left_behind, SizeIs(1));
  EXPECT_EQ(queue.next_position, 5u);
}

// A crash while it was being moved.
TEST_F(Recovering, OfTwoCopiesOfAChunkTheOneThatCanBeReadIsTaken) {
  const auto chunk = test_chunk(kQueue, 10);
  const std::uint64_t length = chunk->bytes().size();
  for (const std::uint64_t damaged : {0, 1}) {
    SCOPED_TRACE(damaged);
    disk_.remove("/data/segments/" + segment_name(SegmentNumber{1})).value();
    store({chunk, chunk});
    const std::uint64_t byte =
        SegmentHeader::kBytes + damaged * length + ChunkHeader::kBytes + length / 2;
    disk_.flip_bit("/data/segments/" + segment_name(SegmentNumber{1}), byte * 8);
    Recovery recovery = recovered();
    const RecoveredQueue& queue = recovery.queues.at(kQueue);
    ASSERT_THAT(queue.chunks, SizeIs(1));
    EXPECT_EQ(queue.chunks[0].place.offset, SegmentHeader::kBytes + (1 - damaged) * length);
    EXPECT_EQ(queue.count(), 10u);
    EXPECT_THAT(queue.left_behind, SizeIs(1));
  }
}

TEST_F(Recovering, ATransactionWithoutItsCommitDidNotHappen) {
  LogBatch batch;
  batch.publish(kQueue, 0, payload("", "a"));
  batch.begin_tx(TxId{1});
  batch.publish(kQueue, 1, payload("", "b"));
  batch.settle(kQueue, 0);
  batch.end_tx();
  log(batch);
  EXPECT_THAT(texts(recovered().queues.at(kQueue)), ElementsAre("0:a"));
  LogBatch commit;
  commit.commit_tx(TxId{1});
  log(commit);
  EXPECT_THAT(texts(recovered().queues.at(kQueue)), ElementsAre("1:b"));
}

TEST_F(Recovering, WhatIsLeftOfDeletedQueuesIsReleased) {
  constexpr StoredQueueId kDeleted{77};
  store({test_chunk(kDeleted, 0, 10)});
  LogBatch batch;
  batch.publish(kDeleted, 10, payload("", "x"));
  batch.publish(kQueue, 0, payload("", "x"));
  log(batch);
  Recovery recovery = recovered();
  EXPECT_EQ(recovery.queues.size(), 2u);
  EXPECT_EQ(recovery.unknown_queues, 1u);
  ASSERT_THAT(recovery.segments.files, SizeIs(1));
  EXPECT_EQ(recovery.segments.files[0]->live_bytes(), 0u);
}

TEST_F(Recovering, ABodyThatIsDamagedCostsItsMessagesOnly) {
  LogBatch body, rest;
  body.body(BodyId{1}, payload("", "lost"));
  rest.enqueue(kQueue, 0, BodyId{1});
  rest.publish(kQueue, 1, payload("", "kept"));
  log(body);
  log(rest);
  LogBatch later;
  later.settle(kOther, 1);
  log(later);
  disk_.flip_bit("/data/wal/0000000000000001.wal", (4096 + 50) * 8);
  Recovery recovery = recovered();
  EXPECT_EQ(recovery.log.bad_blocks, 1u);
  EXPECT_THAT(texts(recovery.queues.at(kQueue)), ElementsAre("1:kept"));
  EXPECT_EQ(recovery.queues.at(kQueue).next_position, 2u);
}

TEST_F(Recovering, ReadingWithoutRepairChangesNothing) {
  store({test_chunk(kQueue, 0, 10)});
  LogBatch batch, later;
  batch.settle(kQueue, 1);
  later.settle(kQueue, 2);
  log(batch);
  log(later);
  disk_.flip_bit("/data/wal/0000000000000001.wal", (4096 + 50) * 8);
  const std::string log_before = disk_.content("/data/wal/0000000000000001.wal");
  const std::uint64_t bytes = disk_.total_bytes();
  const StoredQueueId known[] = {kQueue};
  auto recovery = recover(disk_, DataDirectoryPaths("/data"), known, nullptr, false);
  ASSERT_TRUE(recovery);
  EXPECT_EQ(recovery->log.bad_blocks, 1u);
  EXPECT_EQ(disk_.content("/data/wal/0000000000000001.wal"), log_before);
  EXPECT_EQ(disk_.total_bytes(), bytes);
}

}  // namespace
}  // namespace coney
