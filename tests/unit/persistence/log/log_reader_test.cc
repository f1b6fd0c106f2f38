#include "persistence/log/log_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "persistence/file/crc32c.h"
#include "persistence/log/log_scan.h"
#include "tests/unit/persistence/log/log_fixture.h"

namespace coney {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr StoredQueueId kQueue{1};

// A log on a disk in memory, written without a thread.
class LogOnDisk : public testing::Test {
 protected:
  // One life of the process: reads what is there, goes on behind it.
  ReadLog start(bool quarantine = false) {
    ReadLog read = read_back(*disk_, quarantine);
    source_ = std::make_unique<PlainSource>(*disk_, read.report.history);
    writer_ = std::make_unique<LogWriter>(*source_, read.report.history.end);
    EXPECT_TRUE(writer_->begin_file(read.report.history.end));
    EXPECT_TRUE(writer_->sync());
    return read;
  }
  // One commit of one block.
  void commit(QueuePosition position, std::size_t data_bytes = 10, bool sync = true) {
    LogBatch batch;
    batch.publish(kQueue, position, payload("p", std::string(data_bytes, 'd')));
    ASSERT_TRUE(write_batch(*writer_, batch));
    if (!sync) return;
    ASSERT_TRUE(writer_->sync());
  }
  std::filesystem::path path(std::uint64_t number) const {
    return kLogDirectory / log_format::file_name(LogFileNumber{number});
  }
  void flip(std::uint64_t number, std::uint64_t byte) { disk_->flip_bit(path(number), byte * 8); }
  static std::string line(QueuePosition position) {
    return "publish 1/" + std::to_string(position) + " p|dddddddddd";
  }

  void new_disk() {
    writer_.reset();
    source_.reset();
    disk_ = std::make_unique<FaultFileSystem>();
  }

  std::unique_ptr<FaultFileSystem> disk_ = std::make_unique<FaultFileSystem>();
  std::unique_ptr<PlainSource> source_;
  std::unique_ptr<LogWriter> writer_;
};

TEST_F(LogOnDisk, NothingIsAnEmptyLog) {
  ReadLog read = read_back(*disk_);
  EXPECT_THAT(read.lines, IsEmpty());
  EXPECT_THAT(read.report.history.files, IsEmpty());
  EXPECT_EQ(read.report.history.next, LogFileNumber{1});
}

TEST_F(LogOnDisk, ComesBackInOrderOverSeveralFilesAndLives) {
  std::vector<std::string> expected;
  QueuePosition position = 0;
  for (int life = 0; life < 3; ++life) {
    ReadLog read = start();
    EXPECT_EQ(read.lines, expected);
    EXPECT_THAT(read.report.problems, IsEmpty());
    EXPECT_EQ(read.report.torn_bytes, 0u);
    for (int i = 0; i < 40; ++i) {
      expected.push_back(line(position));
      commit(position++, 10, i % 3 == 0);
    }
    disk_->end_process();
  }
  EXPECT_GT(start().report.files.size(), 6u);
}

TEST_F(LogOnDisk, WhatWasNotSyncedMayBeLostWithAPowerFailureFromItsEndOn) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    new_disk();
    start();
    for (QueuePosition i = 0; i < 4; ++i) commit(i);
    for (QueuePosition i = 4; i < 10; ++i) commit(i, 10, false);
    disk_->drop_unsynced(seed);
    ReadLog read = start();
    ASSERT_GE(read.lines.size(), 4u) << "seed " << seed;
    for (std::size_t i = 0; i < read.lines.size(); ++i) EXPECT_EQ(read.lines[i], line(i));
    EXPECT_THAT(read.report.problems, IsEmpty()) << "seed " << seed;
    EXPECT_EQ(read_back(*disk_).lines, read.lines) << "reading again gives the same";
  }
}

