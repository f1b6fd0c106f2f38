// The ids of queues in stored messages.

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <map>
#include <random>
#include <set>
#include <string>

#include "persistence/definitions/schema.h"
#include "tests/unit/persistence/definitions/definition_fixture.h"

namespace coney {
namespace {

QueueRecord queue_record(std::string name) {
  return {.vhost = "/", .name = std::move(name), .durable = true};
}

TEST(StoredQueueIds, PutAnswersTheIdThatIsLoaded) {
  TemporaryDirectory directory;
  Store store = open_store(directory / "d.sqlite");
  ASSERT_TRUE(store->begin());
  auto b = store->put(queue_record("b"));
  auto a = store->put(queue_record("a"));
  ASSERT_TRUE(a && b && store->commit());
  EXPECT_NE(*a, *b);
  EXPECT_NE(*a, StoredQueueId{});
  EXPECT_NE(*b, StoredQueueId{});
  std::map<std::string, StoredQueueId> expected{{"a", *a}, {"b", *b}};
  EXPECT_EQ(queue_ids(store), expected);
  store = open_store(directory / "d.sqlite");
  EXPECT_EQ(queue_ids(store), expected);
}

TEST(StoredQueueIds, StayWhenTheQueueIsReplaced) {
  TemporaryDirectory directory;
  Store store = open_store(directory / "d.sqlite");
  put_all(store, queue_record("a"), queue_record("b"));
  auto before = queue_ids(store);
  QueueRecord changed = queue_record("a");
  changed.arguments = many_values();
  ASSERT_TRUE(store->begin());
  auto id = store->put(changed);
  ASSERT_TRUE(id && store->commit());
  EXPECT_EQ(*id, before.at("a"));
  EXPECT_EQ(queue_ids(store), before);
  EXPECT_EQ(load(store).queues.front(), changed);
}

TEST(StoredQueueIds, QueueThatIsDeclaredAgainIsAnotherOne) {
  TemporaryDirectory directory;
  Store store = open_store(directory / "d.sqlite");
  put_all(store, queue_record("a"));
  const StoredQueueId first = queue_ids(store).at("a");
  ASSERT_TRUE(store->begin());
  ASSERT_TRUE(store->remove_queue("/", "a"));
  auto second = store->put(queue_record("a"));
  ASSERT_TRUE(second && store->remove_vhost("/") && store->commit());
  store = open_store(directory / "d.sqlite");
  put_all(store, queue_record("a"));
  const StoredQueueId third = queue_ids(store).at("a");
  EXPECT_NE(*second, first);
  EXPECT_NE(third, first);
  EXPECT_NE(third, *second);
}

TEST(StoredQueueIds, AreNeverUsedTwice) {
  TemporaryDirectory directory;
  Store store = open_store(directory / "d.sqlite");
  std::mt19937 random(7);
  std::set<StoredQueueId> used;
  std::map<std::string, StoredQueueId> present;
  for (int round = 0; round < 300; ++round) {
    std::set<StoredQueueId> taken;
    auto changed = present;
    ASSERT_TRUE(store->begin());
    for (unsigned n = random() % 8; n != 0; --n) {
      std::string name(1, static_cast<char>('a' + random() % 6));
      if (random() % 2) {
        ASSERT_TRUE(store->remove_queue("/", name));
        changed.erase(name);
        continue;
      }
      auto id = store->put(queue_record(name));
      ASSERT_TRUE(id);
      if (changed.try_emplace(name, *id).second) {
        EXPECT_TRUE(taken.insert(*id).second && !used.contains(*id)) << "round " << round;
      }
      EXPECT_EQ(*id, changed.at(name));
    }
    if (random() % 4 == 0) {
      store->rollback();
    } else {
      ASSERT_TRUE(store->commit());
      present = changed;
      used.merge(taken);
    }
    if (random() % 8 == 0) store = open_store(directory / "d.sqlite");
    ASSERT_EQ(queue_ids(store), present) << "round " << round;
  }
  EXPECT_GT(used.size(), 100u);
}

TEST(StoredQueueIds, IdsThatWereSkippedAreNotGivenOut) {
  TemporaryDirectory directory;
  Store store = open_store(directory / "d.sqlite");
  put_all(store, queue_record("a"));
  ASSERT_TRUE(store->begin());
  EXPECT_TRUE(store->skip_queue_ids(StoredQueueId{40}));
  EXPECT_TRUE(store->skip_queue_ids(StoredQueueId{3}));
  ASSERT_TRUE(store->commit());
  put_all(store, queue_record("b"));
  EXPECT_EQ(queue_ids(store), (std::map<std::string, StoredQueueId>{{"a", StoredQueueId{1}},
                                                                    {"b", StoredQueueId{41}}}));
}

TEST(StoredQueueIds, DatabaseThatLostItsCounterTakesNoQueue) {
  TemporaryDirectory directory;
  Store store = open_store(directory / "d.sqlite");
  auto raw = sqlite::Database::open(directory / "d.sqlite", nullptr);
  ASSERT_EQ(raw->run("DELETE FROM counters"), SQLITE_OK);
  ASSERT_TRUE(store->begin());
  EXPECT_FALSE(store->put(queue_record("a")));
  EXPECT_FALSE(store->commit());
  EXPECT_TRUE(load(store).queues.empty());
}

TEST(StoredQueueIds, CounterThatFellBackTakesNoQueue) {
  TemporaryDirectory directory;
  Store store = open_store(directory / "d.sqlite");
  put_all(store, queue_record("a"));
  auto raw = sqlite::Database::open(directory / "d.sqlite", nullptr);
  ASSERT_EQ(raw->run("UPDATE counters SET next = 1"), SQLITE_OK);
  ASSERT_TRUE(store->begin());
  EXPECT_FALSE(store->put(queue_record("b")));
  EXPECT_FALSE(store->commit());
  EXPECT_EQ(load(store).queues.size(), 1u);
}

}  // namespace
}  // namespace coney
