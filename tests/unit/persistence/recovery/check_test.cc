#include "persistence/recovery/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "persistence/data_directory.h"
#include "persistence/definitions/definition_store.h"
#include "persistence/deliveries/delivery_map.h"
#include "tests/unit/persistence/log/log_fixture.h"
#include "tests/unit/persistence/segments/segment_fixture.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney {
namespace {

using testing::HasSubstr;
using testing::Not;

// Hears nothing: the log is closed before anybody looks.
class QuietSink : public LogSink {
  void written(LogSequence) override {}
  void synced(LogSequence) override {}
  void failed(LogSequence, const StorageError&) override {}
  void recovered(LogEpoch) override {}
  void epoch(LogEpoch) override {}
  void retire(LogEpoch) override {}
};

// A data directory with a queue that has ten messages in a segment and three in the log.
class CheckedDirectory : public testing::Test {
 protected:
  void SetUp() override {
    auto data = DataDirectory::open(path());
    ASSERT_TRUE(data);
    auto definitions = DefinitionStore::open(data->definitions_path());
    ASSERT_TRUE(definitions);
    ASSERT_TRUE((*definitions)->begin());
    ASSERT_TRUE((*definitions)->put(VhostRecord{.name = "/"}));
    auto queue = (*definitions)->put(QueueRecord{.vhost = "/", .name = "orders", .durable = true});
    ASSERT_TRUE(queue && (*definitions)->commit());
    SegmentStoreFixture segments(real_file_system(), path());
    ASSERT_TRUE(segments.open());
    ASSERT_TRUE(segments.write(test_chunk(*queue, 0, 10)));
    ASSERT_TRUE(segments.sync());
    QuietSink sink;
    auto log = Log::open(real_file_system(),
                         {.directory = data->wal_path(), .file_bytes = kSmallFile}, {}, {&sink});
    ASSERT_TRUE(log);
    LogBatch batch;
    for (QueuePosition i = 10; i < 13; ++i) batch.publish(*queue, i, payload("p", "d"));
    (*log)->submit(0, std::move(batch), LogWish::kSynced);
    ASSERT_TRUE((*log)->close());
  }
  std::filesystem::path path() const { return directory_ / "data"; }
  CheckReport checked() {
    auto report = check_data_directory(real_file_system(), path());
    EXPECT_TRUE(report) << report.error().message;
    return report ? *report : CheckReport{false, "error"};
  }
  void damage(const std::filesystem::path& file, std::streamoff at) {
    std::fstream stream(path() / file, std::ios::binary | std::ios::in | std::ios::out);
    stream.seekg(at);
    const char byte = static_cast<char>(stream.get() ^ 1);
    stream.seekp(at);
    stream.put(byte);
    ASSERT_TRUE(stream.flush());
  }

  TemporaryDirectory directory_;
};

TEST_F(CheckedDirectory, IsToldWithItsQueues) {
  CheckReport report = checked();
  EXPECT_TRUE(report.sound) << report.text;
  EXPECT_THAT(report.text,
              HasSubstr("vhost '/', queue 'orders': 13 messages, 3 of them in the log only"));
  EXPECT_THAT(report.text, HasSubstr("log: 1 files, 3 records"));
  EXPECT_THAT(report.text, HasSubstr("No damage was found."));
}

TEST_F(CheckedDirectory, DamageInTheLogIsFound) {
  damage("wal/0000000000000001.wal", 2 * 4096 + 50);
  CheckReport report = checked();
  EXPECT_FALSE(report.sound);
  EXPECT_THAT(report.text, HasSubstr("damaged: "));
  EXPECT_THAT(report.text, HasSubstr("0000000000000001.wal: the block at 8192"));
  EXPECT_THAT(report.text, HasSubstr("There is damage."));
}

TEST_F(CheckedDirectory, DamageInASegmentIsFound) {
  damage("segments/0000000000000001.seg", 32 + 64 + 20);
  CheckReport report = checked();
  EXPECT_FALSE(report.sound) << report.text;
  EXPECT_THAT(report.text, HasSubstr("damaged: 1 chunks"));
}

TEST_F(CheckedDirectory, DamagedDeliveryMarksAreFound) {
  const DataDirectoryPaths paths(path());
  {
    auto map = DeliveryMap::open(paths.deliveries_path(), paths.quarantine_path());
    ASSERT_TRUE(map);
    for (std::uint64_t queue : {1, 2, 3}) (*map)->slot(StoredQueueId{queue})->mark(100 + queue);
  }
  EXPECT_TRUE(checked().sound);
  EXPECT_THAT(checked().text, HasSubstr("how far 3 queues have delivered"));
  damage("deliveries.map", 4096 + 16 + 10);
  CheckReport report = checked();
  EXPECT_FALSE(report.sound);
  EXPECT_THAT(report.text, HasSubstr("damaged: 1 queues' marks"));
  damage("deliveries.map", 9);
  EXPECT_THAT(checked().text, HasSubstr("damaged: it is no such map"));
}

TEST_F(CheckedDirectory, NothingIsChanged) {
  damage("wal/0000000000000001.wal", 2 * 4096 + 50);
  auto files = [&] {
    std::vector<std::pair<std::string, std::uintmax_t>> all;
    for (const auto& each : std::filesystem::recursive_directory_iterator(path())) {
      const bool regular = each.is_regular_file();
      all.emplace_back(each.path().string(), regular ? each.file_size() : 0);
    }
    std::sort(all.begin(), all.end());
    return all;
  };
  const auto before = files();
  checked();
  EXPECT_EQ(files(), before);
}

TEST_F(CheckedDirectory, IsNotTouchedWhileABrokerUsesIt) {
  auto data = DataDirectory::open(path());
  ASSERT_TRUE(data);
  auto report = check_data_directory(real_file_system(), path());
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, StorageErrorCode::kLocked);
}

TEST_F(CheckedDirectory, HasToBeADataDirectory) {
  auto report = check_data_directory(real_file_system(), directory_.path());
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, StorageErrorCode::kCannotOpen);
}

}  // namespace
}  // namespace coney
