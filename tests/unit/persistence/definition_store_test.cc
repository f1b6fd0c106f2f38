#include "persistence/definitions/definition_store.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <tuple>

#include "persistence/definitions/schema.h"
#include "tests/unit/persistence/failing_vfs.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney {
namespace {

using amqp::Table;
using amqp::Value;
using Store = std::unique_ptr<DefinitionStore>;

Store open_store(const std::filesystem::path& path, const char* vfs = nullptr) {
  auto store = DefinitionStore::open(path, vfs);
  if (store) return std::move(*store);
  ADD_FAILURE() << store.error().message;
  return nullptr;
}

Definitions load(const Store& store) {
  auto stored = store->load();
  if (stored) return stored->definitions;
  ADD_FAILURE() << stored.error().message;
  return {};
}

// By name.
std::map<std::string, StoredQueueId> queue_ids(const Store& store) {
  auto stored = store->load();
  if (!stored) ADD_FAILURE() << stored.error().message;
  std::map<std::string, StoredQueueId> ids;
  if (!stored) return ids;
  EXPECT_EQ(stored->queue_ids.size(), stored->definitions.queues.size());
  for (std::size_t n = 0; n != stored->queue_ids.size(); ++n) {
    ids.emplace(stored->definitions.queues[n].name, stored->queue_ids[n]);
  }
  return ids;
}

template <typename... Records>
void put_all(const Store& store, const Records&... records) {
  ASSERT_TRUE(store->begin());
  ASSERT_TRUE((... && store->put(records).has_value()));
  ASSERT_TRUE(store->commit());
}

Table many_values() {
  return {{"a", Value::int32(-5)},
          {"b", Value::array({Value::text("x"), Value::void_value(), Value::boolean(true)})},
          {"c", Value::table({{"inner", Value::number(0.25)}})},
          {"d", Value{'D', amqp::Decimal{2, 314}}},
          {"t", Value::timestamp(1700000000)},
          {"z", Value{'x', std::string("\0\xff\x01", 3)}}};
}

// One of each kind, with bytes that are awkward for SQL, C strings and UTF-8.
Definitions samples() {
  const std::string odd = std::string("o'd\0d", 5) + "\xff\xc3(";
  Definitions all;
  all.vhosts = {{.name = "", .tags = {""}},
                {.name = "/",
                 .description = odd,
                 .tags = {"one", "two, too", odd},
                 .default_queue_type = "quorum",
                 .max_connections = -1,
                 .max_queues = 1000,
                 .protected_from_deletion = true}};
  all.users = {{.name = "guest",
                .password_hash = "abc=",
                .hashing = PasswordHashing::kMd5,
                .tags = {"administrator"},
                .max_connections = 0,
                .max_channels = 7},
               {.name = "nobody"}};
  all.permissions = {{"guest", "", "^a", "b$", ".*"}, {"guest", "/", "", "", odd}};
  all.topic_permissions = {{"guest", "/", "amq.topic", "^{username}", ".*"}};
  all.exchanges = {{"/", "amq.topic", "topic", true, false, false, {}},
                   {"/", "x", "headers", false, true, true, many_values()}};
  all.queues = {{"/", odd, "classic", true, false, false, many_values()},
                {"/", "q", "quorum", false, true, false, {}}};
  all.bindings = {{"/", "amq.topic", DestinationKind::kQueue, odd, "a.#", {}},
                  {"/", "amq.topic", DestinationKind::kQueue, odd, "a.#", many_values()},
                  {"/", "amq.topic", DestinationKind::kExchange, "x", "", {}},
                  {"/", "x", DestinationKind::kQueue, "q", odd, {}}};
  std::swap(all.queues[0], all.queues[1]);  // "o'd" < "q": loading sorts
  return all;
}

void put_samples(const Store& store, const Definitions& all) {
  auto put_list = [&](const auto& list) {
    for (const auto& record : list) ASSERT_TRUE(store->put(record));
  };
  ASSERT_TRUE(store->begin());
  put_list(all.vhosts);
  put_list(all.users);
  put_list(all.permissions);
  put_list(all.topic_permissions);
  put_list(all.exchanges);
  put_list(all.queues);
  put_list(all.bindings);
  ASSERT_TRUE(store->commit());
}

TEST(DefinitionStore, NewFileIsEmpty) {
  TemporaryDirectory directory;
  EXPECT_EQ(load(open_store(directory / "d.sqlite")), Definitions{});
}

TEST(DefinitionStore, EveryFieldComesBackAfterReopen) {
  TemporaryDirectory directory;
  Definitions all = samples();
  put_samples(open_store(directory / "d.sqlite"), all);
  std::swap(all.queues[0], all.queues[1]);
  Definitions loaded = load(open_store(directory / "d.sqlite"));
  EXPECT_EQ(loaded.vhosts, all.vhosts);
  EXPECT_EQ(loaded.users, all.users);
  EXPECT_EQ(loaded.permissions, all.permissions);
  EXPECT_EQ(loaded.topic_permissions, all.topic_permissions);
  EXPECT_EQ(loaded.exchanges, all.exchanges);
  EXPECT_EQ(loaded.queues, all.queues);
  EXPECT_EQ(loaded.bindings, all.bindings);
}

TEST(DefinitionStore, PutReplacesTheObjectOfTheSameKey) {
  TemporaryDirectory directory;
  Store store = open_store(directory / "d.sqlite");
  put_all(store, UserRecord{.name = "u", .password_hash = "old", .max_channels = 3});
  put_all(store, UserRecord{.name = "u", .password_hash = "new"});
  EXPECT_EQ(load(store).users, (std::vector<UserRecord>{{.name = "u", .password_hash = "new"}}));
}

TEST(DefinitionStore, RemoveVhostTakesEverythingInIt) {
  TemporaryDirectory directory;
  Store store = open_store(directory / "d.sqlite");
  put_samples(store, samples());
  ASSERT_TRUE(store->begin());
  ASSERT_TRUE(store->remove_vhost("/"));
  ASSERT_TRUE(store->commit());
  Definitions left = load(store);
  EXPECT_EQ(left.vhosts.size(), 1u);
  EXPECT_EQ(left.users.size(), 2u);
  EXPECT_EQ(left.permissions.size(), 1u);
  EXPECT_TRUE(left.topic_permissions.empty());
  EXPECT_TRUE(left.exchanges.empty());
  EXPECT_TRUE(left.queues.empty());
  EXPECT_TRUE(left.bindings.empty());
}

TEST(DefinitionStore, RemoveUserTakesItsPermissions) {
  TemporaryDirectory directory;
  Store store = open_store(directory / "d.sqlite");
  put_samples(store, samples());
  put_all(store, PermissionRecord{"other", "/", "", "", ""});
  ASSERT_TRUE(store->begin());
  ASSERT_TRUE(store->remove_user("guest"));
  ASSERT_TRUE(store->commit());
  Definitions left = load(store);
  EXPECT_EQ(left.users.size(), 1u);
  EXPECT_EQ(left.permissions, (std::vector<PermissionRecord>{{"other", "/", "", "", ""}}));
  EXPECT_TRUE(left.topic_permissions.empty());
}

TEST(DefinitionStore, RemoveExchangeTakesBindingsFromItAndToIt) {
  TemporaryDirectory directory;
  Store store = open_store(directory / "d.sqlite");
  BindingRecord kept{"/", "a", DestinationKind::kQueue, "x", "", {}};  // to the queue of that name
  put_all(store, ExchangeRecord{.vhost = "/", .name = "x", .type = "fanout"}, kept,
          BindingRecord{"/", "x", DestinationKind::kQueue, "q", "", {}},
          BindingRecord{"/", "a", DestinationKind::kExchange, "x", "", {}});
  ASSERT_TRUE(store->begin());
  ASSERT_TRUE(store->remove_exchange("/", "x"));
  ASSERT_TRUE(store->commit());
  EXPECT_TRUE(load(store).exchanges.empty());
  EXPECT_EQ(load(store).bindings, std::vector<BindingRecord>{kept});
}

TEST(DefinitionStore, RemoveQueueTakesBindingsToIt) {
  TemporaryDirectory directory;
  Store store = open_store(directory / "d.sqlite");
  BindingRecord to_exchange{"/", "a", DestinationKind::kExchange, "q", "", {}};
  BindingRecord other_vhost{"v", "a", DestinationKind::kQueue, "q", "", {}};
  put_all(store, QueueRecord{.vhost = "/", .name = "q"}, to_exchange, other_vhost,
          BindingRecord{"/", "a", DestinationKind::kQueue, "q", "k", {}});
  ASSERT_TRUE(store->begin());
  ASSERT_TRUE(store->remove_queue("/", "q"));
  ASSERT_TRUE(store->commit());
  EXPECT_TRUE(load(store).queues.empty());
  EXPECT_EQ(load(store).bindings, (std::vector<BindingRecord>{to_exchange, other_vhost}));
}

TEST(DefinitionStore, ArgumentsArePartOfABindingsIdentity) {
  TemporaryDirectory directory;
  Store store = open_store(directory / "d.sqlite");
  BindingRecord plain{"/", "a", DestinationKind::kQueue, "q", "k", {}};
  BindingRecord with = plain;
  with.arguments = many_values();
  put_all(store, plain, with, plain, with);
  ASSERT_TRUE(store->begin());
  ASSERT_TRUE(store->remove(plain));
  ASSERT_TRUE(store->commit());
  EXPECT_EQ(load(store).bindings, std::vector<BindingRecord>{with});
}

TEST(DefinitionStore, RemovePermissionKeepsTheOthers) {
  TemporaryDirectory directory;
  Store store = open_store(directory / "d.sqlite");
  put_all(
      store, PermissionRecord{"u", "a", "", "", ""}, PermissionRecord{"u", "b", "", "", ""},
      TopicPermissionRecord{"u", "a", "x", "", ""}, TopicPermissionRecord{"u", "a", "y", "", ""},
      TopicPermissionRecord{"u", "b", "x", "", ""}, TopicPermissionRecord{"u", "b", "y", "", ""});
  ASSERT_TRUE(store->begin());
  ASSERT_TRUE(store->remove_permission("u", "a"));
  ASSERT_TRUE(store->remove_topic_permissions("u", "a"));
  ASSERT_TRUE(store->remove_topic_permission("u", "b", "x"));
  ASSERT_TRUE(store->commit());
  Definitions left = load(store);
  EXPECT_EQ(left.permissions, (std::vector<PermissionRecord>{{"u", "b", "", "", ""}}));
  EXPECT_EQ(left.topic_permissions, (std::vector<TopicPermissionRecord>{{"u", "b", "y", "", ""}}));
}

TEST(DefinitionStore, RemovingWhatDoesNotExistIsNoError) {
  TemporaryDirectory directory;
  Store store = open_store(directory / "d.sqlite");
  ASSERT_TRUE(store->begin());
  EXPECT_TRUE(store->remove_vhost("nope"));
  EXPECT_TRUE(store->remove_queue("/", "nope"));
  EXPECT_TRUE(store->commit());
}

TEST(DefinitionStore, RollbackUndoes) {
  TemporaryDirectory directory;
  Store store = open_store(directory / "d.sqlite");
  put_all(store, VhostRecord{.name = "kept"});
  ASSERT_TRUE(store->begin());
  ASSERT_TRUE(store->put(VhostRecord{.name = "undone"}));
  ASSERT_TRUE(store->remove_vhost("kept"));
  store->rollback();
  EXPECT_EQ(load(store).vhosts, (std::vector<VhostRecord>{{.name = "kept"}}));
}

TEST(DefinitionStore, UncommittedTransactionIsLost) {
  TemporaryDirectory directory;
  {
    Store store = open_store(directory / "d.sqlite");
    ASSERT_TRUE(store->begin());
    ASSERT_TRUE(store->put(VhostRecord{.name = "v"}));
  }
  EXPECT_EQ(load(open_store(directory / "d.sqlite")), Definitions{});
}

TEST(DefinitionStore, WriteOutsideOfATransactionIsRefused) {
  TemporaryDirectory directory;
  Store store = open_store(directory / "d.sqlite");
  auto put = store->put(VhostRecord{.name = "v"});
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().code, StorageErrorCode::kNoTransaction);
  EXPECT_FALSE(store->commit());
  EXPECT_EQ(load(store), Definitions{});
}

