#include "persistence/log/log_batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "persistence/file/crc32c.h"
#include "persistence/log/log_record.h"
#include "tests/unit/persistence/log/log_fixture.h"

namespace coney {
namespace {

using log_format::BlockHeader;
using log_format::RecordKind;

std::string payload_of(const LogBlock& block) {
  std::string bytes(block.bytes.get() + BlockHeader::kBytes, block.size - BlockHeader::kBytes);
  return bytes.append(block.tail);
}

// All records of a batch; their views live as long as `storage`.
std::vector<LogRecord> records(LogBatch& batch, std::vector<std::string>& storage) {
  std::vector<LogRecord> all;
  for (const LogBlock& block : batch.seal()) storage.push_back(payload_of(block));
  for (const std::string& payload : storage) {
    for (encoding::Cursor cursor(payload); cursor.left() != 0;) {
      LogRecord record;
      EXPECT_TRUE(record.read(cursor));
      if (!cursor.ok()) break;
      all.push_back(record);
    }
  }
  return all;
}

constexpr StoredQueueId kQueue{300};

TEST(LogBatch, KeepsEveryKindOfRecord) {
  LogBatch batch;
  std::vector<PositionRange> live = {{0, 0}, {2, 9}, {1'000'000, 2'000'000}};
  batch.publish(kQueue, 70'000, payload("prefix", "data"));
  batch.publish(kQueue, 70'001, payload("", ""), {.redelivered = true});
  batch.body(BodyId{9}, payload("p", "d"));
  batch.enqueue(kQueue, 5, BodyId{9});
  batch.enqueue(kQueue, 6, BodyId{9}, {.time = 1'700'000'000'000, .counts = {2, 3}});
  batch.settle(kQueue, 5, 2);
  batch.returned(kQueue, 7, 1, {4, 500});
  batch.queue_state(kQueue, 2'000'001, live);
  std::vector<std::string> storage;
  auto all = records(batch, storage);
  ASSERT_EQ(all.size(), 8u);
  EXPECT_EQ(all[0].kind, RecordKind::kPublish);
  EXPECT_EQ(all[0].queue, kQueue);
  EXPECT_EQ(all[0].position, 70'000u);
  EXPECT_EQ(all[0].prefix, "prefix");
  EXPECT_EQ(all[0].data, "data");
  EXPECT_EQ(all[0].facts, MessageFacts{});
  EXPECT_EQ(all[1].facts, (MessageFacts{.redelivered = true}));
  EXPECT_EQ(all[2].body, BodyId{9});
  EXPECT_EQ(all[2].data, "d");
  EXPECT_EQ(all[3].kind, RecordKind::kEnqueue);
  EXPECT_EQ(all[3].body, BodyId{9});
  EXPECT_EQ(all[4].facts, (MessageFacts{.time = 1'700'000'000'000, .counts = {2, 3}}));
  EXPECT_EQ(all[5].kind, RecordKind::kSettle);
  EXPECT_EQ(all[5].count, 2u);
  EXPECT_EQ(all[6].kind, RecordKind::kReturned);
  EXPECT_EQ(all[6].facts.counts, (DeliveryCounts{4, 500}));
  EXPECT_EQ(all[7].position, 2'000'001u);
  EXPECT_EQ(all[7].live, live);
}

TEST(LogBatch, KeepsTheLargestNumbers) {
  constexpr auto kMax = std::numeric_limits<std::uint64_t>::max();
  constexpr auto kMaxCount = std::numeric_limits<std::uint32_t>::max();
  LogBatch batch;
  std::vector<PositionRange> live = {{0, kMax - 1}};
  batch.enqueue(StoredQueueId{kMax}, kMax, BodyId{kMax}, {kMax, {kMaxCount, kMaxCount}, true});
  batch.returned(StoredQueueId{kMax}, kMax, 1, {kMaxCount, kMaxCount});
  batch.settle(StoredQueueId{kMax}, kMax, 1);
  batch.queue_state(StoredQueueId{kMax}, kMax, live);
  std::vector<std::string> storage;
  auto all = records(batch, storage);
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[0].body, BodyId{kMax});
  EXPECT_EQ(all[0].facts, (MessageFacts{kMax, {kMaxCount, kMaxCount}, true}));
  EXPECT_EQ(all[1].facts.counts, (DeliveryCounts{kMaxCount, kMaxCount}));
  EXPECT_EQ(all[2].position, kMax);
  EXPECT_EQ(all[3].live, live);
}

TEST(LogBatch, SettlesOneAfterTheOtherBecomeOneRecord) {
  LogBatch batch;
  for (QueuePosition position = 100; position < 300; ++position) batch.settle(kQueue, position);
  batch.settle(kQueue, 301);
  batch.settle(StoredQueueId{4}, 302);
  batch.publish(kQueue, 500, payload("", ""));
  batch.settle(StoredQueueId{4}, 303);
  EXPECT_EQ(batch.records(), 5u);
  std::vector<std::string> storage;
  auto all = records(batch, storage);
  ASSERT_EQ(all.size(), 5u);
  EXPECT_EQ(all[0].position, 100u);
  EXPECT_EQ(all[0].count, 200u);
  EXPECT_EQ(all[1].position, 301u);
  EXPECT_EQ(all[2].count, 1u);
  EXPECT_EQ(all[4].position, 303u);
}

TEST(LogBatch, SettlesOfDifferentTransactionsStayApart) {
  LogBatch batch;
  batch.settle(kQueue, 1);
  batch.begin_tx(TxId{8});
  batch.settle(kQueue, 2);
  batch.settle(kQueue, 3);
  batch.end_tx();
  batch.settle(kQueue, 4);
  batch.commit_tx(TxId{8});
  std::vector<std::string> storage;
  auto all = records(batch, storage);
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[0].tx, TxId{});
  EXPECT_EQ(all[1].tx, TxId{8});
  EXPECT_EQ(all[1].count, 2u);
  EXPECT_EQ(all[2].tx, TxId{});
  EXPECT_EQ(all[3].kind, RecordKind::kCommit);
  EXPECT_EQ(all[3].tx, TxId{8});
  ASSERT_EQ(batch.transactions().size(), 2u);
  EXPECT_EQ(batch.transactions()[0].kind, LogBatch::TxMark::Kind::kPart);
  EXPECT_EQ(batch.transactions()[1].kind, LogBatch::TxMark::Kind::kCommit);
}

TEST(LogBatch, IsCutIntoBlocks) {
  LogBatch batch;
  std::string data(1000, 'x');
  for (QueuePosition i = 0; i < 500; ++i) batch.publish(kQueue, i, payload("p", data));
  std::size_t bytes = batch.bytes();
  auto& blocks = batch.seal();
  EXPECT_GE(blocks.size(), 7u);
  std::size_t sum = 0;
  for (const LogBlock& block : blocks) {
    EXPECT_LE(block.size, LogBatch::kBlockBytes);
    EXPECT_EQ(block.payload_crc, crc32c(payload_of(block)));
    sum += block.size;
  }
  EXPECT_EQ(sum, bytes);
  EXPECT_EQ(batch.records(), 500u);
}

TEST(LogBatch, ASettleRunMayCrossTheEndOfABlock) {
  LogBatch batch;
  std::string data(500, 'x');
  for (QueuePosition i = 0; batch.bytes() < LogBatch::kBlockBytes - 600; ++i) {
    batch.publish(kQueue, i, payload("p", data));
  }
  while (batch.bytes() < LogBatch::kBlockBytes - 70) batch.publish(kQueue, 1, payload("", ""));
  batch.settle(kQueue, 127);  // the count takes more bytes as the run grows
  for (QueuePosition i = 128; i < 20'000; ++i) batch.settle(kQueue, i);
  std::vector<std::string> storage;
  auto all = records(batch, storage);
  EXPECT_EQ(all.back().kind, RecordKind::kSettle);
  EXPECT_EQ(all.back().position, 127u);
  EXPECT_EQ(all.back().count, 20'000u - 127);
}

TEST(LogBatch, LargeDataIsReferencedWhenItIsKept) {
  auto data = std::make_shared<std::string>(LogPayload::kReferenceFrom, 'x');
  std::weak_ptr<std::string> watch = data;
  LogBatch batch;
  batch.publish(kQueue, 1, payload("a", "b"));
  batch.publish(kQueue, 2, {"prefix", *data, data});
  batch.publish(kQueue, 3, payload("c", *data));
  (*data)[0] = 'y';  // seen in what is referenced, not in what was copied
  batch.seal()[1].payload_crc = 0;
  std::vector<std::string> storage;
  auto all = records(batch, storage);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[1].prefix, "prefix");
  EXPECT_EQ(all[1].data, *data);
  EXPECT_EQ(all[2].data[0], 'x');
  data.reset();
  EXPECT_FALSE(watch.expired());
  batch = LogBatch();
  EXPECT_TRUE(watch.expired());
}

TEST(LogBatch, ARecordLargerThanABlockMakesALargerBlock) {
  LogBatch batch;
  std::string data(300'000, 'x');
  batch.publish(kQueue, 1, payload("p", data));
  batch.publish(kQueue, 2, payload("p", "d"));
  std::vector<std::string> storage;
  auto all = records(batch, storage);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].data, data);
}

TEST(LogBatch, MovedFromIsEmptyAndUsable) {
  LogBatch batch;
  EXPECT_TRUE(batch.empty());
  batch.settle(kQueue, 1);
  LogBatch other = std::move(batch);
  EXPECT_TRUE(batch.empty());  // NOLINT: that is the contract
  EXPECT_EQ(batch.bytes(), 0u);
  batch.settle(kQueue, 2);
  EXPECT_EQ(batch.records(), 1u);
  EXPECT_EQ(other.records(), 1u);
}

TEST(LogRecord, BytesThatAreNoRecordAreRefused) {
  LogBatch batch;
  std::vector<PositionRange> live = {{3, 4}, {6, 9}};
  batch.publish(kQueue, 70'000, payload("prefix", "data"), {true, {2}});
  batch.queue_state(kQueue, 10, live);
  batch.enqueue(kQueue, 5, BodyId{1});
  std::string bytes = payload_of(batch.seal()[0]);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    std::string cut = bytes.substr(0, length);  // its own allocation, for the sanitizers
    encoding::Cursor cursor(cut);
    LogRecord record;
    while (cursor.left() != 0 && record.read(cursor)) {
    }
    EXPECT_LE(cursor.position(), cut.data() + cut.size());
  }
  auto refused = [](std::string text) {
    encoding::Cursor cursor(text);
    LogRecord record;
    return !record.read(cursor);
  };
  EXPECT_TRUE(refused({0}));
  EXPECT_TRUE(refused({9}));
  EXPECT_TRUE(refused({4, 1, 1, 0}));        // settle of nothing
  EXPECT_TRUE(refused({6, 1, 5, 1, 3, 2}));  // a range up to the next position
  EXPECT_FALSE(refused({6, 1, 5, 1, 3, 1}));
  EXPECT_TRUE(refused("\x04\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x02"));  // beyond the last
}

}  // namespace
}  // namespace coney
