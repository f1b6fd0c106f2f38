// What is put is there, what is removed takes along what belongs to it.

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "persistence/definitions/schema.h"
#include "tests/unit/persistence/definitions/definition_fixture.h"

namespace coney {
namespace {

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
  EXPECT_EQ(loaded.policies, all.policies);
  EXPECT_EQ(loaded.parameters, all.parameters);
  EXPECT_EQ(loaded.global_parameters, all.global_parameters);
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
  EXPECT_TRUE(left.policies.empty());
  EXPECT_TRUE(left.parameters.empty());
  EXPECT_EQ(left.global_parameters.size(), 2u);
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

TEST(DefinitionStore, RemovesPoliciesAndParameters) {
  TemporaryDirectory directory;
  Store store = open_store(directory / "d.sqlite");
  put_samples(store, samples());
  const PolicyRecord policy = samples().policies[0];
  ASSERT_TRUE(store->begin());
  ASSERT_TRUE(store->remove_policy("/", false, policy.name));
  ASSERT_TRUE(store->remove_parameter("/", "shovel", policy.name));  // there is none
  ASSERT_TRUE(store->remove_global_parameter("cluster_name"));
  ASSERT_TRUE(store->commit());
  Definitions left = load(store);
  EXPECT_EQ(left.policies, (std::vector<PolicyRecord>{samples().policies[1]}));
  EXPECT_EQ(left.parameters, samples().parameters);
  EXPECT_EQ(left.global_parameters.size(), 1u);
}

}  // namespace
}  // namespace coney
