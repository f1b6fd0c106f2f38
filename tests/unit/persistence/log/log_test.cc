#include "persistence/log/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <thread>

#include "persistence/log/log_scan.h"
#include "tests/unit/persistence/log/log_fixture.h"

namespace coney {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr StoredQueueId kQueue{1};

// Remembers what it was told; waits for things to be told.
class TestSink : public LogSink {
 public:
  struct Heard {
    LogSequence written{}, synced{}, failed{};
    int failures = 0, recoveries = 0;
    LogEpoch epoch{1}, retire{}, doubtful{};
    int retires = 0;
    std::string error;
  };

  void written(LogSequence up_to) override {
    change([&] { heard_.written = up_to; });
  }
  void synced(LogSequence up_to) override {
    change([&] {
      EXPECT_GT(up_to, heard_.synced);
      heard_.synced = up_to;
    });
  }
  void failed(LogSequence up_to, const StorageError& error) override {
    change([&] {
      heard_.failed = up_to;
      heard_.error = error.message;
      ++heard_.failures;
    });
  }
  void recovered(LogEpoch up_to) override {
    change([&] {
      ++heard_.recoveries;
      heard_.doubtful = up_to;
    });
  }
  void epoch(LogEpoch now) override {
    change([&] { heard_.epoch = now; });
  }
  void retire(LogEpoch up_to) override {
    change([&] {
      heard_.retire = up_to;
      ++heard_.retires;
    });
  }

  Heard heard() {
    std::lock_guard lock(mutex_);
    return heard_;
  }
  // What was heard when it held; the test fails when it never does.
  Heard wait(std::function<bool(const Heard&)> holds) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, 60s, [&] { return holds(heard_); }));
    return heard_;
  }
  void wait_synced(LogSequence sequence) {
    wait([&](const Heard& heard) { return heard.synced >= sequence; });
  }
  void wait_failed(LogSequence sequence) {
    wait([&](const Heard& heard) { return heard.failed >= sequence; });
  }

 private:
  template <typename Change>
  void change(Change change) {
    std::lock_guard lock(mutex_);
    change();
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  Heard heard_;
};

class RunningLog : public testing::Test {
 protected:
  static constexpr std::size_t kShards = 2;

