#include "broker/topology/topology.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <set>

#include "tests/unit/broker/topology/running_topology.h"
#include "tests/unit/persistence/failing_vfs.h"

namespace coney {
namespace {

using amqp::Table;
using amqp::Value;

DeclareExchange exchange(std::string name, bool durable = false, bool auto_delete = false) {
  return {{.vhost = "/",
           .name = std::move(name),
           .type = "fanout",
           .durable = durable,
           .auto_delete = auto_delete}};
}
DeclareQueue queue(std::string name, bool durable = false) {
  return {.record = {.vhost = "/",
                     .name = std::move(name),
                     .durable = durable,
                     .arguments = {{"x-queue-type", Value::text("classic")}}}};
}
BindingRecord to_queue(std::string source, std::string destination, std::string key = "") {
  return {"/", std::move(source), DestinationKind::kQueue, std::move(destination), std::move(key),
          {}};
}
BindingRecord to_exchange(std::string source, std::string destination) {
  return {"/", std::move(source), DestinationKind::kExchange, std::move(destination), "", {}};
}

TEST(Topology, NewBrokerHasTheDefaultsAndThePredeclaredExchanges) {
  Running broker;
  const Catalog& shard = broker.sink.shard();
  EXPECT_TRUE(shard.allowed("guest", "/", Access::kConfigure, "anything"));
  for (auto name : {"", "amq.direct", "amq.fanout", "amq.topic", "amq.headers", "amq.match",
                    "amq.rabbitmq.trace", "amq.rabbitmq.log"}) {
    ASSERT_TRUE(broker.exchange(name)) << name;
    EXPECT_TRUE(broker.exchange(name)->record->durable) << name;
  }
  EXPECT_TRUE(broker.exchange("amq.rabbitmq.log")->record->internal);
}

TEST(Topology, DeclaringWhatExistsChangesNothing) {
  Running broker;
  EXPECT_FALSE(broker.run(queue("q")).existed);
  QueueId id = broker.queue("q")->id;
  int publications = broker.sink.publications();
  EXPECT_TRUE(broker.run(queue("q")).existed);
  EXPECT_TRUE(broker.run(exchange("amq.fanout", true)).existed);
  EXPECT_EQ(broker.sink.publications(), publications);
  EXPECT_EQ(broker.queue("q")->id, id);
}

TEST(Topology, DeclaringOtherwiseThanItExistsFails) {
  Running broker;
  broker.succeed(queue("q"));
  EXPECT_EQ(broker.fail(queue("q", true)),
            "PRECONDITION_FAILED - inequivalent arg 'durable' for queue 'q' in vhost '/': received "
            "'true' but current is 'false'");
  EXPECT_EQ(broker.fail(exchange("amq.fanout")),
            "PRECONDITION_FAILED - inequivalent arg 'durable' for exchange 'amq.fanout' in vhost "
            "'/': received 'false' but current is 'true'");
}

TEST(Topology, ExclusiveQueueIsBoundByItsOwnerAlone) {
  Running broker;
  DeclareQueue declare = queue("mine");
  declare.record.exclusive = true;
  declare.owner = kOwner;
  broker.succeed(declare);
  broker.succeed(Bind{to_queue("amq.fanout", "mine"), "guest", kOwner});
  const auto answer = broker.run(Bind{to_queue("amq.fanout", "mine"), "guest", kConnection});
  ASSERT_TRUE(answer.error);
  EXPECT_EQ(answer.error->code, ReplyCode::kResourceLocked);
}

TEST(Topology, BindingNeedsTopicPermission) {
  Running broker;
  Definitions file;
  file.topic_permissions.push_back({"guest", "/", "amq.topic", "", "^allowed"});
  ASSERT_EQ(broker.topology.import(file), std::nullopt);
  broker.succeed(queue("q"));
  const std::string refused =
      "ACCESS_REFUSED - read access to topic 'other' in exchange 'amq.topic' in vhost '/' refused "
      "for user 'guest'";
  EXPECT_EQ(broker.fail(Bind{to_queue("amq.topic", "q", "other"), "guest", {}}), refused);
  EXPECT_EQ(broker.fail(Unbind{to_queue("amq.topic", "q", "other"), "guest"}), refused);
  broker.succeed(Bind{to_queue("amq.topic", "q", "allowed"), "guest", {}});
  broker.succeed(Unbind{to_queue("amq.topic", "q", "allowed"), "guest"});
}

TEST(Topology, BindingNeedsBothEnds) {
  Running broker;
  broker.succeed(queue("q"));
  EXPECT_EQ(broker.fail(Bind{to_queue("x", "q")}), "NOT_FOUND - no exchange 'x' in vhost '/'");
  EXPECT_EQ(broker.fail(Bind{to_queue("amq.fanout", "r")}),
            "NOT_FOUND - no queue 'r' in vhost '/'");
  EXPECT_EQ(broker.fail(Bind{to_exchange("amq.fanout", "y")}),
            "NOT_FOUND - no exchange 'y' in vhost '/'");
  broker.succeed(Bind{to_queue("amq.fanout", "q")});
  broker.succeed(Bind{to_queue("amq.fanout", "q")});
  EXPECT_EQ(broker.exchange("amq.fanout")->outgoing.size(), 1U);
  broker.succeed(Unbind{to_queue("amq.fanout", "q", "other")});
  EXPECT_EQ(broker.exchange("amq.fanout")->outgoing.size(), 1U);
  broker.succeed(Unbind{to_queue("amq.fanout", "q")});
  broker.succeed(Unbind{to_queue("missing", "q")});
  EXPECT_EQ(broker.exchange("amq.fanout")->outgoing.size(), 0U);
}

TEST(Topology, TracingIsOfAVhostAndOffAfterAStart) {
  TemporaryDirectory directory;
  {
    Running broker(open_store(directory));
    const auto tracing = [&] { return broker.sink.shard().find_vhost("/")->tracing; };
    EXPECT_FALSE(tracing());
    broker.succeed(SetTracing{"/", true});
    EXPECT_TRUE(tracing());
    EXPECT_TRUE(broker.run(SetTracing{"/", true}).existed);
    EXPECT_EQ(broker.fail(SetTracing{"missing", true}), "NOT_ALLOWED - vhost missing not found");
    broker.succeed(SetTracing{"/", false});
    EXPECT_FALSE(tracing());
    broker.succeed(SetTracing{"/", true});
    broker.stop();
  }
  Running broker(open_store(directory));
  EXPECT_FALSE(broker.sink.shard().find_vhost("/")->tracing);
}

TEST(Topology, ExchangeInUseStaysWhenAskedTo) {
  Running broker;
  broker.succeed(exchange("x"));
  broker.succeed(queue("q"));
  broker.succeed(Bind{to_queue("x", "q")});
  EXPECT_EQ(broker.fail(DeleteExchange{"/", "x", true}),
            "PRECONDITION_FAILED - exchange 'x' in vhost '/' in use");
  broker.succeed(DeleteExchange{"/", "x", false});
  broker.succeed(DeleteExchange{"/", "x", false});
  EXPECT_FALSE(broker.exchange("x"));
}

TEST(Topology, AutoDeleteExchangesFollowTheirLastBinding) {
  Running broker;
  for (auto name : {"a", "b", "c"}) broker.succeed(exchange(name, false, true));
  broker.succeed(exchange("never used", false, true));
  broker.succeed(exchange("stays"));
  broker.succeed(queue("q"));
  broker.succeed(Bind{to_exchange("stays", "a")});
  broker.succeed(Bind{to_exchange("a", "b")});
  broker.succeed(Bind{to_exchange("b", "c")});
  broker.succeed(Bind{to_queue("c", "q")});
  broker.succeed(Bind{to_queue("c", "q", "second")});
  broker.succeed(Unbind{to_queue("c", "q")});
  EXPECT_TRUE(broker.exchange("c"));
  broker.succeed(DeleteQueue{"/", "q", {}});
  for (auto name : {"a", "b", "c"}) EXPECT_FALSE(broker.exchange(name)) << name;
  EXPECT_TRUE(broker.exchange("stays")->outgoing.empty());
  EXPECT_TRUE(broker.exchange("never used"));
}

TEST(Topology, UnbindingTheLastBindingRemovesAnAutoDeleteExchange) {
  Running broker;
  broker.succeed(exchange("x", false, true));
  broker.succeed(queue("q"));
  broker.succeed(Bind{to_queue("x", "q")});
  broker.succeed(Unbind{to_queue("x", "q")});
  EXPECT_FALSE(broker.exchange("x"));
}

TEST(Topology, DeletedQueueIsRetiredAndItsIdNeverComesBack) {
  Running broker(nullptr, 1);
  broker.succeed(queue("q"));
  QueueId first = broker.queue("q")->id;
  broker.succeed(DeleteQueue{"/", "q", first});
  broker.succeed(queue("q"));
  QueueId second = broker.queue("q")->id;
  EXPECT_EQ(second.slot, first.slot);
  EXPECT_NE(second, first);
  broker.succeed(DeleteQueue{"/", "q", first});  // too late: another queue has the name
  EXPECT_TRUE(broker.queue("q"));
  broker.stop();
  EXPECT_THAT(broker.sink.retired(), testing::ElementsAre(first));
}

TEST(Topology, ExclusiveQueuesGoWithTheirOwner) {
  Running broker;
  for (auto name : {"mine", "mine too"}) {
    DeclareQueue declare = queue(name);
    declare.record.exclusive = true;
    declare.owner = kOwner;
    broker.succeed(declare);
  }
  broker.succeed(queue("other"));
  EXPECT_EQ(broker.queue("mine")->owner, kOwner);
  broker.succeed(DeleteExclusiveQueues{kOwner});
  broker.succeed(DeleteExclusiveQueues{kOwner});
  EXPECT_FALSE(broker.queue("mine"));
  EXPECT_FALSE(broker.queue("mine too"));
  EXPECT_TRUE(broker.queue("other"));
}

TEST(Topology, QueueLimitOfTheVhost) {
  Running broker;
  Definitions limited;
  limited.vhosts.push_back({.name = "onequeue", .max_queues = 1});
  ASSERT_EQ(broker.topology.import(limited), std::nullopt);
  DeclareQueue declare = queue("lq1");
  declare.record.vhost = "onequeue";
  broker.succeed(declare);
  EXPECT_TRUE(broker.run(declare).existed);
  declare.record.name = "lq2";
  EXPECT_EQ(broker.fail(declare),
            "PRECONDITION_FAILED - cannot declare queue 'lq2': queue limit in vhost 'onequeue' (1) "
            "is reached");
}

TEST(Topology, CrowdedShardSendsNewQueuesToTheOther) {
  Running broker;
  for (int i = 0; i < 18; ++i) broker.succeed(queue("q" + std::to_string(i)));
  EXPECT_EQ(broker.queue("q16")->id.shard, ShardId{0});
  EXPECT_EQ(broker.queue("q17")->id.shard, ShardId{1});
}

TEST(Topology, WaitingCommandsSeeEachOtherAndAreAnsweredInOrder) {
  Running broker;
  broker.topology.submit(kConnection, queue("q"));
  broker.topology.submit(kConnection, queue("q"));
  broker.topology.submit(kConnection, Bind{to_queue("amq.fanout", "q")});
  broker.topology.submit(kConnection, DeleteQueue{"/", "q", {}});
  broker.topology.submit(kConnection, Bind{to_queue("amq.fanout", "q")});
  int publications = broker.sink.publications();
  broker.topology.start();
  auto answers = broker.sink.take_answers(5);
  EXPECT_FALSE(answers[0].existed);
  EXPECT_TRUE(answers[1].existed);
  EXPECT_FALSE(answers[2].error);
  EXPECT_FALSE(answers[3].error);
  EXPECT_TRUE(answers[4].error);
  EXPECT_EQ(broker.sink.publications(), publications + 1);
  broker.stop();
  EXPECT_EQ(broker.sink.retired().size(), 1U);
}

TEST(Topology, NothingBehindAFailedCommandOfItsChainIsExecuted) {
  Running broker;
  auto chain = std::make_shared<CommandChain>(), other = std::make_shared<CommandChain>();
  broker.topology.submit(kConnection, queue("before"), chain);
  broker.topology.submit(kConnection, Bind{to_queue("amq.fanout", "missing")}, chain);
  broker.topology.submit(kConnection, queue("behind"), chain);
  broker.topology.submit(kConnection, queue("another's"), other);
  broker.topology.submit(kConnection, queue("nobody's"));
  broker.topology.start();
  auto answers = broker.sink.take_answers(5);
  EXPECT_FALSE(answers[0].error);
  EXPECT_TRUE(answers[1].error);
  EXPECT_TRUE(answers[2].skipped);
  EXPECT_FALSE(answers[3].skipped);
  EXPECT_FALSE(answers[4].skipped);
  broker.topology.submit(kConnection, queue("later"), chain);
  EXPECT_TRUE(broker.sink.take_answers(1).front().skipped);
  broker.stop();
  EXPECT_TRUE(broker.queue("before") && broker.queue("another's") && broker.queue("nobody's"));
  EXPECT_FALSE(broker.queue("behind") || broker.queue("later"));
}

TEST(Topology, StopFinishesWhatWasSubmitted) {
  Running broker;
  for (int i = 0; i < 100; ++i) broker.topology.submit({}, queue("q" + std::to_string(i)));
  broker.topology.start();
  broker.stop();
  EXPECT_EQ(broker.sink.shard().find_vhost("/")->queues.size(), 100U);
  EXPECT_EQ(broker.topology.catalog().find_vhost("/")->queues.size(), 100U);
}

TEST(Topology, DurableObjectsAreThereAfterARestart) {
  TemporaryDirectory directory;
  {
    Running broker(open_store(directory));
    broker.succeed(exchange("durable", true));
    broker.succeed(exchange("transient", false));
    broker.succeed(queue("durable", true));
    broker.succeed(queue("transient", false));
    DeclareQueue exclusive = queue("exclusive", true);
    exclusive.record.exclusive = true;
    exclusive.owner = kOwner;
    broker.succeed(exclusive);
    broker.succeed(Bind{to_queue("durable", "durable")});
    broker.succeed(Bind{to_queue("durable", "exclusive"), "guest", kOwner});
    broker.succeed(Bind{to_queue("amq.fanout", "durable")});
    broker.succeed(Bind{to_queue("transient", "durable")});
    broker.succeed(Bind{to_exchange("durable", "transient")});
    broker.succeed(queue("removed", true));
    broker.succeed(DeleteQueue{"/", "removed", {}});
  }
  auto stored = open_store(directory)->load();
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->definitions.exchanges.size(), 1U);
  EXPECT_EQ(stored->definitions.queues.size(), 1U);
  EXPECT_EQ(stored->definitions.bindings.size(), 2U);
  Running broker(open_store(directory));
  EXPECT_TRUE(broker.exchange("durable"));
  EXPECT_FALSE(broker.exchange("transient"));
  ASSERT_TRUE(broker.queue("durable"));
  EXPECT_TRUE(broker.queue("durable")->id.valid());
  EXPECT_EQ(broker.queue("durable")->incoming.size(), 2U);
  EXPECT_TRUE(broker.sink.shard().allowed("guest", "/", Access::kRead, "durable"));
}

TEST(Topology, QueuesOnDiskHaveAnIdThatOutlivesTheBroker) {
  TemporaryDirectory directory;
  StoredQueueId first{}, second{}, third{};
  {
    Running broker(open_store(directory));
    broker.succeed(queue("first", true));
    broker.succeed(queue("second", true));
    broker.succeed(queue("transient", false));
    DeclareQueue exclusive = queue("exclusive", true);
    exclusive.record.exclusive = true;
    exclusive.owner = kOwner;
    broker.succeed(exclusive);
    EXPECT_EQ(broker.queue("transient")->stored_id, StoredQueueId{});
    EXPECT_EQ(broker.queue("exclusive")->stored_id, StoredQueueId{});
    first = broker.queue("first")->stored_id;
    second = broker.queue("second")->stored_id;
    broker.succeed(DeleteQueue{"/", "second", {}});
    broker.succeed(queue("second", true));
    third = broker.queue("second")->stored_id;
  }
  EXPECT_THAT(std::set({StoredQueueId{}, first, second, third}), testing::SizeIs(4));
  Running broker(open_store(directory));
  EXPECT_EQ(broker.queue("first")->stored_id, first);
  EXPECT_EQ(broker.queue("second")->stored_id, third);
  EXPECT_EQ(broker.topology.import({.queues = {{.vhost = "/", .name = "imported", .durable = true},
                                               {.vhost = "/", .name = "first", .durable = true}}}),
            std::nullopt);
  EXPECT_GT(broker.queue("imported")->stored_id, third);
  EXPECT_EQ(broker.queue("first")->stored_id, first);
}

TEST(Topology, DeletionThatTheDiskRefusesLeavesTheStoredIdAlone) {
  failing_vfs::reset();
  TemporaryDirectory directory;
  Running broker(open_store(directory, failing_vfs::kName));
  broker.succeed(queue("kept", true));
  const StoredQueueId id = broker.queue("kept")->stored_id;
  failing_vfs::fail_at(1, SQLITE_FULL);
  EXPECT_TRUE(broker.run(DeleteQueue{"/", "kept", {}}).error);
  broker.stop();
  EXPECT_NE(id, StoredQueueId{});
  EXPECT_EQ(broker.topology.catalog().find_vhost("/")->find_queue("kept")->stored_id, id);
}

TEST(Topology, CommandThatTheDiskRefusesFailsAndLeavesNothing) {
  failing_vfs::reset();
  TemporaryDirectory directory;
  Running broker(open_store(directory, failing_vfs::kName));
  broker.succeed(exchange("x", true, true));
  broker.succeed(queue("kept", true));
  broker.succeed(Bind{to_queue("x", "kept")});
  QueueId kept = broker.queue("kept")->id;
  int publications = broker.sink.publications();

  failing_vfs::fail_at(1, SQLITE_FULL);
  EXPECT_EQ(broker.fail(DeleteQueue{"/", "kept", {}}),
            "INTERNAL_ERROR - the change could not be stored: no space");
  ASSERT_TRUE(failing_vfs::has_failed());
  EXPECT_EQ(broker.sink.publications(), publications);

  broker.succeed(Bind{to_queue("x", "kept")});  // there it is: the undo brought all of it back
  EXPECT_EQ(broker.sink.publications(), publications);
  broker.succeed(DeleteQueue{"/", "kept", kept});
  EXPECT_FALSE(broker.queue("kept"));
  EXPECT_FALSE(broker.exchange("x"));
  broker.stop();
  EXPECT_THAT(broker.sink.retired(), testing::ElementsAre(kept));
}

TEST(Topology, FullDiskStopsOnlyTheCommandsThatNeedIt) {
  failing_vfs::reset();
  TemporaryDirectory directory;
  Running broker(open_store(directory, failing_vfs::kName));
  failing_vfs::fail_sync_at(1, SQLITE_IOERR_FSYNC);  // the store refuses from then on
  broker.topology.submit(kConnection, queue("transient"));
  broker.topology.submit(kConnection, queue("durable", true));
  broker.topology.submit(kConnection, Bind{to_queue("amq.fanout", "transient")});
  broker.topology.submit(kConnection, Bind{to_queue("amq.fanout", "durable")});
  broker.topology.start();
  auto answers = broker.sink.take_answers(4);
  ASSERT_TRUE(failing_vfs::has_failed());
  EXPECT_FALSE(answers[0].error);
  ASSERT_TRUE(answers[1].error);
  EXPECT_EQ(answers[1].error->code, ReplyCode::kInternalError);
  EXPECT_TRUE(answers[1].error->closes_connection);
  EXPECT_FALSE(answers[2].error);
  ASSERT_TRUE(answers[3].error);
  EXPECT_EQ(answers[3].error->code, ReplyCode::kNotFound);
  broker.stop();
  EXPECT_TRUE(broker.queue("transient"));
  EXPECT_FALSE(broker.queue("durable"));
}

// Each command gets a transaction of its own then: what failed in the common one fails again, and
// what the disk refuses ends its chain.
TEST(Topology, FullDiskEndsChainsAsErrorsDo) {
  failing_vfs::reset();
  TemporaryDirectory directory;
  Running broker(open_store(directory, failing_vfs::kName));
  auto stored = std::make_shared<CommandChain>(), transient = std::make_shared<CommandChain>();
  failing_vfs::fail_sync_at(1, SQLITE_IOERR_FSYNC);  // the store refuses from then on
  broker.topology.submit(kConnection, queue("first"), transient);
  broker.topology.submit(kConnection, queue("durable", true), stored);
  broker.topology.submit(kConnection, Bind{to_queue("amq.fanout", "missing")}, transient);
  broker.topology.submit(kConnection, queue("behind the disk's"), stored);
  broker.topology.submit(kConnection, queue("behind the missing one"), transient);
  broker.topology.start();
  auto answers = broker.sink.take_answers(5);
  ASSERT_TRUE(failing_vfs::has_failed());
  EXPECT_FALSE(answers[0].error);
  ASSERT_TRUE(answers[1].error);
  EXPECT_EQ(answers[1].error->code, ReplyCode::kInternalError);
  ASSERT_TRUE(answers[2].error);
  EXPECT_EQ(answers[2].error->code, ReplyCode::kNotFound);
  EXPECT_TRUE(answers[3].skipped);
  EXPECT_TRUE(answers[4].skipped);
  broker.stop();
  EXPECT_TRUE(broker.queue("first"));
}

TEST(TopologyImport, AddsWhatIsMissingAndKeepsWhatExists) {
  TemporaryDirectory directory;
  Definitions file;
  file.vhosts.push_back({.name = "v"});
  file.users.push_back({.name = "u"});
  file.permissions.push_back({"u", "v", ".*", "", ""});
  file.exchanges.push_back({.vhost = "/", .name = "amq.direct", .type = "topic", .durable = true});
  file.exchanges.push_back({.vhost = "v", .name = "x", .type = "topic", .durable = true});
  file.queues.push_back({.vhost = "v", .name = "q", .durable = true});
  file.bindings.push_back({"v", "x", DestinationKind::kQueue, "q", "#", {}});
  file.bindings.push_back({"v", "x", DestinationKind::kQueue, "missing", "#", {}});
  {
    Running broker(open_store(directory));
    ASSERT_EQ(broker.topology.import(file), std::nullopt);
    ASSERT_EQ(broker.topology.import(file), std::nullopt);
    EXPECT_EQ(broker.exchange("amq.direct")->record->type, "direct");
  }
  Running broker(open_store(directory));
  const Vhost* vhost = broker.sink.shard().find_vhost("v");
  ASSERT_TRUE(vhost && vhost->find_queue("q"));
  EXPECT_TRUE(vhost->find_exchange("amq.match"));
  EXPECT_EQ(vhost->find_queue("q")->incoming.size(), 1U);
  EXPECT_EQ(vhost->find_exchange("x")->outgoing.size(), 1U);
  EXPECT_TRUE(broker.sink.shard().allowed("u", "v", Access::kConfigure, "q"));
}

TEST(TopologyImport, RefusesWhatCannotBe) {
  Definitions no_vhost, no_user, bad_pattern, bad_type, bad_argument;
  no_vhost.queues.push_back({.vhost = "v", .name = "q"});
  no_user.permissions.push_back({"u", "/", "", "", ""});
  bad_pattern.permissions.push_back({"guest", "/", "(", "", ""});
  bad_type.exchanges.push_back({.vhost = "/", .name = "x", .type = "strange"});
  bad_argument.queues.push_back(
      {.vhost = "/", .name = "q", .arguments = {{"x-message-ttl", Value::text("soon")}}});
  for (const Definitions* file : {&no_vhost, &no_user, &bad_pattern, &bad_type, &bad_argument}) {
    Running broker;
    int publications = broker.sink.publications();
    EXPECT_TRUE(broker.topology.import(*file));
    EXPECT_EQ(broker.sink.publications(), publications);
  }
}

TEST(TopologyImport, DefaultsAreNotMadeWhenThereIsAVhost) {
  RecordingSink sink;
  Topology topology(nullptr, 1, sink);
  Definitions file;
  file.vhosts.push_back({.name = "v"});
  ASSERT_EQ(topology.import(file), std::nullopt);
  ASSERT_EQ(topology.create_defaults({}), std::nullopt);
  EXPECT_FALSE(sink.shard().find_vhost("/"));
  EXPECT_FALSE(sink.shard().find_user("guest"));
}

TEST(TopologyLoad, PermissionWithAnImpossiblePatternIsRefused) {
  TemporaryDirectory directory;
  {
    auto store = open_store(directory);
    ASSERT_TRUE(store->begin());
    ASSERT_TRUE(store->put(VhostRecord{.name = "/"}));
    ASSERT_TRUE(store->put(UserRecord{.name = "u"}));
    ASSERT_TRUE(store->put(PermissionRecord{"u", "/", "(?=x)", ".*", ".*"}));
    ASSERT_TRUE(store->commit());
  }
  Running broker(open_store(directory));
  EXPECT_FALSE(broker.sink.shard().allowed("u", "/", Access::kConfigure, "x"));
  EXPECT_TRUE(broker.sink.shard().allowed("u", "/", Access::kRead, "x"));
}

}  // namespace
}  // namespace coney
