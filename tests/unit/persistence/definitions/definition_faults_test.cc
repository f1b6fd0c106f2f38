// A disk that fails, a process that is killed.

#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>
#include <string>

#include "persistence/definitions/schema.h"
#include "tests/unit/persistence/definitions/definition_fixture.h"
#include "tests/unit/persistence/failing_vfs.h"

namespace coney {
namespace {

// Two changes that belong together, numbered.
StorageResult<void> commit_pair(DefinitionStore& store, int number) {
  std::string name = "q" + std::to_string(100000 + number);
  if (auto begun = store.begin(); !begun) return begun;
  (void)store.put(QueueRecord{.vhost = "/", .name = name});
  (void)store.put(BindingRecord{"/", "x", DestinationKind::kQueue, name, "", {}});
  return store.commit();
}

// Pairs are whole, and every number up to `acknowledged` is there.
void expect_whole_pairs(const Definitions& all, int acknowledged) {
  ASSERT_EQ(all.queues.size(), all.bindings.size());
  ASSERT_GE(static_cast<int>(all.queues.size()), acknowledged);
  for (std::size_t i = 0; i < all.queues.size(); ++i) {
    EXPECT_EQ(all.queues[i].name, "q" + std::to_string(100000 + i));
    EXPECT_EQ(all.queues[i].name, all.bindings[i].destination);
  }
}

TEST(DefinitionStoreDisk, EachCommitIsSynced) {
  TemporaryDirectory directory;
  failing_vfs::reset();
  Store store = open_store(directory / "d.sqlite", failing_vfs::kName);
  for (int i = 0; i < 10; ++i) {
    long before = failing_vfs::syncs();
    ASSERT_TRUE(commit_pair(*store, i));
    EXPECT_GT(failing_vfs::syncs(), before);
  }
}

TEST(DefinitionStoreDisk, EveryFailingWriteIsReportedAndNothingAcknowledgedIsLost) {
  for (int code : {SQLITE_FULL, SQLITE_IOERR_WRITE}) {
    bool failed = true;
    for (long nth = 1; failed; ++nth) {
      TemporaryDirectory directory;
      failing_vfs::reset();
      Store store = open_store(directory / "d.sqlite", failing_vfs::kName);
      failing_vfs::fail_at(nth, code);
      int acknowledged = 0;
      for (int tries = 0; tries < 20 && acknowledged < 5; ++tries) {
        auto committed = commit_pair(*store, acknowledged);
        if (committed) {
          ++acknowledged;
        } else {
          EXPECT_EQ(committed.error().code,
                    code == SQLITE_FULL ? StorageErrorCode::kNoSpace : StorageErrorCode::kIo);
        }
        ASSERT_EQ(static_cast<int>(load(store).queues.size()), acknowledged);
      }
      EXPECT_EQ(acknowledged, 5) << "operation " << nth;
      failed = failing_vfs::has_failed();
      store.reset();
      expect_whole_pairs(load(open_store(directory / "d.sqlite")), acknowledged);
    }
  }
}

TEST(DefinitionStoreDisk, FailedWriteDoomsTheTransaction) {
  TemporaryDirectory directory;
  failing_vfs::reset();
  Store store = open_store(directory / "d.sqlite", failing_vfs::kName);
  ASSERT_TRUE(store->begin());
  auto raw = sqlite::Database::open(directory / "d.sqlite", nullptr);
  // A row that the schema refuses stands in for any error in the middle of a transaction.
  ASSERT_TRUE(store->put(VhostRecord{.name = "first"}));
  store->rollback();
  ASSERT_EQ(raw->run("CREATE TRIGGER no_v2 BEFORE INSERT ON vhosts WHEN new.name = 'second' "
                     "BEGIN SELECT raise(ABORT, 'refused'); END"),
            SQLITE_OK);
  ASSERT_TRUE(store->begin());
  ASSERT_TRUE(store->put(VhostRecord{.name = "first"}));
  EXPECT_FALSE(store->put(VhostRecord{.name = "second"}));
  EXPECT_FALSE(store->put(VhostRecord{.name = "third"}));
  auto committed = store->commit();
  ASSERT_FALSE(committed);
  EXPECT_NE(committed.error().message.find("refused"), std::string::npos);
  EXPECT_TRUE(load(store).vhosts.empty());
  ASSERT_TRUE(store->begin());
  EXPECT_TRUE(store->put(VhostRecord{.name = "third"}));
  EXPECT_TRUE(store->commit());
}

TEST(DefinitionStoreDisk, NothingIsWrittenAfterAFailedSync) {
  TemporaryDirectory directory;
  failing_vfs::reset();
  Store store = open_store(directory / "d.sqlite", failing_vfs::kName);
  ASSERT_TRUE(commit_pair(*store, 0));
  failing_vfs::fail_sync_at(1, SQLITE_IOERR_FSYNC);
  EXPECT_FALSE(commit_pair(*store, 1));
  EXPECT_TRUE(failing_vfs::has_failed());
  EXPECT_FALSE(commit_pair(*store, 1));
  EXPECT_FALSE(store->begin());
  EXPECT_EQ(load(store).queues.size(), 1u);
  store.reset();
  expect_whole_pairs(load(open_store(directory / "d.sqlite")), 1);
}

// The log is moved into the database file every thousand pages; each commit here adds a few.
TEST(DefinitionStoreDisk, NothingIsWrittenAfterAFailedSyncOfACheckpoint) {
  TemporaryDirectory directory;
  failing_vfs::reset();
  Store store = open_store(directory / "d.sqlite", failing_vfs::kName);
  ASSERT_TRUE(commit_pair(*store, 0));
  failing_vfs::fail_database_sync(SQLITE_IOERR_FSYNC);
  int acknowledged = 1;
  while (acknowledged < 2000 && commit_pair(*store, acknowledged)) ++acknowledged;
  EXPECT_TRUE(failing_vfs::has_failed());
  EXPECT_LT(acknowledged, 2000);
  EXPECT_EQ(static_cast<int>(load(store).queues.size()), acknowledged);
  store.reset();
  // The log is still there to be replayed: closing has not declared it done with.
  EXPECT_GT(std::filesystem::file_size(directory / "d.sqlite-wal"), 0u);
  expect_whole_pairs(load(open_store(directory / "d.sqlite")), acknowledged);
}

// --- kill -9 ---------------------------------------------------------------------------------

[[noreturn]] void commit_forever(const std::filesystem::path& path, int report) {
  auto store = DefinitionStore::open(path);
  int count = 0;
  if (store) count = static_cast<int>((*store)->load()->definitions.queues.size());
  while (store && commit_pair(**store, count)) {
    ++count;
    if (::write(report, &count, sizeof count) != sizeof count) break;
  }
  ::_exit(1);
}

TEST(DefinitionStoreCrash, KilledProcessKeepsWhatItHadCommitted) {
  TemporaryDirectory directory;
  std::filesystem::path path = directory / "d.sqlite";
  std::mt19937 random(20240601);
  int acknowledged = 0;
  for (int round = 0; round < 20; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    pid_t child = ::fork();
    if (child == 0) commit_forever(path, ends[1]);
    ::close(ends[1]);
    int reports = 1 + static_cast<int>(random() % 20);
    for (int i = 0; i < reports; ++i) {
      ASSERT_EQ(::read(ends[0], &acknowledged, sizeof acknowledged), ssize_t{sizeof acknowledged});
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    while (::read(ends[0], &acknowledged, sizeof acknowledged) == sizeof acknowledged) {
    }
    ::close(ends[0]);
    Store store = open_store(path);
    expect_whole_pairs(load(store), acknowledged);
    acknowledged = static_cast<int>(load(store).queues.size());
  }
  EXPECT_GE(acknowledged, 20);
}

}  // namespace
}  // namespace coney
