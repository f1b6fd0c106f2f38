// Files of version 1 and what the present version has written beside them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "persistence/recovery/recovery.h"
#include "tests/unit/persistence/log/log_fixture.h"
#include "tests/unit/persistence/segments/segment_fixture.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::SizeIs;

constexpr StoredQueueId kQueue{0x1122334455667788};
constexpr StoredQueueId kOther{2};
// The log has it, the chunk that covers it has not: it has left the queue.
constexpr CountedRange kSettled{{70'000, 70'000}, {3, 0}};

class MixedVersions : public testing::Test {
 protected:
  void SetUp() override {
    const fs::path tests = fs::path(CONEY_SOURCE_DIR) / "tests/unit/persistence";
    for (const char* part : {"log", "segments"}) {
      fs::copy(tests / part / "data/version_1", directory_.path(), fs::copy_options::recursive);
    }
  }

  // As a broker goes on with a directory that it has found.
  void go_on(LogBatch& batch, std::shared_ptr<const Chunk> chunk) {
    RecordList ignored;
    auto log = read_log(real_file_system(), paths_.wal_path(), std::nullopt, ignored);
    ASSERT_TRUE(log);
    LogFiles files(real_file_system(), paths_.wal_path(), kSmallFile, {});
    auto created = files.create(log->history.next);
    ASSERT_TRUE(created);
    OneFile source(NewLogFile{log->history.next, std::move(created->file), kSmallFile, 5});
    LogWriter writer(source, log->history.end);
    ASSERT_TRUE(writer.begin_file(log->history.end));
    ASSERT_TRUE(write_batch(writer, batch));
    ASSERT_TRUE(writer.sync());
    SegmentStoreFixture segments(real_file_system(), directory_.path());
    ASSERT_TRUE(segments.open());
    ASSERT_TRUE(segments.write(chunk));
    ASSERT_TRUE(segments.sync());
  }

  Recovery recovered() {
    const StoredQueueId known[] = {kQueue, kOther};
    auto recovery = recover(real_file_system(), paths_, known, nullptr);
    EXPECT_TRUE(recovery);
    return recovery ? std::move(*recovery) : Recovery{};
  }

 private:
  class OneFile : public LogFileSource {
   public:
    explicit OneFile(NewLogFile file) : file_(std::move(file)) {}
    StorageResult<NewLogFile> next_file() override { return std::move(file_); }

   private:
    NewLogFile file_;
  };

  TemporaryDirectory directory_;
  DataDirectoryPaths paths_{directory_.path()};
};

TEST_F(MixedVersions, MessagesOfVersion1HaveNoFactsThatItDidNotKnow) {
  Recovery recovery = recovered();
  const RecoveredQueue& queue = recovery.queues.at(kQueue);
  ASSERT_THAT(queue.chunks, SizeIs(1));
  EXPECT_THAT(queue.chunks[0].lives,
              ElementsAre(PositionRange{301, 301}, PositionRange{100000, 100000}));
  EXPECT_THAT(queue.chunks[0].counts, ElementsAre(CountedRange{{301, 301}, {1, 1}}, kSettled));
  const RecoveredQueue& other = recovery.queues.at(kOther);
  ASSERT_THAT(other.messages, SizeIs(1));
  EXPECT_EQ(other.messages[0].facts, (MessageFacts{0, {1, 0}, true}));
  EXPECT_EQ(other.count(), 4u);
}

TEST_F(MixedVersions, LaterFilesCountForWhatIsInEarlierOnes) {
  LogBatch batch;
  batch.returned(kQueue, 301, 1, {7, 8});
  batch.publish(kQueue, 100'001, payload("", "new"), {.time = 1234});
  batch.settle(kOther, 5);
  go_on(batch, test_chunk(kOther, 3, 2));
  Recovery recovery = recovered();
  const RecoveredQueue& queue = recovery.queues.at(kQueue);
  ASSERT_THAT(queue.chunks, SizeIs(1));
  EXPECT_THAT(queue.chunks[0].counts, ElementsAre(CountedRange{{301, 301}, {7, 8}}, kSettled));
  ASSERT_THAT(queue.messages, SizeIs(1));
  EXPECT_EQ(queue.messages[0].facts, MessageFacts{.time = 1234});
  const RecoveredQueue& other = recovery.queues.at(kOther);
  EXPECT_THAT(other.messages, SizeIs(0));
  ASSERT_THAT(other.chunks, SizeIs(2));
  EXPECT_EQ(other.count(), 5u);
}

}  // namespace
}  // namespace coney