TEST(DefinitionStore, WriteWhileAnotherProgramWritesIsLocked) {
  TemporaryDirectory directory;
  Store store = open_store(directory / "d.sqlite");
  auto other = sqlite::Database::open(directory / "d.sqlite", nullptr);
  ASSERT_TRUE(other);
  ASSERT_EQ(other->run("BEGIN IMMEDIATE"), SQLITE_OK);
  auto begun = store->begin();
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().code, StorageErrorCode::kLocked) << begun.error().message;
  ASSERT_EQ(other->run("ROLLBACK"), SQLITE_OK);
  EXPECT_TRUE(store->begin());
}

// --- ids of queues in stored messages --------------------------------------------------------

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

// --- files that cannot be used ---------------------------------------------------------------

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

// --- schema versions -------------------------------------------------------------------------

// Version 1 as the first release wrote it; must load for ever.
TEST(DefinitionStore, ReadsTheFrozenVersion1) {
  TemporaryDirectory directory;
  {
    auto raw = sqlite::Database::open(directory / "d.sqlite", nullptr);
    ASSERT_EQ(raw->run(R"sql(
PRAGMA application_id = 0x436f6e79;
PRAGMA user_version = 1;
CREATE TABLE vhosts (name TEXT PRIMARY KEY, description TEXT NOT NULL, tags BLOB NOT NULL,
  default_queue_type TEXT NOT NULL, max_connections INTEGER, max_queues INTEGER)
  STRICT, WITHOUT ROWID;
INSERT INTO vhosts VALUES ('/', 'main', x'000000016100000002C3A9', 'quorum', NULL, 5);
CREATE TABLE users (name TEXT PRIMARY KEY, password_hash TEXT NOT NULL, hashing INTEGER NOT NULL,
  tags BLOB NOT NULL, max_connections INTEGER, max_channels INTEGER) STRICT, WITHOUT ROWID;
INSERT INTO users VALUES ('u', 'aGFzaA==', 1, x'', 1, NULL);
CREATE TABLE permissions (user TEXT, vhost TEXT, configure TEXT NOT NULL, write TEXT NOT NULL,
  read TEXT NOT NULL, PRIMARY KEY (user, vhost)) STRICT, WITHOUT ROWID;
INSERT INTO permissions VALUES ('u', '/', 'c', 'w', 'r');
CREATE TABLE topic_permissions (user TEXT, vhost TEXT, exchange TEXT, write TEXT NOT NULL,
  read TEXT NOT NULL, PRIMARY KEY (user, vhost, exchange)) STRICT, WITHOUT ROWID;
INSERT INTO topic_permissions VALUES ('u', '/', 'x', 'w', 'r');
CREATE TABLE exchanges (vhost TEXT, name TEXT, type TEXT NOT NULL, durable INTEGER NOT NULL,
  auto_delete INTEGER NOT NULL, internal INTEGER NOT NULL, arguments BLOB NOT NULL,
  PRIMARY KEY (vhost, name)) STRICT, WITHOUT ROWID;
INSERT INTO exchanges VALUES ('/', 'x', 'topic', 1, 0, 1, x'');
CREATE TABLE queues (vhost TEXT, name TEXT, type TEXT NOT NULL, durable INTEGER NOT NULL,
  auto_delete INTEGER NOT NULL, arguments BLOB NOT NULL,
  PRIMARY KEY (vhost, name)) STRICT, WITHOUT ROWID;
INSERT INTO queues VALUES ('/', 'q', 'classic', 1, 0, x'01616C0000000000000007');
INSERT INTO queues VALUES ('/', 'p', 'quorum', 1, 1, x'');
CREATE TABLE bindings (vhost TEXT, source TEXT, destination_kind INTEGER, destination TEXT,
  routing_key TEXT, arguments BLOB, PRIMARY KEY (vhost, source, destination_kind, destination,
  routing_key, arguments)) STRICT, WITHOUT ROWID;
INSERT INTO bindings VALUES ('/', 'x', 0, 'q', 'k.*', x'');
CREATE INDEX bindings_by_destination ON bindings (vhost, destination_kind, destination);
)sql"),
              SQLITE_OK);
  }
  Definitions expected;
  expected.vhosts = {{.name = "/",
                      .description = "main",
                      .tags = {"a", "é"},
                      .default_queue_type = "quorum",
                      .max_queues = 5}};
  expected.users = {{.name = "u",
                     .password_hash = "aGFzaA==",
                     .hashing = PasswordHashing::kSha512,
                     .max_connections = 1}};
  expected.permissions = {{"u", "/", "c", "w", "r"}};
  expected.topic_permissions = {{"u", "/", "x", "w", "r"}};
  expected.exchanges = {{"/", "x", "topic", true, false, true, {}}};
  expected.queues = {{"/", "p", "quorum", true, true, false, {}},
                     {"/", "q", "classic", true, false, false, {{"a", Value::int64(7)}}}};
  expected.bindings = {{"/", "x", DestinationKind::kQueue, "q", "k.*", {}}};
  Store store = open_store(directory / "d.sqlite");
  EXPECT_EQ(load(store), expected);
  put_all(store, QueueRecord{.vhost = "/", .name = "a"});
  EXPECT_EQ(queue_ids(store),
            (std::map<std::string, StoredQueueId>{
                {"p", StoredQueueId{1}}, {"q", StoredQueueId{2}}, {"a", StoredQueueId{3}}}));
}