TEST_F(LogOnDisk, ABlockThatIsTornIsCutAndStaysCut) {
  start();
  commit(0);
  std::vector<LogBatch> batches(5);  // one commit of several blocks
  for (LogBatch& batch : batches) {
    batch.publish(kQueue, 1, payload("p", std::string(8000, 'd')));
    ASSERT_TRUE(writer_->add(batch.seal()[0]));
  }
  ASSERT_TRUE(writer_->flush());
  flip(1, 2 * 4096 + 10'000);  // in the second of them
  ReadLog read = start();
  EXPECT_THAT(read.lines, ElementsAre(line(0), "publish 1/1 p|8000 bytes"));
  EXPECT_GT(read.report.torn_bytes, 4 * 8000u);
  EXPECT_EQ(read.report.bad_blocks, 0u);
  commit(500);
  read = read_back(*disk_);
  EXPECT_THAT(read.lines, ElementsAre(line(0), "publish 1/1 p|8000 bytes", line(500)));
  EXPECT_EQ(read.report.torn_bytes, 0u);
}

TEST_F(LogOnDisk, ADamagedBlockInFrontOfSyncedOnesIsQuarantined) {
  start();
  for (QueuePosition i = 0; i < 5; ++i) commit(i);
  flip(1, 3 * 4096 + 60);  // the payload of the third commit (header page, 0, 1, 2)
  ReadLog read = read_back(*disk_, true);
  EXPECT_THAT(read.lines, ElementsAre(line(0), line(1), line(3), line(4)));
  EXPECT_EQ(read.report.bad_blocks, 1u);
  EXPECT_EQ(read.report.lost_records, 1u);
  EXPECT_EQ(read.report.torn_bytes, 0u);
  ASSERT_THAT(read.report.problems, SizeIs(1));
  EXPECT_THAT(read.report.problems[0], HasSubstr("0000000000000001.wal: the block at 12288"));
  std::string kept = disk_->content(kQuarantine / "0000000000000001.wal-12288");
  EXPECT_EQ(kept, disk_->content(path(1)).substr(12288, kept.size()));
  EXPECT_GT(kept.size(), 48u);
}

TEST_F(LogOnDisk, ADamagedBlockHeaderIsPassedOver) {
  start();
  for (QueuePosition i = 0; i < 5; ++i) commit(i);
  flip(1, 2 * 4096 + 12);
  ReadLog read = read_back(*disk_);
  EXPECT_THAT(read.lines, ElementsAre(line(0), line(2), line(3), line(4)));
  EXPECT_EQ(read.report.bad_blocks, 1u);
  EXPECT_THAT(read.report.problems, SizeIs(1));
}

TEST_F(LogOnDisk, EveryBitOfASmallLogMayFlipAndTheRestIsKept) {
  start();
  for (QueuePosition i = 0; i < 4; ++i) commit(i);
  ASSERT_TRUE(writer_->mark());
  ASSERT_TRUE(writer_->sync());
  std::vector<std::string> all = read_back(*disk_).lines;
  ASSERT_THAT(all, SizeIs(4));
  for (std::uint64_t byte = 0; byte < 5 * 4096; byte += byte % 4096 < 80 ? 1 : 97) {
    disk_->flip_bit(path(1), byte * 8 + byte % 8);
    ReadLog read = read_back(*disk_);
    bool in_block = byte % 4096 < 80 && byte >= 4096;
    EXPECT_GE(read.lines.size(), in_block ? 3u : 4u) << "byte " << byte;
    for (const std::string& one : read.lines) {
      EXPECT_NE(std::find(all.begin(), all.end(), one), all.end()) << "byte " << byte << one;
    }
    if (read.lines.size() < 4) {
      EXPECT_EQ(read.report.bad_blocks, 1u) << "byte " << byte;
      EXPECT_THAT(read.report.problems, SizeIs(1)) << "byte " << byte;
    }
    disk_->flip_bit(path(1), byte * 8 + byte % 8);
  }
}

TEST_F(LogOnDisk, PagesThatCannotBeReadCountAsDamaged) {
  start();
  for (QueuePosition i = 0; i < 4; ++i) commit(i);
  // The first read of the content fails, and the retry of its third page.
  std::uint64_t before = disk_->operations();
  read_back(*disk_);
  std::uint64_t reads = disk_->operations() - before;
  int damaged = 0;
  for (std::uint64_t n = 0; n < reads; ++n) {
    disk_->fail_once(disk_->operations() + n);
    RecordList list;
    auto report = read_log(*disk_, kLogDirectory, std::nullopt, list);
    disk_->heal();
    if (!report) continue;  // cannot be listed or opened
    EXPECT_EQ(list.lines.size() + report->lost_records, 4u) << n;
    damaged += report->bad_blocks != 0 ? 1 : 0;
  }
  EXPECT_EQ(damaged, 0) << "one failed read of many pages is tried again";
}

TEST_F(LogOnDisk, ADamagedFileHeaderDoesNotLoseTheFile) {
  start();
  for (QueuePosition i = 0; i < 40; ++i) commit(i);
  ASSERT_TRUE(writer_->mark());
  std::size_t files = read_back(*disk_).report.files.size();
  ASSERT_GE(files, 3u);
  for (std::uint64_t number = 1; number <= files; ++number) {
    flip(number, 20);
    ReadLog read = read_back(*disk_);
    EXPECT_THAT(read.lines, SizeIs(40)) << number;
    EXPECT_THAT(read.report.problems, SizeIs(1)) << number;
    flip(number, 20);
  }
}

TEST_F(LogOnDisk, ANewerFormatIsLeftAlone) {
  start();
  commit(0);
  auto file = disk_->open(path(1), OpenMode::kReadWrite).value();
  std::string header(log_format::FileHeader::kBytes, '\0');
  ASSERT_TRUE(file->read_at(0, header));
  header[8] = log_format::kVersion + 1;
  std::uint32_t crc = crc32c(std::string_view(header).substr(0, header.size() - 4));
  encoding::store(header.data() + header.size() - 4, crc);
  ASSERT_TRUE(file->write_at(0, header));
  RecordList list;
  auto report = read_log(*disk_, kLogDirectory, std::nullopt, list);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, StorageErrorCode::kNewerVersion);
}

