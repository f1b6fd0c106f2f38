// Reading what a broker may be using.

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "persistence/definitions/schema.h"
#include "tests/unit/persistence/definitions/definition_fixture.h"

namespace coney {
namespace {

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::ptrdiff_t files_in(const TemporaryDirectory& directory) {
  return std::distance(std::filesystem::directory_iterator(directory.path()), {});
}

std::filesystem::path fixture(const std::string& version) {
  return std::string(CONEY_SOURCE_DIR) + "/tests/unit/persistence/data/" + version;
}

TEST(DefinitionReading, SeesWhatIsCommittedWhileTheStoreIsOpen) {
  TemporaryDirectory directory;
  Store store = open_store(directory / "d.sqlite");
  put_samples(store, samples());
  ASSERT_TRUE(store->begin());
  ASSERT_TRUE(store->put(VhostRecord{.name = "not committed"}));
  auto read = DefinitionStore::read(directory / "d.sqlite");
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_TRUE(store->commit());
  EXPECT_EQ(read->definitions.vhosts, samples().vhosts);
  EXPECT_EQ(read->definitions.bindings, samples().bindings);
  EXPECT_EQ(read->queue_ids, store->load()->queue_ids);
}

TEST(DefinitionReading, LeavesAnOldVersionAsItIs) {
  TemporaryDirectory directory;
  const auto path = directory / "definitions.sqlite";
  std::filesystem::copy(fixture("version_1") / "definitions.sqlite", path);
  auto read = DefinitionStore::read(path);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->definitions.queues.size(), 2u);
  EXPECT_EQ(read->queue_ids.size(), 2u);
  EXPECT_EQ(bytes_of(path), bytes_of(fixture("version_1") / "definitions.sqlite"));
  EXPECT_EQ(files_in(directory), 1);
}

TEST(DefinitionReading, TakesAnyNameAsItStands) {
  TemporaryDirectory directory;
  const auto path = directory / "100%41 a?b#c&d=e\xff.sqlite";
  put_samples(open_store(path), samples());
  auto closed = DefinitionStore::read(path);
  ASSERT_TRUE(closed) << closed.error().message;
  EXPECT_EQ(closed->definitions.bindings, samples().bindings);
  EXPECT_EQ(files_in(directory), 1);
  Store store = open_store(path);
  put_all(store, VhostRecord{.name = "new"});
  auto open = DefinitionStore::read(path);
  ASSERT_TRUE(open) << open.error().message;
  EXPECT_EQ(open->definitions.vhosts.size(), 3u);
}

// What kill -9 leaves: all that is new is in the log beside the database file.
TEST(DefinitionReading, SeesTheLogOfAKilledBrokerAndLeavesIt) {
  TemporaryDirectory running, killed;
  Store store = open_store(running / "d.sqlite");
  put_samples(store, samples());
  for (const char* name : {"d.sqlite", "d.sqlite-wal"}) {
    std::filesystem::copy(running / name, killed / name);
  }
  const std::string log = bytes_of(killed / "d.sqlite-wal");
  EXPECT_FALSE(log.empty());
  auto read = DefinitionStore::read(killed / "d.sqlite");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->definitions.bindings, samples().bindings);
  EXPECT_EQ(bytes_of(killed / "d.sqlite-wal"), log);
  EXPECT_EQ(bytes_of(killed / "d.sqlite"), bytes_of(running / "d.sqlite"));
  EXPECT_EQ(load(open_store(killed / "d.sqlite")).bindings, samples().bindings);
}

TEST(DefinitionReading, FilesThatCannotBeReadAreNamed) {
  TemporaryDirectory directory;
  const auto error_of = [&](const std::filesystem::path& path) {
    auto read = DefinitionStore::read(path);
    EXPECT_FALSE(read);
    if (read) return StorageErrorCode{};
    EXPECT_NE(read.error().message.find(path.string()), std::string::npos) << read.error().message;
    return read.error().code;
  };
  EXPECT_EQ(error_of(directory / "absent"), StorageErrorCode::kCannotOpen);
  EXPECT_EQ(files_in(directory), 0);
  std::ofstream(directory / "text") << std::string(8192, 'x');
  EXPECT_EQ(error_of(directory / "text"), StorageErrorCode::kCorrupt);
  auto foreign = sqlite::Database::open(directory / "foreign", nullptr);
  ASSERT_EQ(foreign->run("CREATE TABLE t (x)"), SQLITE_OK);
  EXPECT_EQ(error_of(directory / "foreign"), StorageErrorCode::kCannotOpen);
  put_samples(open_store(directory / "newer"), samples());
  auto newer = sqlite::Database::open(directory / "newer", nullptr);
  ASSERT_EQ(newer->run("PRAGMA user_version = 1000"), SQLITE_OK);
  EXPECT_EQ(error_of(directory / "newer"), StorageErrorCode::kNewerVersion);
}

}  // namespace
}  // namespace coney
