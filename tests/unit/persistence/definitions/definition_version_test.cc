// Schemas of every version have to load for ever.

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <map>
#include <string>

#include "persistence/definitions/schema.h"
#include "tests/unit/persistence/definitions/definition_fixture.h"

namespace coney {
namespace {

using amqp::Value;

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

// What version 4 added to version 3, as the release that brought it wrote it.
TEST(DefinitionStore, ReadsTheFrozenVersion4) {
  TemporaryDirectory directory;
  {
    auto raw = sqlite::Database::open(directory / "d.sqlite", nullptr);
    ASSERT_TRUE(migrate(*raw, definition_migrations().first(3)));
    ASSERT_EQ(raw->run(R"sql(
CREATE TABLE policies (vhost TEXT, is_operator INTEGER, name TEXT, pattern TEXT NOT NULL,
  apply_to INTEGER NOT NULL, priority REAL NOT NULL, definition BLOB NOT NULL,
  PRIMARY KEY (vhost, is_operator, name)) STRICT, WITHOUT ROWID;
CREATE TABLE parameters (vhost TEXT, component TEXT, name TEXT, value TEXT NOT NULL,
  PRIMARY KEY (vhost, component, name)) STRICT, WITHOUT ROWID;
CREATE TABLE global_parameters (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO policies VALUES ('/', 1, 'p', '^q', 3, 2.5, x'01616C0000000000000007');
INSERT INTO parameters VALUES ('/', 'shovel', 's', '{}');
INSERT INTO global_parameters VALUES ('cluster_name', '"c"');
PRAGMA user_version = 4;
)sql"),
              SQLITE_OK);
  }
  Definitions all = load(open_store(directory / "d.sqlite"));
  EXPECT_EQ(
      all.policies,
      (std::vector<PolicyRecord>{
          {"/", true, "p", "^q", PolicyTarget::kQuorumQueues, 2.5, {{"a", Value::int64(7)}}}}));
  EXPECT_EQ(all.parameters, (std::vector<ParameterRecord>{{"/", "shovel", "s", "{}"}}));
  EXPECT_EQ(all.global_parameters, (std::vector<GlobalParameterRecord>{{"cluster_name", "\"c\""}}));
}

TEST(DefinitionStore, Version2IsUpgradedWithItsVhosts) {
  TemporaryDirectory directory;
  {
    auto raw = sqlite::Database::open(directory / "d.sqlite", nullptr);
    ASSERT_TRUE(migrate(*raw, definition_migrations().first(2)));
    ASSERT_EQ(raw->run("INSERT INTO vhosts VALUES ('/', 'old', x'', 'quorum', 5, NULL);"
                       "INSERT INTO queues VALUES ('/', 'q', 'classic', 1, 0, x'', 3);"),
              SQLITE_OK);
  }
  Store store = open_store(directory / "d.sqlite");
  const VhostRecord vhost{
      .name = "/", .description = "old", .default_queue_type = "quorum", .max_connections = 5};
  EXPECT_EQ(load(store).vhosts, (std::vector<VhostRecord>{vhost}));
  EXPECT_EQ(queue_ids(store).at("q"), StoredQueueId{3});
  put_all(store, PolicyRecord{.vhost = "/", .name = "p", .pattern = ".*"});
  EXPECT_EQ(load(open_store(directory / "d.sqlite")).policies.size(), 1u);
}

}  // namespace
}  // namespace coney
