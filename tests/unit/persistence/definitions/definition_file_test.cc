// Files that cannot be used.

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <fstream>
#include <string>

#include "persistence/definitions/schema.h"
#include "tests/unit/persistence/definitions/definition_fixture.h"

namespace coney {
namespace {

StorageErrorCode open_error(const std::filesystem::path& path) {
  auto store = DefinitionStore::open(path);
  if (store) {
    ADD_FAILURE() << path << " was opened";
    return {};
  }
  EXPECT_NE(store.error().message.find(path.string()), std::string::npos) << store.error().message;
  return store.error().code;
}

TEST(DefinitionStore, DirectoryInPlaceOfTheFileCannotBeOpened) {
  TemporaryDirectory directory;
  EXPECT_EQ(open_error(directory.path()), StorageErrorCode::kCannotOpen);
  EXPECT_EQ(open_error(directory / "missing/d.sqlite"), StorageErrorCode::kCannotOpen);
}

TEST(DefinitionStore, FileThatIsNoDatabaseIsCorrupt) {
  TemporaryDirectory directory;
  std::ofstream(directory / "d.sqlite") << std::string(8192, 'x');
  EXPECT_EQ(open_error(directory / "d.sqlite"), StorageErrorCode::kCorrupt);
}

TEST(DefinitionStore, DatabaseOfAnotherProgramIsRefused) {
  TemporaryDirectory directory;
  auto foreign = sqlite::Database::open(directory / "d.sqlite", nullptr);
  ASSERT_EQ(foreign->run("CREATE TABLE t (x)"), SQLITE_OK);
  EXPECT_EQ(open_error(directory / "d.sqlite"), StorageErrorCode::kCannotOpen);
}

TEST(DefinitionStore, NewerSchemaIsRefusedAndLeftAlone) {
  TemporaryDirectory directory;
  put_samples(open_store(directory / "d.sqlite"), samples());
  auto raw = sqlite::Database::open(directory / "d.sqlite", nullptr);
  ASSERT_EQ(raw->run("PRAGMA user_version = 1000"), SQLITE_OK);
  EXPECT_EQ(open_error(directory / "d.sqlite"), StorageErrorCode::kNewerVersion);
  EXPECT_EQ(raw->integer("PRAGMA user_version"), 1000);
  EXPECT_EQ(raw->integer("SELECT count(*) FROM queues"), 2);
}

TEST(DefinitionStore, MalformedArgumentsAreReportedWithTheTable) {
  TemporaryDirectory directory;
  Store store = open_store(directory / "d.sqlite");
  put_samples(store, samples());
  auto raw = sqlite::Database::open(directory / "d.sqlite", nullptr);
  ASSERT_EQ(raw->run("UPDATE queues SET arguments = x'05ff' WHERE name = 'q'"), SQLITE_OK);
  auto loaded = store->load();
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, StorageErrorCode::kCorrupt);
  EXPECT_NE(loaded.error().message.find("queues"), std::string::npos) << loaded.error().message;
}

TEST(DefinitionStore, UnknownEnumeratorsAreCorrupt) {
  TemporaryDirectory directory;
  Store store = open_store(directory / "d.sqlite");
  put_samples(store, samples());
  auto raw = sqlite::Database::open(directory / "d.sqlite", nullptr);
  ASSERT_EQ(raw->run("UPDATE users SET hashing = 3"), SQLITE_OK);
  EXPECT_EQ(store->load().error().code, StorageErrorCode::kCorrupt);
  ASSERT_EQ(raw->run("UPDATE users SET hashing = 0"), SQLITE_OK);
  EXPECT_TRUE(store->load());
  ASSERT_EQ(raw->run("UPDATE bindings SET destination_kind = 2 WHERE source = 'x'"), SQLITE_OK);
  EXPECT_EQ(store->load().error().code, StorageErrorCode::kCorrupt);
}

}  // namespace
}  // namespace coney
