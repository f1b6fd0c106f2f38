// Files of every version of the format have to load for ever.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "persistence/log/log_reader.h"
#include "tests/unit/persistence/log/log_fixture.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

const fs::path kGolden = fs::path(CONEY_SOURCE_DIR) / "tests/unit/persistence/log/data";
constexpr StoredQueueId kQueue{0x1122334455667788};
constexpr std::uint64_t kFileBytes = 12 * 1024;

class GoldenSource : public LogFileSource {
 public:
  explicit GoldenSource(const fs::path& directory)
      : files_(real_file_system(), directory, kFileBytes, {}) {}
  StorageResult<NewLogFile> next_file() override {
    auto file = files_.create(LogFileNumber{++last_});
    if (!file) return file.error();
    return NewLogFile{LogFileNumber{last_}, std::move(file->file), file->bytes, 0xabcdef00 + last_};
  }

 private:
  LogFiles files_;
  std::uint32_t last_ = 0;
};

// Whoever changes the format makes a new version and leaves these alone: they were written by
// version 2, with this; by version 1 with no more than what it knew.
void write_golden(const fs::path& directory) {
  GoldenSource source(directory);
  LogWriter writer(source, {});
  ASSERT_TRUE(writer.begin_file({}));
  LogBatch all;
  all.publish(kQueue, 300, payload("prefix", "data"));
  all.publish(kQueue, 70'000, payload("", std::string(200, 'z')),
              {.time = 1'700'000'000'000, .counts = {3, 300}, .redelivered = true});
  all.body(BodyId{9}, payload("p", "shared"));
  all.enqueue(kQueue, 301, BodyId{9});
  all.enqueue(StoredQueueId{2}, 5, BodyId{9}, {.time = 1, .counts = {1, 0}});
  all.settle(kQueue, 300);
  all.returned(kQueue, 301, 2, {2, 200});
  all.queue_state(kQueue, 70'001, std::vector<PositionRange>{{0, 0}, {301, 302}, {70'000, 70'000}});
  all.begin_tx(TxId{5});
  all.settle(kQueue, 302);
  all.end_tx();
  all.begin_tx(TxId{6});
  all.settle(kQueue, 303);
  all.end_tx();
  ASSERT_TRUE(write_batch(writer, all));
  ASSERT_TRUE(writer.sync());
  LogBatch commit;
  commit.commit_tx(TxId{5});
  commit.abort_tx(TxId{6});
  ASSERT_TRUE(write_batch(writer, commit));  // the first file is full with it
  LogBatch damaged, last, torn;
  damaged.settle(kQueue, 1000);
  last.settle(kQueue, 1001);
  torn.settle(kQueue, 1002);
  ASSERT_TRUE(write_batch(writer, damaged));  // in the second file
  ASSERT_TRUE(writer.sync());
  ASSERT_TRUE(writer.add(last.seal()[0]));
  ASSERT_TRUE(writer.add(torn.seal()[0]));
  ASSERT_TRUE(writer.flush());
  auto file = real_file_system().open(directory / "0000000000000002.wal", OpenMode::kReadWrite);
  char byte[1];
  for (std::uint64_t offset : {4096 + 50, 8192 + 64 + 50}) {
    ASSERT_TRUE((*file)->read_at(offset, byte));
    byte[0] ^= 1;
    ASSERT_TRUE((*file)->write_at(offset, {byte, 1}));
  }
  ASSERT_TRUE(source.next_file());  // made ready, not begun
}

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Writes the files anew where the test was told to: CONEY_WRITE_GOLDEN=DIRECTORY.
TEST(GoldenLog, WhatIsWrittenTodayIsVersion2) {
  TemporaryDirectory directory;
  const char* wanted = std::getenv("CONEY_WRITE_GOLDEN");
  const fs::path to = (wanted ? fs::path(wanted) : directory.path()) / "wal";
  fs::create_directories(to);
  write_golden(to);
  for (const char* name :
       {"0000000000000001.wal", "0000000000000002.wal", "0000000000000003.wal"}) {
    EXPECT_EQ(content(to / name), content(kGolden / "version_2/wal" / name)) << name;
    EXPECT_EQ(content(to / name).size(), kFileBytes) << name;
  }
}

// The records of a version's files, and that everything around them is understood.
std::vector<std::string> load(const fs::path& directory) {
  RecordList list;
  auto report = read_log(real_file_system(), directory, std::nullopt, list);
  if (!report) return {report.error().message};
  EXPECT_EQ(report->bad_blocks, 1u);
  EXPECT_EQ(report->lost_records, 1u);
  EXPECT_EQ(report->torn_bytes, 64u);
  EXPECT_THAT(report->problems, ElementsAre(HasSubstr("0000000000000002.wal: the block at 4096")));
  EXPECT_EQ(report->last_tx, TxId{6});
  EXPECT_EQ(report->last_body, BodyId{9});
  EXPECT_EQ(report->history.next, LogFileNumber{4});
  EXPECT_EQ(report->history.end, (LogPosition{LogFileNumber{2}, 8192 + 64}));
  EXPECT_THAT(report->history.spare_names, ElementsAre("0000000000000003.wal"));
  return std::move(list.lines);
}

TEST(GoldenLog, Version1Loads) {
  EXPECT_THAT(
      load(kGolden / "version_1/wal"),
      ElementsAre("publish 1234605616436508552/300 prefix|data",
                  "publish 1234605616436508552/70000(redelivered 3) |200 bytes", "body 9 p|shared",
                  "enqueue 1234605616436508552/301 9", "enqueue 2/5(1) 9",
                  "settle 1234605616436508552/300-300", "returned once 1234605616436508552/301-302",
                  "state 1234605616436508552/70001 0-0 301-302 70000-70000",
                  "settle 1234605616436508552/302-302", "settle 1234605616436508552/1001-1001"));
}

TEST(GoldenLog, Version2Loads) {
  EXPECT_THAT(
      load(kGolden / "version_2/wal"),
      ElementsAre(
          "publish 1234605616436508552/300 prefix|data",
          "publish 1234605616436508552/70000(redelivered at 1700000000000 3/300) |200 bytes",
          "body 9 p|shared", "enqueue 1234605616436508552/301 9", "enqueue 2/5(at 1 1) 9",
          "settle 1234605616436508552/300-300", "returned 1234605616436508552/301-302(2/200)",
          "state 1234605616436508552/70001 0-0 301-302 70000-70000",
          "settle 1234605616436508552/302-302", "settle 1234605616436508552/1001-1001"));
}

}  // namespace
}  // namespace coney
