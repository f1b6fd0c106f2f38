#include "persistence/data_directory.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "persistence/definitions/definition_store.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney {
namespace {

std::string content(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(DataDirectory, IsCreatedForItsOwnerOnly) {
  TemporaryDirectory temporary;
  auto directory = DataDirectory::open(temporary / "a/b/");
  ASSERT_TRUE(directory) << directory.error().message;
  EXPECT_EQ(directory->path(), temporary / "a/b");
  EXPECT_EQ(directory->definitions_path(), temporary / "a/b/definitions.sqlite");
  struct stat status {};
  ASSERT_EQ(::stat((temporary / "a/b").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
  for (const auto& folder : {directory->wal_path(), directory->segments_path(),
                             directory->spill_path(), directory->quarantine_path()}) {
    ASSERT_EQ(::stat(folder.c_str(), &status), 0) << folder;
    EXPECT_TRUE(S_ISDIR(status.st_mode)) << folder;
    EXPECT_EQ(status.st_mode & 0777, 0700u) << folder;
    EXPECT_EQ(folder.parent_path(), directory->path());
  }
  EXPECT_EQ(content(temporary / "a/b/format"), "coney-data 2\n");
  EXPECT_EQ(content(temporary / "a/b/lock"), std::to_string(::getpid()) + "\n");
}

TEST(DataDirectory, SecondHolderIsToldThePidOfTheFirst) {
  TemporaryDirectory temporary;
  auto first = DataDirectory::open(temporary.path());
  ASSERT_TRUE(first);
  auto second = DataDirectory::open(temporary.path());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, StorageErrorCode::kLocked);
  EXPECT_NE(second.error().message.find("process " + std::to_string(::getpid())),
            std::string::npos);
}

TEST(DataDirectory, LockIsGivenBackAtTheEnd) {
  TemporaryDirectory temporary;
  EXPECT_TRUE(DataDirectory::open(temporary.path()));
  EXPECT_TRUE(DataDirectory::open(temporary.path()));
}

TEST(DataDirectory, LockOfAKilledProcessIsFree) {
  TemporaryDirectory temporary;
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  pid_t child = ::fork();
  if (child == 0) {
    auto held = DataDirectory::open(temporary.path());
    char ready = held ? 'y' : 'n';
    if (::write(ends[1], &ready, 1) == 1) ::pause();
    ::_exit(0);
  }
  char ready = 0;
  ASSERT_EQ(::read(ends[0], &ready, 1), 1);
  ASSERT_EQ(ready, 'y');
  auto refused = DataDirectory::open(temporary.path());
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("process " + std::to_string(child)), std::string::npos);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(ends[0]);
  ::close(ends[1]);
  EXPECT_TRUE(DataDirectory::open(temporary.path()));
}

TEST(DataDirectory, NewerFormatIsRefused) {
  TemporaryDirectory temporary;
  std::ofstream(temporary / "format") << "coney-data 3\n";
  auto directory = DataDirectory::open(temporary.path());
  ASSERT_FALSE(directory);
  EXPECT_EQ(directory.error().code, StorageErrorCode::kNewerVersion);
  EXPECT_EQ(content(temporary / "format"), "coney-data 3\n");
  EXPECT_FALSE(std::filesystem::exists(temporary / "wal"));
  EXPECT_EQ(DataDirectory::inspect(temporary.path()).error().code, StorageErrorCode::kNewerVersion);
}

// What the release with format 1 left behind after an orderly stop.
TEST(DataDirectory, Version1BecomesThePresentVersion) {
  TemporaryDirectory temporary;
  const std::filesystem::path path = temporary / "data";
  std::filesystem::copy(std::string(CONEY_SOURCE_DIR) + "/tests/unit/persistence/data/version_1",
                        path, std::filesystem::copy_options::recursive);
  for (int n = 0; n != 2; ++n) {
    auto directory = DataDirectory::open(path);
    ASSERT_TRUE(directory) << directory.error().message;
    EXPECT_EQ(content(path / "format"), "coney-data 2\n");
    EXPECT_TRUE(std::filesystem::is_empty(directory->wal_path()));
    EXPECT_TRUE(std::filesystem::is_empty(directory->segments_path()));
    EXPECT_EQ(content(path / "log/coney.log"), "starting Coney 0.1.0 as node rabbit@fixture\n");
    auto store = DefinitionStore::open(directory->definitions_path());
    ASSERT_TRUE(store) << store.error().message;
    auto stored = (*store)->load();
    ASSERT_TRUE(stored) << stored.error().message;
    const Definitions& all = stored->definitions;
    ASSERT_EQ(all.queues.size(), 2u);
    EXPECT_EQ(all.queues[0].vhost + all.queues[0].name, "/q");
    EXPECT_EQ(all.queues[1].vhost + all.queues[1].name, "othera");
    EXPECT_EQ(stored->queue_ids, (std::vector{StoredQueueId{1}, StoredQueueId{2}}));
    EXPECT_EQ(all.vhosts.size(), 2u);
    EXPECT_EQ(all.vhosts[0].max_queues, 100);
    EXPECT_EQ(all.users.size(), 1u);
    EXPECT_EQ(all.permissions.size(), 2u);
    EXPECT_EQ(all.topic_permissions.size(), 1u);
    EXPECT_EQ(all.exchanges.size(), 1u);
    EXPECT_EQ(all.bindings.size(), 2u);
  }
}

TEST(DataDirectory, UpgradeThatWasInterruptedGoesOn) {
  TemporaryDirectory temporary;
  std::ofstream(temporary / "format") << "coney-data 1\n";
  std::ofstream(temporary / "spill") << "in the way";
  EXPECT_EQ(DataDirectory::open(temporary.path()).error().code, StorageErrorCode::kCannotOpen);
  EXPECT_TRUE(std::filesystem::exists(temporary / "wal"));
  EXPECT_EQ(content(temporary / "format"), "coney-data 1\n");
  std::filesystem::remove(temporary / "spill");
  EXPECT_TRUE(DataDirectory::open(temporary.path()));
  EXPECT_EQ(content(temporary / "format"), "coney-data 2\n");
}

TEST(DataDirectory, FolderThatWasRemovedComesBack) {
  TemporaryDirectory temporary;
  EXPECT_TRUE(DataDirectory::open(temporary.path()));
  std::filesystem::remove(temporary / "spill");
  EXPECT_TRUE(DataDirectory::open(temporary.path()));
  EXPECT_TRUE(std::filesystem::is_directory(temporary / "spill"));
}

TEST(DataDirectory, ClearedIsAsNewButForWhatIsInQuarantine) {
  TemporaryDirectory temporary;
  auto directory = DataDirectory::open(temporary / "data");
  ASSERT_TRUE(directory);
  ASSERT_TRUE(DefinitionStore::open(directory->definitions_path()));
  for (const auto& file : {directory->wal_path() / "1", directory->segments_path() / "q" / "1",
                           directory->spill_path() / "1", directory->deliveries_path(),
                           directory->quarantine_path() / "1", directory->path() / "mine"}) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << "x";
  }
  auto cleared = directory->clear();
  ASSERT_TRUE(cleared) << cleared.error().message;
  EXPECT_FALSE(std::filesystem::exists(directory->definitions_path()));
  EXPECT_FALSE(std::filesystem::exists(directory->deliveries_path()));
  for (const auto& folder :
       {directory->wal_path(), directory->segments_path(), directory->spill_path()}) {
    EXPECT_TRUE(std::filesystem::is_empty(folder)) << folder;
  }
  EXPECT_EQ(content(directory->quarantine_path() / "1"), "x");
  EXPECT_EQ(content(directory->path() / "mine"), "x");
  EXPECT_FALSE(DataDirectory::open(temporary / "data")) << "it is still held";
}

TEST(DataDirectory, InspectionChangesNothingAndNeedsNoLock) {
  TemporaryDirectory temporary;
  auto none = DataDirectory::inspect(temporary.path());
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, StorageErrorCode::kCannotOpen);
  EXPECT_EQ(DataDirectory::inspect(temporary / "absent").error().code,
            StorageErrorCode::kCannotOpen);
  EXPECT_FALSE(std::filesystem::exists(temporary / "absent"));
  EXPECT_FALSE(DataDirectory::inspect(""));
  std::ofstream(temporary / "format") << "coney-data 1\n";
  auto old = DataDirectory::inspect(temporary.path());
  ASSERT_TRUE(old) << old.error().message;
  EXPECT_EQ(old->definitions_path(), temporary / "definitions.sqlite");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(temporary.path()), {}), 1);
  auto used = DataDirectory::open(temporary.path());
  EXPECT_TRUE(used && DataDirectory::inspect(temporary.path()));
}

TEST(DataDirectory, UnreadableFormatIsCorrupt) {
  for (const char* text : {"", "coney-data", "coney-data 1", "coney-data x\n", "coney-data 0\n",
                           "coney-data 1 2\n", "something else\n"}) {
    TemporaryDirectory temporary;
    std::ofstream(temporary / "format") << text;
    auto directory = DataDirectory::open(temporary.path());
    ASSERT_FALSE(directory) << text;
    EXPECT_EQ(directory.error().code, StorageErrorCode::kCorrupt) << text;
  }
}

TEST(DataDirectory, FileInPlaceOfTheDirectoryCannotBeOpened) {
  TemporaryDirectory temporary;
  std::ofstream(temporary / "file") << "x";
  for (const char* name : {"file", "file/below"}) {
    auto directory = DataDirectory::open(temporary / name);
    ASSERT_FALSE(directory);
    EXPECT_EQ(directory.error().code, StorageErrorCode::kCannotOpen) << directory.error().message;
  }
  EXPECT_FALSE(DataDirectory::open(""));
}

}  // namespace
}  // namespace coney