TEST_F(LogOnDisk, TransactionsCountWhereTheyAreCommittedOrNotAtAll) {
  start();
  LogBatch batch;
  batch.begin_tx(TxId{1});
  batch.settle(kQueue, 5);
  batch.end_tx();
  batch.begin_tx(TxId{2});
  batch.settle(kQueue, 6);
  batch.end_tx();
  batch.begin_tx(TxId{3});
  batch.settle(kQueue, 7);
  batch.end_tx();
  batch.publish(kQueue, 8, payload("p", "d"));
  batch.commit_tx(TxId{2});
  batch.abort_tx(TxId{3});
  ASSERT_TRUE(write_batch(*writer_, batch));
  ReadLog read = read_back(*disk_);
  EXPECT_THAT(read.lines, ElementsAre("publish 1/8 p|d", "settle 1/6-6"));
  EXPECT_EQ(read.report.open_transactions, 1u);
  EXPECT_EQ(read.report.last_tx, TxId{3});
}

TEST_F(LogOnDisk, ATransactionMayCrossFiles) {
  start();
  LogBatch part;
  part.begin_tx(TxId{1});
  part.publish(kQueue, 1, payload("p", "d"));
  part.end_tx();
  ASSERT_TRUE(write_batch(*writer_, part));
  for (QueuePosition i = 100; i < 140; ++i) commit(i);
  LogBatch end;
  end.commit_tx(TxId{1});
  ASSERT_TRUE(write_batch(*writer_, end));
  ReadLog read = start();
  ASSERT_THAT(read.lines, SizeIs(41));
  EXPECT_EQ(read.lines.back(), "publish 1/1 p|d");
}

TEST_F(LogOnDisk, WhatFailedDoesNotComeBack) {
  start();
  commit(0);
  commit(1, 10, false);
  disk_->fail_syncs();
  EXPECT_FALSE(writer_->sync());
  LogBatch refused;
  refused.settle(kQueue, 9);
  EXPECT_FALSE(write_batch(*writer_, refused)) << "before a new file is begun";
  disk_->heal();
  ASSERT_TRUE(writer_->begin_file(writer_->synced()));
  commit(2);
  EXPECT_THAT(read_back(*disk_).lines, ElementsAre(line(0), line(2)));
  disk_->drop_unsynced(1);
  ReadLog read = read_back(*disk_);
  EXPECT_THAT(read.lines, ElementsAre(line(0), line(2)));
  EXPECT_THAT(read.report.problems, IsEmpty());
}

TEST_F(LogOnDisk, AFileThatCouldNotBeBegunIsPassedOver) {
  start();
  commit(0);
  disk_->fail_syncs();
  EXPECT_FALSE(writer_->sync());
  EXPECT_FALSE(writer_->begin_file(writer_->synced())) << "the new file cannot be made";
  disk_->heal();
  ASSERT_TRUE(writer_->begin_file(writer_->synced()));
  commit(1, 10, false);
  disk_->fail_syncs();
  EXPECT_FALSE(writer_->sync());
  disk_->heal();
  ASSERT_TRUE(writer_->begin_file(writer_->synced()));
  commit(2);
  ReadLog read = read_back(*disk_);
  EXPECT_THAT(read.lines, ElementsAre(line(0), line(2)));
  EXPECT_THAT(read.report.history.files, SizeIs(2));
  EXPECT_THAT(read.report.problems, IsEmpty());
}

