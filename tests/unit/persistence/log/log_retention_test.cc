#include "persistence/log/log_retention.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace coney {
namespace {

using testing::ElementsAre;

constexpr LogFileNumber file(std::uint64_t number) {
  return LogFileNumber{number};
}
constexpr LogEpoch epoch(std::uint64_t number) {
  return LogEpoch{number};
}

// All shards see every epoch as it begins.
void settle_epochs(LogRetention& retention, std::size_t shards) {
  while (auto next = retention.next_epoch()) {
    for (LogShard shard = 0; shard < shards; ++shard) retention.seen(shard, *next);
  }
}

TEST(LogRetention, AFileGoesWhenAllShardsHaveMovedWhatItMayHold) {
  LogRetention retention(2, 0);
  retention.closed(file(1));  // in epoch 1
  settle_epochs(retention, 2);
  EXPECT_EQ(retention.next_retire(), epoch(2));
  retention.moved(0, epoch(2));
  EXPECT_EQ(retention.next_file(), std::nullopt);
  retention.moved(1, epoch(1));  // an enqueue labelled 2 may still want a body in there
  EXPECT_EQ(retention.next_file(), std::nullopt);
  EXPECT_THAT(retention.waiting_for(), ElementsAre(1));
  retention.moved(1, epoch(2));
  EXPECT_EQ(retention.next_file(), file(1));
  EXPECT_EQ(retention.next_file(), std::nullopt);
}

TEST(LogRetention, TheNextEpochWaitsForEveryShardToSeeTheLast) {
  LogRetention retention(2, 0);
  retention.closed(file(1));
  EXPECT_EQ(retention.next_epoch(), epoch(2));
  EXPECT_EQ(retention.next_epoch(), std::nullopt);
  retention.seen(0, epoch(2));
  EXPECT_EQ(retention.next_epoch(), std::nullopt);
  EXPECT_EQ(retention.next_retire(), std::nullopt);  // label 2 is still being given out
  retention.seen(1, epoch(2));
  EXPECT_EQ(retention.next_epoch(), epoch(3));
  EXPECT_EQ(retention.next_epoch(), std::nullopt);
  EXPECT_EQ(retention.next_retire(), epoch(2));
  retention.moved(0, epoch(2));
  retention.moved(1, epoch(2));
  EXPECT_EQ(retention.next_file(), std::nullopt);  // nobody has seen 3
  retention.seen(0, epoch(3));
  retention.seen(1, epoch(3));
  EXPECT_EQ(retention.next_file(), file(1));
  EXPECT_EQ(retention.next_epoch(), std::nullopt);
}

TEST(LogRetention, FilesThatCloseInOneEpochGoTogether) {
  LogRetention retention(1, 1);
  for (std::uint64_t number : {1, 2, 3}) retention.closed(file(number));
  settle_epochs(retention, 1);
  EXPECT_EQ(retention.next_retire(), epoch(2));
  EXPECT_EQ(retention.next_retire(), std::nullopt);  // asked once
  retention.moved(0, epoch(2));
  EXPECT_EQ(retention.next_file(), file(1));
  EXPECT_EQ(retention.next_file(), file(2));
  EXPECT_EQ(retention.next_file(), file(3));
}

TEST(LogRetention, AsksOnlyForWhatIsTooMuch) {
  LogRetention retention(1, 2);
  for (std::uint64_t number = 1; number <= 4; ++number) {  // epochs 1, 3, 5, 7
    retention.closed(file(number));
    settle_epochs(retention, 1);
    auto asked = retention.next_retire();
    EXPECT_EQ(asked, number <= 2 ? std::nullopt : std::optional(epoch(2 * (number - 2))));
  }
  retention.moved(0, epoch(2));
  EXPECT_EQ(retention.next_file(), file(1));
  EXPECT_EQ(retention.next_file(), std::nullopt);
}

TEST(LogRetention, ShardsMayMoveUnasked) {
  LogRetention retention(1, 8);
  retention.closed(file(1));
  settle_epochs(retention, 1);
  EXPECT_EQ(retention.next_retire(), std::nullopt);
  EXPECT_TRUE(retention.waiting_for().empty());
  retention.moved(0, epoch(2));
  EXPECT_EQ(retention.next_file(), file(1));
}

TEST(LogRetention, RestoredFilesGoWhenLabelZeroIsMoved) {
  LogRetention retention(1, 1);
  retention.restored(file(5));
  retention.restored(file(6));
  EXPECT_EQ(retention.next_epoch(), std::nullopt);
  EXPECT_EQ(retention.next_retire(), epoch(0));
  retention.moved(0, epoch(0));
  EXPECT_EQ(retention.next_file(), file(5));
  EXPECT_EQ(retention.next_file(), file(6));
}

TEST(LogRetention, AnOpenTransactionHoldsTheFileOfItsFirstPartAndAllBehindIt) {
  LogRetention retention(1, 0);
  retention.closed(file(1));
  retention.transaction_has_part(TxId{7}, file(2));
  retention.transaction_has_part(TxId{7}, file(3));
  retention.closed(file(2));
  retention.closed(file(3));
  settle_epochs(retention, 1);
  retention.moved(0, epoch(9));
  EXPECT_EQ(retention.next_file(), file(1));
  EXPECT_EQ(retention.next_file(), std::nullopt);
  EXPECT_TRUE(retention.held_by_transaction());
  retention.transaction_ended(TxId{7});
  EXPECT_FALSE(retention.held_by_transaction());
  EXPECT_EQ(retention.next_file(), file(2));
  EXPECT_EQ(retention.next_file(), file(3));
}

TEST(LogRetention, AfterAFailureOnlyWhatIsMovedAnewCounts) {
  LogRetention retention(2, 0);
  retention.closed(file(1));
  settle_epochs(retention, 2);
  ASSERT_EQ(retention.next_retire(), epoch(2));
  retention.moved(0, epoch(2));  // and was durable
  retention.failed();
  retention.moved(1, epoch(2));  // said before it heard that what it moved is lost
  EXPECT_EQ(retention.next_file(), std::nullopt);
  EXPECT_EQ(retention.next_retire(), std::nullopt);
  EXPECT_EQ(retention.doubtful(), epoch(4));  // a body that is lost may have enqueues in it
  settle_epochs(retention, 2);
  EXPECT_EQ(retention.next_epoch(), std::nullopt);
  EXPECT_EQ(retention.next_retire(), epoch(2));  // once more
  retention.moved(1, epoch(2));
  EXPECT_EQ(retention.next_file(), file(1));
}

}  // namespace
}  // namespace coney