  void open() {
    ReadLog read = read_back(disk_);
    options_.directory = kLogDirectory;
    auto opened =
        Log::open(disk_, options_, read.report.history, {sinks_[0].get(), sinks_[1].get()});
    ASSERT_TRUE(opened) << opened.error().message;
    log_ = std::move(*opened);
  }
  LogSequence publish(LogShard shard, QueuePosition position, LogWish wish = LogWish::kSynced,
                      std::size_t data_bytes = 1) {
    LogBatch batch;
    batch.publish(StoredQueueId{shard}, position, payload("", std::string(data_bytes, 'd')));
    return log_->submit(shard, std::move(batch), wish);
  }
  // Fills and closes `count` files.
  void fill_files(int count) {
    LogSequence last{};
    for (int i = 0; i < count; ++i) {
      for (int part = 0; part < 2; ++part) last = publish(0, 1000, LogWish::kSynced, 28'000);
    }
    sinks_[0]->wait_synced(last);
  }
  // The log's own, not those of a file that is being made ready.
  void hold_syncs() { disk_.hold_syncs(current_file()); }
  std::string current_file() { return log_format::file_name(log_->status().file); }
  void see_epochs(LogEpoch up_to) {
    for (auto next = LogEpoch{2}; next <= up_to; next = after(next)) {
      for (LogShard shard = 0; shard < kShards; ++shard) {
        sinks_[shard]->wait([&](const auto& heard) { return heard.epoch >= next; });
        log_->seen_epoch(shard, next);
      }
    }
  }
  static LogEpoch after(LogEpoch epoch) { return LogEpoch{static_cast<std::uint64_t>(epoch) + 1}; }
  LogStatus wait_status(std::function<bool(const LogStatus&)> holds) {
    auto end = std::chrono::steady_clock::now() + 60s;
    while (true) {
      LogStatus status = log_->status();
      if (holds(status)) return status;
      if (std::chrono::steady_clock::now() > end) {
        ADD_FAILURE() << "never";
        return status;
      }
      std::this_thread::yield();
    }
  }
  // There are too many files, and the status says so.
  void wait_crowded() {
    wait_status([](const LogStatus& status) { return status.waiting_for.size() == kShards; });
  }
  bool has_first_file() {
    auto names = disk_.list(kLogDirectory).value();
    return std::count(names.begin(), names.end(), log_format::file_name(LogFileNumber{1})) != 0;
  }
  void wait_first_file_gone() {
    wait_status([&](const LogStatus&) { return !has_first_file(); });
  }
  // From now on the log does nothing to the disk; what was not synced may be lost.
  void power_fails(std::uint64_t seed) {
    disk_.fail_from(disk_.operations());
    log_.reset();
    disk_.drop_unsynced(seed);
  }
  void process_ends() {
    disk_.fail_from(disk_.operations());
    log_.reset();
    disk_.heal();
  }
  // What a restart finds.
  std::vector<std::string> lines() {
    process_ends();
    return read_back(disk_).lines;
  }

  FaultFileSystem disk_;
  LogOptions options_{.directory = kLogDirectory,
                      .file_bytes = kSmallFile,
                      .lazy_sync = 1ms,
                      .retry = 1ms,
                      .closed_files = 2,
                      .salt = 5};
  std::vector<std::unique_ptr<TestSink>> sinks_ = make_sinks();
  std::unique_ptr<Log> log_;

 private:
  static std::vector<std::unique_ptr<TestSink>> make_sinks() {
    std::vector<std::unique_ptr<TestSink>> sinks;
    for (std::size_t i = 0; i < kShards; ++i) sinks.push_back(std::make_unique<TestSink>());
    return sinks;
  }
};

TEST_F(RunningLog, WhatWasSyncedSurvivesAPowerFailure) {
  open();
  publish(0, 1);
  LogSequence last = publish(0, 2);
  EXPECT_EQ(last, LogSequence{2});
  sinks_[0]->wait_synced(last);
  power_fails(0);
  EXPECT_THAT(lines(), ElementsAre("publish 0/1 |d", "publish 0/2 |d"));
}

TEST_F(RunningLog, EachShardHearsOfItsOwnBatches) {
  open();
  sinks_[1]->wait_synced(publish(1, 1));
  EXPECT_EQ(sinks_[0]->heard().synced, LogSequence{});
  sinks_[0]->wait_synced(publish(0, 1));
  EXPECT_EQ(sinks_[0]->heard().synced, LogSequence{1});
  EXPECT_EQ(sinks_[1]->heard().synced, LogSequence{1});
}

TEST_F(RunningLog, WhatComesDuringASyncGoesWithTheNext) {
  open();
  hold_syncs();
  publish(0, 0);
  disk_.wait_for_held_sync();
  std::uint64_t before = log_->status().syncs;
  LogSequence last{};
  for (QueuePosition i = 1; i < 20; ++i) {
    publish(1, i);
    last = publish(0, i);
  }
  disk_.release_syncs();
  sinks_[0]->wait_synced(last);
  wait_status([&](const LogStatus& status) { return status.pending_bytes == 0; });
  ASSERT_TRUE(log_->close());
  EXPECT_EQ(log_->status().syncs - before, 2u);
}

TEST_F(RunningLog, ABatchThatWantsNothingIsSyncedSoon) {
  open();
  sinks_[0]->wait_synced(publish(0, 1, LogWish::kNothing));
  EXPECT_EQ(sinks_[0]->heard().written, LogSequence{});
  power_fails(0);
  EXPECT_THAT(lines(), SizeIs(1));
}

TEST_F(RunningLog, ABatchThatWantsToBeWrittenDoesNotWaitForASync) {
  options_.lazy_sync = 1h;
  open();
  hold_syncs();
  LogSequence sequence = publish(0, 1, LogWish::kWritten);
  sinks_[0]->wait([&](const auto& heard) { return heard.written == sequence; });
  EXPECT_EQ(sinks_[0]->heard().synced, LogSequence{});
  disk_.fail_from(disk_.operations());
  disk_.release_syncs();
  EXPECT_THAT(lines(), SizeIs(1));
}

TEST_F(RunningLog, AnEmptyBatchIsSyncedWithWhatCameBefore) {
  options_.lazy_sync = 1h;
  open();
  publish(0, 1, LogWish::kNothing);
  sinks_[0]->wait_synced(log_->submit(0, LogBatch(), LogWish::kSynced));
  power_fails(0);
  EXPECT_THAT(lines(), SizeIs(1));
}

TEST_F(RunningLog, CloseSyncsAndTheLogSaysSo) {
  options_.lazy_sync = 1h;
  open();
  publish(0, 1, LogWish::kNothing);
  EXPECT_TRUE(log_->close());
  EXPECT_EQ(sinks_[0]->heard().synced, LogSequence{1});
  EXPECT_EQ(log_->pending_bytes(), 0u);
  // Damage of the last block is seen, although nothing was written behind it.
  disk_.flip_bit(kLogDirectory / log_format::file_name(LogFileNumber{1}), (2 * 4096 + 50) * 8);
  log_.reset();
  EXPECT_EQ(read_back(disk_).report.bad_blocks, 1u);
}

TEST_F(RunningLog, AnIdleLogSaysHowFarItIsSynced) {
  open();
  sinks_[0]->wait_synced(publish(0, 1));
  auto says_so = [&] {
    std::string file = disk_.content(kLogDirectory / current_file());
    return LogScan::of(file, LogFileNumber{1}, std::nullopt).blocks.size() == 3;
  };
  auto end = std::chrono::steady_clock::now() + 60s;
  while (!says_so()) {
    ASSERT_LT(std::chrono::steady_clock::now(), end);
    std::this_thread::yield();
  }
}

// --- failure -------------------------------------------------------------------------------------

TEST_F(RunningLog, AFailedSyncFailsAllThatWasNotSyncedAndTheLogGoesOn) {
  open();
  sinks_[0]->wait_synced(publish(0, 1));
  hold_syncs();
  disk_.fail_syncs();
  publish(0, 2);
  disk_.wait_for_held_sync();
  LogSequence late = publish(1, 3);
  disk_.release_syncs();
  EXPECT_EQ(sinks_[0]->wait([](const auto& heard) { return heard.failures > 0; }).failed,
            LogSequence{2});
  sinks_[1]->wait_failed(late);
  EXPECT_THAT(sinks_[0]->heard().error, testing::HasSubstr("failed"));
  wait_status([](const LogStatus& status) { return status.failing; });
  sinks_[0]->wait_failed(publish(0, 4));
  disk_.heal();
  sinks_[0]->wait([](const auto& heard) { return heard.recoveries == 1; });
  sinks_[1]->wait([](const auto& heard) { return heard.recoveries == 1; });
  sinks_[0]->wait_synced(publish(0, 5));
  wait_status([](const LogStatus& status) { return !status.failing; });
  power_fails(9);
  EXPECT_THAT(lines(), ElementsAre("publish 0/1 |d", "publish 0/5 |d"));
}

TEST_F(RunningLog, AFullDiskIsTriedAgainUntilThereIsRoom) {
  open();
  disk_.fail_writes(FaultFileSystem::Fault::kShortWrite);
  sinks_[0]->wait_failed(publish(0, 1));
  for (QueuePosition i = 2; i < 10; ++i) sinks_[0]->wait_failed(publish(0, i));
  EXPECT_EQ(sinks_[0]->heard().recoveries, 0);
  disk_.heal();
  sinks_[0]->wait([](const auto& heard) { return heard.recoveries == 1; });
  sinks_[0]->wait_synced(publish(0, 10));
  EXPECT_THAT(lines(), ElementsAre("publish 0/10 |d"));
}

TEST_F(RunningLog, ManyCallersDuringAFailureDoNotKeepItFromBeingTriedAgain) {
  open();
  disk_.fail_syncs();
  sinks_[0]->wait_failed(publish(0, 1));
  std::jthread busy([&](std::stop_token stop) {
    for (QueuePosition i = 100; !stop.stop_requested(); ++i) publish(1, i, LogWish::kNothing);
  });
  disk_.heal();
  sinks_[0]->wait([](const auto& heard) { return heard.recoveries == 1; });
}

TEST_F(RunningLog, WhatARestartFindsBehindAFailedSyncIsOnTheDiskFromThenOn) {
  open();
  sinks_[0]->wait_synced(publish(0, 1));
  hold_syncs();
  publish(0, 2);
  disk_.wait_for_held_sync();
  disk_.fail_from(disk_.operations());
  disk_.release_syncs();
  process_ends();
  open();
  power_fails(0);
  EXPECT_THAT(lines(), ElementsAre("publish 0/1 |d", "publish 0/2 |d"));
}

TEST_F(RunningLog, CloseSaysThatItFailed) {
  open();
  hold_syncs();
  disk_.fail_syncs();
  publish(0, 1);
  disk_.wait_for_held_sync();
  disk_.release_syncs();
  EXPECT_FALSE(log_->close());
  EXPECT_EQ(sinks_[0]->heard().failed, LogSequence{1});
}

TEST_F(RunningLog, OpeningSaysWhatTheDiskSays) {
  bool reached = true;
  for (std::uint64_t n = 0; reached; ++n) {
    FaultFileSystem disk;
    disk.fail_once(n);
    LogOptions options = options_;
    auto log = Log::open(disk, options, {}, {sinks_[0].get(), sinks_[1].get()});
    reached = disk.faults() != 0;
    EXPECT_TRUE(log || reached);
    if (n > 1000) FAIL();
  }
}

// --- files ---------------------------------------------------------------------------------------

TEST_F(RunningLog, TheLogStaysSmallWhenShardsMoveWhatTheyAreAskedFor) {
  open();
  std::jthread shards([&](std::stop_token stop) {
    std::vector<TestSink::Heard> done(kShards);
    while (!stop.stop_requested()) {
      for (LogShard shard = 0; shard < kShards; ++shard) {
        auto heard = sinks_[shard]->heard();
        if (heard.epoch > done[shard].epoch) log_->seen_epoch(shard, heard.epoch);
        if (heard.retire > done[shard].retire) log_->moved(shard, heard.retire);
        done[shard] = heard;
      }
      std::this_thread::yield();
    }
  });
  for (int i = 0; i < 30; ++i) {
    fill_files(1);
    wait_status([](const LogStatus& status) { return status.files <= 5; });
  }
  shards.request_stop();
  shards.join();
  EXPECT_TRUE(log_->close());
  log_.reset();
  // The last round may have begun a file and made the next one ready; two are spare.
  EXPECT_LE(read_back(disk_).report.files.size(), 5u + 2u);
  EXPECT_LE(disk_.total_bytes(), (5 + 2 + 2) * kSmallFile);
}

TEST_F(RunningLog, FilesStayUntilEveryShardHasMoved) {
  open();
  fill_files(4);
  see_epochs(LogEpoch{3});
  auto heard = sinks_[0]->wait([](const auto& told) { return told.retires > 0; });
  wait_crowded();
  log_->moved(0, heard.retire);
  sinks_[0]->wait_synced(publish(0, 5000));
  wait_status(
      [](const LogStatus& status) { return status.waiting_for == std::vector{LogShard{1}}; });
  EXPECT_TRUE(has_first_file());
  log_->moved(1, heard.retire);
  wait_first_file_gone();
}

TEST_F(RunningLog, WhatWasSubmittedBeforeMovedIsSyncedBeforeAFileGoes) {
  options_.lazy_sync = 1h;
  open();
  fill_files(4);
  see_epochs(LogEpoch{3});
  LogEpoch asked = sinks_[0]->wait([](const auto& told) { return told.retires > 0; }).retire;
  wait_crowded();
  log_->moved(1, asked);
  publish(0, 6000, LogWish::kNothing);
  log_->moved(0, asked);
  for (int turn = 0; turn < 2; ++turn) {  // behind the one in which moved() is heard
    LogSequence behind = log_->submit(1, LogBatch(), LogWish::kWritten);
    sinks_[1]->wait([&](const auto& heard) { return heard.written >= behind; });
  }
  EXPECT_THAT(log_->status().waiting_for, ElementsAre(0));
  EXPECT_TRUE(has_first_file());
  sinks_[1]->wait_synced(publish(1, 1));
  wait_first_file_gone();
  power_fails(0);
  EXPECT_THAT(lines(), Contains("publish 0/6000 |d"));
}

TEST_F(RunningLog, WhatWasMovedIntoAFailureIsAskedForAgain) {
  options_.lazy_sync = 1h;
  open();
  fill_files(4);
  see_epochs(LogEpoch{3});
  LogEpoch asked = sinks_[0]->wait([](const auto& told) { return told.retires > 0; }).retire;
  wait_crowded();
  log_->moved(1, asked);
  sinks_[1]->wait_synced(publish(1, 1));
  int retires = sinks_[0]->heard().retires;
  hold_syncs();
  disk_.fail_syncs();
  publish(0, 6000);
  log_->moved(0, asked);
  disk_.wait_for_held_sync();
  disk_.release_syncs();
  sinks_[0]->wait([](const auto& told) { return told.failures > 0; });
  disk_.heal();
  sinks_[0]->wait([](const auto& told) { return told.recoveries > 0; });
  auto see_newest = [&] {
    for (LogShard shard = 0; shard < kShards; ++shard) {
      log_->seen_epoch(shard, sinks_[shard]->heard().epoch);
    }
  };
  while (sinks_[0]->heard().retires == retires) see_newest();
  EXPECT_TRUE(has_first_file());
  see_newest();
  publish(0, 6001);
  log_->moved(0, asked);
  wait_first_file_gone();
  power_fails(0);
  EXPECT_THAT(lines(), Contains("publish 0/6001 |d"));
}

TEST_F(RunningLog, RestoredFilesAreGivenBack) {
  open();
  fill_files(4);
  ASSERT_TRUE(log_->close());
  log_.reset();
  sinks_[0] = std::make_unique<TestSink>();
  sinks_[1] = std::make_unique<TestSink>();
  EXPECT_THAT(lines(), SizeIs(8));
  open();
  for (LogShard shard = 0; shard < kShards; ++shard) {
    EXPECT_EQ(sinks_[shard]->wait([](const auto& told) { return told.retires > 0; }).retire,
              LogEpoch{0});
    log_->moved(shard, LogEpoch{0});
  }
  wait_status([](const LogStatus& status) { return status.files == 1; });
  ASSERT_TRUE(log_->close());
  log_.reset();
  EXPECT_THAT(lines(), IsEmpty());
}

// --- transactions --------------------------------------------------------------------------------

LogBatch part(TxId id, QueuePosition position) {
  LogBatch batch;
  batch.begin_tx(id);
  batch.settle(kQueue, position);
  batch.end_tx();
  return batch;
}

LogBatch commit(TxId id) {
  LogBatch batch;
  batch.commit_tx(id);
  return batch;
}

TEST_F(RunningLog, ATransactionOfSeveralShardsIsAllOrNothing) {
  open();
  log_->submit(0, part(TxId{1}, 10), LogWish::kNothing);
  log_->submit(1, part(TxId{1}, 11), LogWish::kNothing);
  log_->submit(0, part(TxId{2}, 12), LogWish::kNothing);
  sinks_[1]->wait_synced(log_->submit(1, commit(TxId{1}), LogWish::kSynced));
  EXPECT_THAT(lines(), ElementsAre("settle 1/10-10", "settle 1/11-11"));
}

TEST_F(RunningLog, ATransactionThatLostAPartCannotBeCommitted) {
  open();
  sinks_[0]->wait_synced(log_->submit(0, part(TxId{1}, 10), LogWish::kSynced));
  disk_.fail_syncs();
  sinks_[1]->wait_failed(log_->submit(1, part(TxId{1}, 11), LogWish::kSynced));
  disk_.heal();
  sinks_[0]->wait([](const auto& heard) { return heard.recoveries == 1; });
  sinks_[0]->wait_failed(log_->submit(0, commit(TxId{1}), LogWish::kSynced));
  sinks_[0]->wait([](const auto& heard) { return heard.recoveries == 2; });
  log_->submit(0, part(TxId{2}, 20), LogWish::kSynced);
  sinks_[0]->wait_synced(log_->submit(0, commit(TxId{2}), LogWish::kSynced));
  EXPECT_THAT(lines(), ElementsAre("settle 1/20-20"));
}

TEST_F(RunningLog, AnOpenTransactionKeepsItsFile) {
  open();
  log_->submit(0, part(TxId{1}, 10), LogWish::kNothing);
  fill_files(4);
  see_epochs(LogEpoch{3});
  LogEpoch asked = sinks_[0]->wait([](const auto& told) { return told.retires > 0; }).retire;
  for (LogShard shard = 0; shard < kShards; ++shard) log_->moved(shard, asked);
  wait_status([](const LogStatus& status) { return status.held_by_transaction; });
  log_->submit(0, commit(TxId{1}), LogWish::kSynced);
  wait_status([](const LogStatus& status) { return !status.held_by_transaction; });
}

// --- everything at once --------------------------------------------------------------------------

// Two shards write, any one operation of the disk fails, the power fails: what was told to be
// synced is there, what was told to have failed is not.
TEST_F(RunningLog, EveryOperationMayFailWhileTwoShardsWrite) {
  bool reached = true;
  for (std::uint64_t n = 0; reached; ++n) {
    FaultFileSystem disk;
    std::vector<TestSink> sinks(kShards);
    options_.lazy_sync = 1h;
    auto opened = Log::open(disk, options_, {}, {&sinks[0], &sinks[1]});
    ASSERT_TRUE(opened);
    std::uint64_t planned = disk.operations() + n;
    disk.fail_once(planned,
                   n % 2 == 0 ? FaultFileSystem::Fault::kIo : FaultFileSystem::Fault::kShortWrite);
    std::vector<std::vector<bool>> synced(kShards);  // by position
    auto shard_loop = [&](LogShard shard) {
      for (QueuePosition i = 0; i < 25; ++i) {
        LogBatch batch;
        batch.publish(StoredQueueId{shard}, i, payload("", std::string(5000, 'd')));
        LogSequence sequence = (*opened)->submit(shard, std::move(batch), LogWish::kSynced);
        auto heard = sinks[shard].wait(
            [&](const auto& told) { return told.synced >= sequence || told.failed >= sequence; });
        synced[shard].push_back(heard.synced >= sequence);
      }
    };
    {
      std::jthread other(shard_loop, 1);
      shard_loop(0);
    }
    reached = disk.operations() > planned;
    disk.fail_from(disk.operations());
    opened->reset();
    disk.drop_unsynced(n + 1);
    ReadLog read = read_back(disk);
    EXPECT_THAT(read.report.problems, IsEmpty());
    for (LogShard shard = 0; shard < kShards; ++shard) {
      for (QueuePosition i = 0; i < synced[shard].size(); ++i) {
        std::string line =
            "publish " + std::to_string(shard) + "/" + std::to_string(i) + " |5000 bytes";
        bool there = std::count(read.lines.begin(), read.lines.end(), line) == 1;
        if (synced[shard][i]) {
          EXPECT_TRUE(there) << line << " n " << n;
        }
      }
    }
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace coney