TEST_F(LogOnDisk, FilesAreUsedAgainAndTheirOldContentIsNotTakenForNew) {
  start();
  for (QueuePosition i = 0; i < 40; ++i) commit(i);
  ASSERT_TRUE(source_->files().retire(LogFileNumber{1}));
  ASSERT_TRUE(source_->files().retire(LogFileNumber{2}));
  std::uint64_t bytes = disk_->total_bytes();
  ASSERT_TRUE(writer_->begin_file(writer_->synced()));
  commit(100, 10, false);
  EXPECT_EQ(disk_->total_bytes(), bytes);
  ReadLog read = read_back(*disk_);
  EXPECT_EQ(read.lines.back(), line(100));
  EXPECT_EQ(read.lines.size(), 41u - 2 * 15);
  EXPECT_THAT(read.report.problems, IsEmpty());
  disk_->drop_unsynced(0);  // the new file's header and block are lost, the old content is there
  read = read_back(*disk_);
  EXPECT_EQ(read.lines.size(), 40u - 2 * 15);
  EXPECT_THAT(read.report.problems, IsEmpty());
}

TEST_F(LogOnDisk, AMissingFileIsReported) {
  start();
  for (QueuePosition i = 0; i < 40; ++i) commit(i);
  ASSERT_TRUE(disk_->remove(path(2)));
  ReadLog read = read_back(*disk_);
  EXPECT_EQ(read.lines.size(), 40u - 15);
  ASSERT_THAT(read.report.problems, SizeIs(1));
  EXPECT_THAT(read.report.problems[0], HasSubstr("0000000000000002.wal is missing"));
}

TEST_F(LogOnDisk, ABlockLargerThanAFileFitsAndItsFileIsCutWhenUsedAgain) {
  start();
  commit(0);
  commit(1, 5 * kSmallFile);
  commit(2);
  ReadLog read = read_back(*disk_);
  EXPECT_THAT(read.lines, ElementsAre(line(0), "publish 1/1 p|327680 bytes", line(2)));
  ASSERT_TRUE(source_->files().retire(LogFileNumber{2}));
  ASSERT_TRUE(source_->files().create(LogFileNumber{9}));
  EXPECT_EQ(disk_->content(path(9)).size(), kSmallFile);
}

// A client may put what looks like a block into a message: the salt tells it apart.
TEST_F(LogOnDisk, ABlockInsideAMessageIsNotTakenForOne) {
  start();
  commit(0);
  const std::string_view record("\x04\x01\x00\x63", 4);  // settle
  std::string block(log_format::BlockHeader::kBytes, '\0');
  log_format::BlockHeader{.payload_crc = crc32c(record),
                          .payload_bytes = 4,
                          .records = 1,
                          .salt = 0,
                          .file = LogFileNumber{1},
                          .synced = {LogFileNumber{1}, 8192}}
      .encode(block.data());
  block += record;
  std::string forged;
  while (forged.size() < 3000) {  // at any alignment
    forged += block;
    forged.resize(forged.size() + 5);
  }
  LogBatch batch;
  batch.publish(kQueue, 1, payload("p", forged));
  ASSERT_TRUE(write_batch(*writer_, batch));
  ASSERT_TRUE(writer_->sync());
  commit(2);
  flip(1, 2 * 4096 + 20);  // its header
  ReadLog read = read_back(*disk_);
  EXPECT_THAT(read.lines, ElementsAre(line(0), line(2)));
  EXPECT_EQ(read.report.bad_blocks, 1u);
}

// Any operation may fail while the log is written; what was told to be synced is there.
TEST_F(LogOnDisk, EveryOperationMayFailOnce) {
  using Fault = FaultFileSystem::Fault;
  for (Fault fault : {Fault::kIo, Fault::kNoSpace, Fault::kShortWrite}) {
    bool reached = true;
    for (std::uint64_t n = 0; reached; ++n) {
      new_disk();
      start();
      std::uint64_t planned = disk_->operations() + n;
      disk_->fail_once(planned, fault);
      std::vector<std::string> synced, pending;
      LogPosition told = writer_->synced();
      for (QueuePosition i = 0; i < 40; ++i) {
        LogBatch batch;
        batch.publish(kQueue, i, payload("p", std::string(10, 'd')));
        pending.push_back(line(i));
        bool done = write_batch(*writer_, batch).has_value();
        if (done && i % 2 == 1) {
          done = writer_->sync().has_value();
          if (done) {
            synced.insert(synced.end(), pending.begin(), pending.end());
            told = writer_->synced();
          }
        }
        if (!done && !writer_->begin_file(told)) {
          ASSERT_TRUE(writer_->begin_file(told));
        }
        if (!done || i % 2 == 1) pending.clear();
      }
      reached = disk_->operations() > planned;
      disk_->heal();
      commit(40);
      synced.push_back(line(40));
      disk_->drop_unsynced(n);
      ReadLog read = read_back(*disk_);
      EXPECT_THAT(read.report.problems, IsEmpty()) << n;
      EXPECT_EQ(read.lines, synced) << n;
      if (HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace coney