TEST(DefinitionStore, Version1WithoutQueuesBeginsWithId1) {
  TemporaryDirectory directory;
  {
    auto raw = sqlite::Database::open(directory / "d.sqlite", nullptr);
    ASSERT_TRUE(migrate(*raw, definition_migrations().first(1)));
  }
  Store store = open_store(directory / "d.sqlite");
  put_all(store, QueueRecord{.vhost = "/", .name = "q"});
  EXPECT_EQ(queue_ids(store).at("q"), StoredQueueId{1});
}

// What version 2 added to version 1, as the release that brought it wrote it.
TEST(DefinitionStore, ReadsTheFrozenVersion2) {
  TemporaryDirectory directory;
  {
    auto raw = sqlite::Database::open(directory / "d.sqlite", nullptr);
    ASSERT_TRUE(migrate(*raw, definition_migrations().first(1)));
    ASSERT_EQ(raw->run(R"sql(
DROP TABLE queues;
CREATE TABLE queues (vhost TEXT, name TEXT, type TEXT NOT NULL, durable INTEGER NOT NULL,
  auto_delete INTEGER NOT NULL, arguments BLOB NOT NULL,
  stored_id INTEGER NOT NULL UNIQUE CHECK (stored_id > 0),
  PRIMARY KEY (vhost, name)) STRICT, WITHOUT ROWID;
CREATE TABLE counters (name TEXT PRIMARY KEY, next INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO queues VALUES ('/', 'q', 'classic', 1, 0, x'01616C0000000000000007', 40);
INSERT INTO counters VALUES ('stored queue id', 70);
PRAGMA user_version = 2;
)sql"),
              SQLITE_OK);
  }
  Store store = open_store(directory / "d.sqlite");
  EXPECT_EQ(load(store).queues,
            (std::vector<QueueRecord>{
                {"/", "q", "classic", true, false, false, {{"a", Value::int64(7)}}}}));
  put_all(store, QueueRecord{.vhost = "/", .name = "r"});
  EXPECT_EQ(queue_ids(store), (std::map<std::string, StoredQueueId>{{"q", StoredQueueId{40}},
                                                                    {"r", StoredQueueId{70}}}));
}

// What version 3 added to version 2, as the release that brought it wrote it.
TEST(DefinitionStore, ReadsTheFrozenVersion3) {
  TemporaryDirectory directory;
  {
    auto raw = sqlite::Database::open(directory / "d.sqlite", nullptr);
    ASSERT_TRUE(migrate(*raw, definition_migrations().first(2)));
    ASSERT_EQ(raw->run(R"sql(
INSERT INTO vhosts VALUES ('/', '', x'', '', NULL, NULL);
ALTER TABLE vhosts ADD COLUMN protected_from_deletion INTEGER NOT NULL DEFAULT 0;
INSERT INTO vhosts VALUES ('kept', '', x'', '', NULL, NULL, 1);
PRAGMA user_version = 3;
)sql"),
              SQLITE_OK);
  }
  Store store = open_store(directory / "d.sqlite");
  EXPECT_EQ(
      load(store).vhosts,
      (std::vector<VhostRecord>{{.name = "/"}, {.name = "kept", .protected_from_deletion = true}}));
}

// --- reading what a broker may be using ------------------------------------------------------

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

constexpr const char* kSteps[] = {
    "PRAGMA application_id = 0x436f6e79; CREATE TABLE t (x); INSERT INTO t VALUES (1)",
    "ALTER TABLE t ADD COLUMN y DEFAULT 2", "UPDATE t SET x = x + y"};

TEST(DefinitionMigrations, EachOldVersionReachesTheNewest) {
  for (std::size_t old : {0u, 1u, 2u, 3u}) {
    TemporaryDirectory directory;
    auto raw = sqlite::Database::open(directory / "d.sqlite", nullptr);
    ASSERT_TRUE(migrate(*raw, std::span(kSteps).first(old)));
    ASSERT_TRUE(migrate(*raw, kSteps));
    ASSERT_TRUE(migrate(*raw, kSteps));  // nothing left to do
    EXPECT_EQ(raw->integer("PRAGMA user_version"), 3);
    EXPECT_EQ(raw->integer("SELECT x FROM t"), 3);
  }
}

TEST(DefinitionMigrations, FailedStepLeavesTheVersionBefore) {
  TemporaryDirectory directory;
  auto raw = sqlite::Database::open(directory / "d.sqlite", nullptr);
  const char* steps[] = {kSteps[0], "UPDATE t SET x = 9; INSERT INTO missing VALUES (1)"};
  EXPECT_FALSE(migrate(*raw, steps));
  EXPECT_EQ(raw->integer("PRAGMA user_version"), 1);
  EXPECT_EQ(raw->integer("SELECT x FROM t"), 1);
}

// --- a disk that fails -----------------------------------------------------------------------

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

// --- random operations against a naive model ---------------------------------------------------

// The same contract as the store's, over ordered maps.
class Model {
 public:
  using Pair = std::pair<std::string, std::string>;

  void put(const VhostRecord& r) { vhosts_[r.name] = r; }
  void put(const UserRecord& r) { users_[r.name] = r; }
  void put(const PermissionRecord& r) { permissions_[{r.user, r.vhost}] = r; }
  void put(const TopicPermissionRecord& r) { topics_[{r.user, r.vhost, r.exchange}] = r; }
  void put(const ExchangeRecord& r) { exchanges_[{r.vhost, r.name}] = r; }
  void put(const QueueRecord& r) { queues_[{r.vhost, r.name}] = r; }
  void put(const BindingRecord& r) { bindings_[key(r)] = r; }

  void remove_vhost(const std::string& name) {
    vhosts_.erase(name);
    auto inside = [&](const auto& entry) { return entry.second.vhost == name; };
    std::erase_if(permissions_, inside);
    std::erase_if(topics_, inside);
    std::erase_if(exchanges_, inside);
    std::erase_if(queues_, inside);
    std::erase_if(bindings_, inside);
  }
  void remove_user(const std::string& name) {
    users_.erase(name);
    auto of_user = [&](const auto& entry) { return entry.second.user == name; };
    std::erase_if(permissions_, of_user);
    std::erase_if(topics_, of_user);
  }
  void remove_exchange(const std::string& vhost, const std::string& name) {
    exchanges_.erase({vhost, name});
    std::erase_if(bindings_, [&](const auto& entry) {
      const BindingRecord& b = entry.second;
      bool to_it = b.destination_kind == DestinationKind::kExchange && b.destination == name;
      return b.vhost == vhost && (b.source == name || to_it);
    });
  }
  void remove_queue(const std::string& vhost, const std::string& name) {
    queues_.erase({vhost, name});
    std::erase_if(bindings_, [&](const auto& entry) {
      const BindingRecord& b = entry.second;
      return b.vhost == vhost && b.destination_kind == DestinationKind::kQueue &&
             b.destination == name;
    });
  }
  void remove(const BindingRecord& r) { bindings_.erase(key(r)); }

  Definitions load() const {
    return {values(vhosts_),    values(users_),  values(permissions_), values(topics_),
            values(exchanges_), values(queues_), values(bindings_)};
  }

 private:
  using BindingKey =
      std::tuple<std::string, std::string, DestinationKind, std::string, std::string, std::string>;

  static BindingKey key(const BindingRecord& r) {
    std::string arguments;
    amqp::encode_table(arguments, r.arguments);
    return {r.vhost,       r.source,      r.destination_kind,
            r.destination, r.routing_key, arguments.substr(4)};
  }
  template <typename Key, typename Record>
  static std::vector<Record> values(const std::map<Key, Record>& map) {
    std::vector<Record> all;
    for (const auto& [unused, record] : map) all.push_back(record);
    return all;
  }

  std::map<std::string, VhostRecord> vhosts_;
  std::map<std::string, UserRecord> users_;
  std::map<Pair, PermissionRecord> permissions_;
  std::map<std::tuple<std::string, std::string, std::string>, TopicPermissionRecord> topics_;
  std::map<Pair, ExchangeRecord> exchanges_;
  std::map<Pair, QueueRecord> queues_;
  std::map<BindingKey, BindingRecord> bindings_;
};

class RandomOperations {
 public:
  RandomOperations(DefinitionStore& store, Model& model, unsigned seed)
      : store_(store), model_(model), random_(seed) {}

  void one() {
    switch (pick(14)) {
      case 0:
        return put(VhostRecord{.name = name(), .tags = {name()}, .max_queues = pick(3)});
      case 1:
        return put(UserRecord{.name = name(), .password_hash = name(), .tags = {name(), ""}});
      case 2:
        return put(PermissionRecord{name(), name(), name(), "", ""});
      case 3:
        return put(TopicPermissionRecord{name(), name(), name(), name(), ""});
      case 4:
        return put(ExchangeRecord{name(), name(), "topic", true, pick(2) == 0, false, arguments()});
      case 5:
        return put(QueueRecord{name(), name(), "classic", true, pick(2) == 0, false, arguments()});
      case 6:
        return remove_vhost(name());
      case 7:
        return remove_user(name());
      case 8:
        return remove_exchange(name(), name());
      case 9:
        return remove_queue(name(), name());
      case 10:
        return remove(binding());
      default:
        return put(binding());
    }
  }
  int pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }

 private:
  std::string name() {
    const std::string names[] = {"a", "b", "\xc3\xa9", std::string("\0", 1), "B", ""};
    return names[pick(6)];
  }
  Table arguments() {
    if (pick(2)) return {};
    return {{name(), Value::int32(pick(2))}};
  }
  BindingRecord binding() {
    auto kind = pick(2) ? DestinationKind::kQueue : DestinationKind::kExchange;
    return {name(), name(), kind, name(), name(), arguments()};
  }
  template <typename Record>
  void put(const Record& record) {
    model_.put(record);
    ASSERT_TRUE(store_.put(record));
  }
  void remove_vhost(const std::string& vhost) {
    model_.remove_vhost(vhost);
    ASSERT_TRUE(store_.remove_vhost(vhost));
  }
  void remove_user(const std::string& user) {
    model_.remove_user(user);
    ASSERT_TRUE(store_.remove_user(user));
  }
  void remove_exchange(const std::string& vhost, const std::string& exchange) {
    model_.remove_exchange(vhost, exchange);
    ASSERT_TRUE(store_.remove_exchange(vhost, exchange));
  }
  void remove_queue(const std::string& vhost, const std::string& queue) {
    model_.remove_queue(vhost, queue);
    ASSERT_TRUE(store_.remove_queue(vhost, queue));
  }
  void remove(const BindingRecord& record) {
    model_.remove(record);
    ASSERT_TRUE(store_.remove(record));
  }

  DefinitionStore& store_;
  Model& model_;
  std::mt19937 random_;
};

TEST(DefinitionStoreModel, RandomTransactionsAgreeWithOrderedMaps) {
  TemporaryDirectory directory;
  Store store = open_store(directory / "d.sqlite");
  Model model;
  for (unsigned round = 0; round < 200; ++round) {
    Model changed = model;
    RandomOperations operations(*store, changed, round);
    ASSERT_TRUE(store->begin());
    for (int i = operations.pick(40); i >= 0; --i) operations.one();
    if (operations.pick(4) == 0) {
      store->rollback();
    } else {
      ASSERT_TRUE(store->commit());
      model = changed;
    }
    if (operations.pick(8) == 0) store = open_store(directory / "d.sqlite");
    ASSERT_EQ(load(store), model.load()) << "round " << round;
  }
}

}  // namespace
}  // namespace coney
