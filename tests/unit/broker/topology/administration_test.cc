// Vhosts, users, permissions, limits, parameters and whole definitions at run time.

#include "broker/topology/administration.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <random>
#include <tuple>

#include "broker/topology/catalog_definitions.h"
#include "tests/unit/broker/topology/running_topology.h"
#include "tests/unit/persistence/failing_vfs.h"

namespace coney {
namespace {

using amqp::Table;
using amqp::Value;
using Kind = Refusal::Kind;

DeclareQueue queue(std::string vhost, std::string name, bool durable = true) {
  return {.record = {.vhost = std::move(vhost),
                     .name = std::move(name),
                     .durable = durable,
                     .arguments = {{"x-queue-type", Value::text("classic")}}}};
}
Bind bind_queue(std::string vhost, std::string source, std::string queue) {
  return {.record = {.vhost = std::move(vhost),
                     .source = std::move(source),
                     .destination = std::move(queue)},
          .user = "guest",
          .by = {},
          .client_id = {}};
}
PutPolicy policy(std::string vhost, std::string name) {
  return {{.vhost = std::move(vhost),
           .name = std::move(name),
           .pattern = "^q",
           .definition = {{"max-length", Value::int64(5)}}}};
}

const VhostRecord& vhost(Running& broker, std::string_view name) {
  return *broker.sink.shard().find_vhost(name)->record;
}

// What the database has, read behind the broker's back.
Definitions stored(const TemporaryDirectory& directory) {
  auto read = DefinitionStore::read(directory / "definitions.db");
  EXPECT_TRUE(read) << read.error().message;
  return read ? read->definitions : Definitions{};
}

// ---- vhosts ----

TEST(Administration, NewVhostHasItsExchangesAndItsCreatorEveryPermission) {
  Running broker;
  EXPECT_FALSE(broker.run(PutVhost{.name = "v", .creator = "guest"}).existed);
  const Vhost* made = broker.sink.shard().find_vhost("v");
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->find_exchange("amq.topic"));
  EXPECT_TRUE(made->find_exchange(""));
  EXPECT_TRUE(broker.sink.shard().allowed("guest", "v", Access::kConfigure, "x"));
}

TEST(Administration, VhostPropertiesThatAreNotGivenStay) {
  Running broker;
  broker.succeed(PutVhost{.name = "v",
                          .description = "d",
                          .tags = std::vector<std::string>{"x", "y"},
                          .default_queue_type = "quorum"});
  broker.succeed(SetVhostLimits{"v", {{"max-queues", 3}}});
  EXPECT_TRUE(broker.run(PutVhost{.name = "v", .protected_from_deletion = true}).existed);
  EXPECT_EQ(vhost(broker, "v"), (VhostRecord{.name = "v",
                                             .description = "d",
                                             .tags = {"x", "y"},
                                             .default_queue_type = "quorum",
                                             .max_queues = 3,
                                             .protected_from_deletion = true}));
}

TEST(Administration, WrongVhostsAreRefused) {
  Running broker;
  EXPECT_EQ(broker.refuse(PutVhost{.name = "v", .default_queue_type = "bogus"}).text,
            "bogus is not a valid queue type");
  EXPECT_EQ(broker.refuse(PutVhost{.name = std::string(300, 'v')}).kind, Kind::kInvalid);
  EXPECT_EQ(broker.refuse(PutVhost{.name = "v", .creator = "nobody"}).kind, Kind::kNoUser);
  EXPECT_EQ(broker.sink.shard().vhosts().size(), 1u);
}

TEST(Administration, DeletedVhostTakesEverythingInIt) {
  TemporaryDirectory directory;
  Running broker(open_store(directory));
  broker.succeed(PutVhost{.name = "v", .creator = "guest"});
  broker.succeed(queue("v", "q"));
  broker.succeed(queue("v", "transient", false));
  broker.succeed(queue("/", "q"));
  broker.succeed(bind_queue("v", "amq.fanout", "q"));
  broker.succeed(policy("v", "p"));
  broker.succeed(PutParameter{{"v", "shovel", "s", "{}"}});
  broker.succeed(SetTopicPermissions{{"guest", "v", "amq.topic", "", ""}});
  const std::size_t retired = broker.sink.retired().size();
  broker.succeed(DeleteVhost{"v"});
  broker.stop();
  EXPECT_FALSE(broker.sink.shard().find_vhost("v"));
  EXPECT_FALSE(broker.sink.shard().has_access("guest", "v"));
  EXPECT_EQ(broker.sink.retired().size(), retired + 2);
  EXPECT_TRUE(broker.queue("q"));
  const Definitions left = stored(directory);
  EXPECT_EQ(left.vhosts.size(), 1u);
  EXPECT_EQ(left.queues.size(), 1u);
  EXPECT_EQ(left.permissions.size(), 1u);
  EXPECT_TRUE(left.bindings.empty());
  EXPECT_TRUE(left.policies.empty());
  EXPECT_TRUE(left.parameters.empty());
  EXPECT_TRUE(left.topic_permissions.empty());
}

TEST(Administration, VhostThatIsMadeAgainIsEmpty) {
  Running broker;
  for (int round = 0; round != 3; ++round) {
    broker.succeed(PutVhost{.name = "v"});
    broker.succeed(queue("v", "q"));
    broker.succeed(bind_queue("v", "amq.fanout", "q"));
    const Vhost& made = *broker.sink.shard().find_vhost("v");
    EXPECT_EQ(made.queues.size(), 1u);
    EXPECT_EQ(made.find_exchange("amq.fanout")->outgoing.size(), 1u);
    broker.succeed(DeleteVhost{"v"});
  }
}

TEST(Administration, ProtectedVhostIsNotDeleted) {
  Running broker;
  broker.succeed(PutVhost{.name = "new", .protected_from_deletion = true});
  const Refusal refusal = broker.refuse(DeleteVhost{"new"});
  EXPECT_EQ(refusal.kind, Kind::kProtected);
  EXPECT_EQ(refusal.text,
            "Refusing to delete virtual host 'new' because it is protected from deletion");
  broker.succeed(PutVhost{.name = "new", .protected_from_deletion = false});
  broker.succeed(DeleteVhost{"new"});
  EXPECT_EQ(broker.refuse(DeleteVhost{"new"}).kind, Kind::kNoVhost);
}

TEST(Administration, ExclusiveQueuesOfADeletedVhostAreForgotten) {
  Running broker;
  broker.succeed(PutVhost{.name = "v"});
  DeclareQueue exclusive = queue("v", "q", false);
  exclusive.record.exclusive = true;
  exclusive.owner = kOwner;
  broker.succeed(exclusive);
  broker.succeed(DeleteVhost{"v"});
  broker.succeed(DeleteExclusiveQueues{kOwner});
}

// ---- users and permissions ----

TEST(Administration, UserThatIsPutAgainKeepsPermissionsAndLimits) {
  Running broker;
  EXPECT_FALSE(broker.run(PutUser{.name = "u", .password_hash = "a", .tags = {"x"}}).existed);
  broker.succeed(SetPermissions{{"u", "/", "^a", "", ".*"}});
  broker.succeed(SetUserLimits{"u", {{"max-channels", 4}}});
  EXPECT_TRUE(broker.run(PutUser{.name = "u", .password_hash = "b"}).existed);
  const User& user = *broker.sink.shard().find_user("u");
  EXPECT_EQ(*user.record, (UserRecord{.name = "u", .password_hash = "b", .max_channels = 4}));
  EXPECT_TRUE(broker.sink.shard().allowed("u", "/", Access::kConfigure, "ab"));
  EXPECT_FALSE(broker.sink.shard().allowed("u", "/", Access::kWrite, "ab"));
}

TEST(Administration, PasswordAndTagsChangeAlone) {
  Running broker;
  broker.succeed(PutUser{.name = "u", .password_hash = "a", .tags = {"x"}});
  broker.succeed(ChangePassword{"u", "b", PasswordHashing::kSha512});
  broker.succeed(SetTags{"u", {"monitoring"}});
  EXPECT_EQ(*broker.sink.shard().find_user("u")->record,
            (UserRecord{.name = "u",
                        .password_hash = "b",
                        .hashing = PasswordHashing::kSha512,
                        .tags = {"monitoring"}}));
  EXPECT_EQ(broker.refuse(ChangePassword{"v", "b"}).kind, Kind::kNoUser);
  EXPECT_EQ(broker.refuse(SetTags{"v", {}}).kind, Kind::kNoUser);
}

TEST(Administration, DeletedUserIsGoneWithItsPermissions) {
  TemporaryDirectory directory;
  Running broker(open_store(directory));
  broker.succeed(PutUser{.name = "u"});
  broker.succeed(SetPermissions{{"u", "/", "", "", ""}});
  broker.succeed(SetTopicPermissions{{"u", "/", "amq.topic", "", ""}});
  broker.succeed(DeleteUser{"u"});
  EXPECT_EQ(broker.refuse(DeleteUser{"u"}).kind, Kind::kNoUser);
  broker.stop();
  EXPECT_FALSE(broker.sink.shard().find_user("u"));
  EXPECT_EQ(stored(directory).users.size(), 1u);
  EXPECT_EQ(stored(directory).permissions.size(), 1u);
  EXPECT_TRUE(stored(directory).topic_permissions.empty());
}

TEST(Administration, PermissionsAreSetAndCleared) {
  Running broker;
  broker.succeed(PutUser{.name = "u"});
  EXPECT_FALSE(broker.run(SetPermissions{{"u", "/", "a", "b", "c"}}).existed);
  EXPECT_TRUE(broker.run(SetPermissions{{"u", "/", "a", "b", "d"}}).existed);
  broker.succeed(ClearPermissions{"u", "/"});
  EXPECT_FALSE(broker.sink.shard().has_access("u", "/"));
  EXPECT_EQ(broker.refuse(ClearPermissions{"u", "/"}).kind, Kind::kNotFound);
  EXPECT_EQ(broker.refuse(SetPermissions{{"u", "nosuch", "", "", ""}}).kind, Kind::kNoVhost);
  EXPECT_EQ(broker.refuse(SetPermissions{{"nosuch", "/", "", "", ""}}).kind, Kind::kNoUser);
  const Refusal pattern = broker.refuse(SetPermissions{{"u", "/", "(", "", ""}});
  EXPECT_EQ(pattern.kind, Kind::kInvalidPattern);
  EXPECT_EQ(pattern.text, "missing closing parenthesis");
  EXPECT_EQ(pattern.subject, "(");
  EXPECT_EQ(pattern.position, 1u);
}

TEST(Administration, TopicPermissionsAreSetAndCleared) {
  Running broker;
  auto may_write = [&](std::string_view key) {
    return broker.sink.shard().topic_allowed({"guest", {}}, "/", "amq.topic", Access::kWrite, key);
  };
  broker.succeed(SetTopicPermissions{{"guest", "/", "amq.topic", "^{username}\\.", ""}});
  EXPECT_TRUE(may_write("guest.a"));
  EXPECT_FALSE(may_write("other.a"));
  broker.succeed(SetTopicPermissions{{"guest", "/", "amq.fanout", "", ""}});
  broker.succeed(ClearTopicPermissions{"guest", "/", "amq.topic"});
  EXPECT_TRUE(may_write("other.a"));
  EXPECT_EQ(broker.refuse(ClearTopicPermissions{"guest", "/", "amq.topic"}).kind, Kind::kNotFound);
  broker.succeed(ClearTopicPermissions{"guest", "/"});
  EXPECT_TRUE(broker.sink.shard().find_user("guest")->topic_permissions.empty());
  EXPECT_EQ(broker.refuse(SetTopicPermissions{{"guest", "/", "nosuch", "", ""}}).kind,
            Kind::kNoExchange);
}

// ---- limits and parameters ----

TEST(Administration, LimitsAreSetOneByOneOrAllAtOnce) {
  Running broker;
  broker.succeed(SetVhostLimits{"/", {{"max-connections", 5}}});
  broker.succeed(SetVhostLimits{"/", {{"max-queues", -1}}});
  EXPECT_EQ(vhost(broker, "/").max_connections, 5);
  EXPECT_EQ(vhost(broker, "/").max_queues, -1);
  broker.succeed(SetVhostLimits{"/", {{"max-connections", std::nullopt}}});
  EXPECT_EQ(vhost(broker, "/").max_connections, std::nullopt);
  broker.succeed(SetVhostLimits{"/", {{"max-connections", 7}}, true});
  EXPECT_EQ(vhost(broker, "/").max_connections, 7);
  EXPECT_EQ(vhost(broker, "/").max_queues, std::nullopt);
  EXPECT_EQ(broker.refuse(SetVhostLimits{"/", {{"bogus", 1}}}).text,
            "Validation failed\n\nUnrecognised terms [{<<\"bogus\">>,1}] in limits\n");
  EXPECT_EQ(broker.refuse(SetVhostLimits{"nosuch", {}}).kind, Kind::kNoVhost);
}

TEST(Administration, QueueLimitCountsAtOnce) {
  Running broker;
  broker.succeed(queue("/", "one"));
  broker.succeed(SetVhostLimits{"/", {{"max-queues", 1}}});
  EXPECT_NE(broker.fail(queue("/", "two")).find("queue limit"), std::string::npos);
}

TEST(Administration, UserLimits) {
  Running broker;
  broker.succeed(SetUserLimits{"guest", {{"max-connections", 5}, {"max-channels", 6}}});
  EXPECT_EQ(broker.sink.shard().find_user("guest")->record->max_connections, 5);
  EXPECT_EQ(broker.refuse(SetUserLimits{"guest", {{"bogus", 5}}}).text,
            "Unrecognised terms [{<<\"bogus\">>,5}] in user-limits");
  EXPECT_EQ(broker.refuse(SetUserLimits{"nosuch", {}}).kind, Kind::kNoUser);
}

TEST(Administration, ParametersAreCheckedAsRecorded) {
  Running broker;
  auto put = [](std::string component, std::string name, std::string value) {
    return PutParameter{{"/", std::move(component), std::move(name), std::move(value)}};
  };
  EXPECT_FALSE(broker.run(put("federation-upstream", "up", R"({"uri":"amqp://a"})")).existed);
  EXPECT_TRUE(broker.run(put("federation-upstream", "up", R"({"uri":"amqp://b"})")).existed);
  EXPECT_EQ(broker.refuse(put("federation-upstream", "tmp", R"({"bogus":1})")).text,
            "Validation failed\n\nUnrecognised terms [{<<\"bogus\">>,1}] in tmp\n"
            "Key \"uri\" not found in tmp\n");
  EXPECT_EQ(broker.refuse(put("federation-upstream", "tmp", R"({"Uri":"amqp://u:secret@a"})")).text,
            "Validation failed\n\nUnrecognised terms [{<<\"Uri\">>,<<\"[redacted]\">>}] in tmp\n"
            "Key \"uri\" not found in tmp\n");
  EXPECT_EQ(broker.refuse(put("bogus", "x", "1")).text,
            "Validation failed\n\ncomponent bogus not found\n");
  EXPECT_EQ(broker.refuse(put("shovel", "s", "{")).kind, Kind::kInvalid);
  EXPECT_EQ(broker.refuse(put("policy", "p", "{}")).kind, Kind::kInvalid);
  broker.succeed(DeleteParameter{"/", "federation-upstream", "up"});
  EXPECT_EQ(broker.refuse(DeleteParameter{"/", "federation-upstream", "up"}).kind, Kind::kNotFound);
}

TEST(Administration, VhostLimitsAreAParameterToo) {
  Running broker;
  auto put = [](std::string value) {
    return PutParameter{{"/", "vhost-limits", "limits", std::move(value)}};
  };
  EXPECT_FALSE(broker.run(put(R"({"max-queues":4})")).existed);
  EXPECT_TRUE(broker.run(put(R"({"max-connections":2})")).existed);
  EXPECT_EQ(vhost(broker, "/").max_connections, 2);
  EXPECT_EQ(vhost(broker, "/").max_queues, std::nullopt);
  EXPECT_EQ(broker.refuse(put(R"({"max-queues":"x"})")).text,
            "Validation failed\n\nmax-queues should be a number, actually was <<\"x\">>\n");
  EXPECT_EQ(broker.refuse(put("5")).kind, Kind::kInvalid);
  broker.succeed(DeleteParameter{"/", "vhost-limits", "limits"});
  EXPECT_EQ(vhost(broker, "/").max_connections, std::nullopt);
  EXPECT_EQ(broker.refuse(DeleteParameter{"/", "vhost-limits", "limits"}).kind, Kind::kNotFound);
}

TEST(Administration, GlobalParameters) {
  TemporaryDirectory directory;
  {
    Running broker(open_store(directory));
    EXPECT_FALSE(broker.run(PutGlobalParameter{{"cluster_name", R"("mine")"}}).existed);
    EXPECT_TRUE(broker.run(PutGlobalParameter{{"cluster_name", R"("ours")"}}).existed);
    EXPECT_EQ(broker.refuse(PutGlobalParameter{{"x", "nope"}}).kind, Kind::kInvalid);
    EXPECT_EQ(broker.refuse(DeleteGlobalParameter{"x"}).kind, Kind::kNotFound);
  }
  Running broker(open_store(directory));
  EXPECT_EQ(broker.sink.shard().global_parameters().at("cluster_name")->value, R"("ours")");
  broker.succeed(DeleteGlobalParameter{"cluster_name"});
  EXPECT_TRUE(broker.sink.shard().global_parameters().empty());
}

// ---- whole definitions ----

ImportDefinitions import(Definitions all) {
  return {std::make_shared<const Definitions>(std::move(all))};
}

TEST(Administration, ImportIsInEffectAtOnce) {
  Running broker;
  broker.succeed(queue("/", "q"));
  Definitions all;
  all.vhosts = {{.name = "v", .max_queues = 3}};
  all.policies = {policy("/", "p").record};
  all.queues = {{.vhost = "v", .name = "q", .durable = true}};
  all.global_parameters = {{"cluster_name", R"("c")"}};
  all.parameters = {{"/", "vhost-limits", "limits", R"({"max-queues":9})"}};
  broker.succeed(import(all));
  EXPECT_TRUE(broker.sink.shard().find_vhost("v")->find_queue("q"));
  EXPECT_EQ(broker.queue("q")->settings->max_length, 5);
  EXPECT_EQ(vhost(broker, "/").max_queues, 9);
}

TEST(Administration, ImportKeepsLimitsAndProtectionThatItDoesNotName) {
  Running broker;
  broker.succeed(PutVhost{.name = "v", .protected_from_deletion = true});
  broker.succeed(SetVhostLimits{"v", {{"max-queues", 3}, {"max-connections", 4}}});
  Definitions all;
  all.vhosts = {{.name = "v", .description = "d", .max_queues = 5}};
  broker.succeed(import(all));
  EXPECT_EQ(vhost(broker, "v"), (VhostRecord{.name = "v",
                                             .description = "d",
                                             .max_connections = 4,
                                             .max_queues = 5,
                                             .protected_from_deletion = true}));
}

TEST(Administration, ImportWithAFaultChangesNothing) {
  TemporaryDirectory directory;
  Running broker(open_store(directory));
  broker.succeed(PutUser{.name = "u", .password_hash = "before"});
  broker.succeed(queue("/", "q"));
  broker.succeed(policy("/", "p"));
  const Definitions before = stored(directory);
  const Definitions seen = definitions_of(broker.sink.shard());

  Definitions all;
  all.vhosts = {{.name = "v"}, {.name = "/", .description = "new"}};
  all.users = {{.name = "u", .password_hash = "after"}, {.name = "w"}};
  all.permissions = {{"guest", "/", "", "", ""}, {"w", "v", ".*", ".*", ".*"}};
  all.topic_permissions = {{"u", "/", "amq.topic", "", ""}};
  all.global_parameters = {{"x", "1"}};
  all.parameters = {{"/", "shovel", "s", "{}"}};
  all.exchanges = {{.vhost = "/", .name = "x", .type = "fanout", .durable = true}};
  all.queues = {{.vhost = "v", .name = "q", .durable = true}};
  all.bindings = {{.vhost = "/", .source = "x", .destination = "q"}};
  PolicyRecord changed = policy("/", "p").record;
  changed.definition = {{"max-length", Value::int64(1)}};
  all.policies = {changed};
  Definitions faulty = all;
  faulty.queues.push_back({.vhost = "nosuch", .name = "q"});
  const Refusal refusal = broker.refuse(import(faulty));
  EXPECT_EQ(refusal.text, "Please create virtual host \"nosuch\" prior to importing definitions.");
  EXPECT_EQ(stored(directory), before);
  EXPECT_EQ(definitions_of(broker.sink.shard()), seen);
  EXPECT_EQ(broker.queue("q")->settings->max_length, 5);

  broker.succeed(import(all));
  broker.stop();
  EXPECT_EQ(broker.queue("q")->settings->max_length, 1);
  EXPECT_EQ(definitions_of(broker.topology.catalog()), definitions_of(broker.sink.shard()));
}

TEST(Administration, ImportNamesTheWrongPolicy) {
  Running broker;
  Definitions all;
  all.policies = {policy("/", "bad").record};
  all.policies[0].definition = {{"bogus", Value::int64(1)}};
  EXPECT_EQ(broker.refuse(import(all)).text,
            "Validation failed\n\n[{<<\"bogus\">>,1}] are not recognised policy settings\n"
            " (vhost: \"/\" key: \"bad\")");
}

// Others that are waiting with it are not taken along.
TEST(Administration, FaultyImportLeavesTheCommandsAroundItAlone) {
  Running broker;
  Definitions faulty;
  faulty.queues = {{.vhost = "nosuch", .name = "q"}};
  broker.topology.submit(kConnection, queue("/", "a"));
  broker.topology.submit(kConnection, import(faulty));
  broker.topology.submit(kConnection, queue("/", "b"));
  broker.topology.start();
  broker.started = true;
  auto answers = broker.sink.take_answers(3);
  EXPECT_FALSE(answers[0].refused);
  EXPECT_TRUE(answers[1].refused);
  EXPECT_FALSE(answers[2].refused);
  EXPECT_TRUE(broker.queue("a"));
  EXPECT_TRUE(broker.queue("b"));
}

TEST(Administration, AnswersACallback) {
  Running broker;
  std::optional<TopologyAnswer> answer;
  broker.topology.submit(PutVhost{.name = "v"},
                         [&](TopologyAnswer given) { answer = std::move(given); });
  broker.topology.start();
  broker.stop();
  ASSERT_TRUE(answer);
  EXPECT_FALSE(answer->refused);
  EXPECT_TRUE(broker.sink.shard().find_vhost("v"));
}

// ---- a disk that refuses ----

// Random commands on a disk that fails now and then: the topology's own view, that of the shards
// and, after a restart, the database's are one and the same.
TEST(AdministrationModel, ViewsAgreeWhateverTheDiskDoes) {
  TemporaryDirectory directory;
  std::mt19937 random(7);
  auto pick = [&](unsigned below) { return random() % below; };
  auto name = [&] { return std::string(1, static_cast<char>('a' + pick(3))); };
  int failures = 0;
  for (int round = 0; round != 12; ++round) {
    failing_vfs::reset();
    Running broker(open_store(directory, failing_vfs::kName));
    for (int n = 0; n != 60; ++n) {
      if (pick(6) == 0) failing_vfs::fail_at(1 + static_cast<long>(pick(4)), SQLITE_FULL);
      auto command = [&]() -> TopologyCommand {
        switch (pick(14)) {
          case 0:
            return PutVhost{.name = name(), .description = name(), .creator = "guest"};
          case 1:
            return DeleteVhost{name()};
          case 2:
            return PutUser{.name = name(), .password_hash = name()};
          case 3:
            return DeleteUser{name()};
          case 4:
            return SetPermissions{{name(), name(), name(), "", ""}};
          case 5:
            return ClearPermissions{name(), name()};
          case 6:
            return SetTopicPermissions{{name(), name(), "amq.topic", name(), ""}};
          case 7:
            return PutPolicy{{.vhost = name(),
                              .is_operator = pick(2) == 0,
                              .name = name(),
                              .pattern = name(),
                              .definition = {{"max-length", Value::int64(pick(3))}}}};
          case 8:
            return DeletePolicy{name(), pick(2) == 0, name()};
          case 9:
            return PutParameter{{name(), "shovel", name(), "{}"}};
          case 10:
            return SetVhostLimits{name(), {{"max-connections", pick(5)}}};
          case 11:
            return PutGlobalParameter{{name(), "1"}};
          case 12:
            return bind_queue(name(), "amq.fanout", name());
          default:
            return queue(name(), name());
        }
      };
      if (broker.run(command()).error) ++failures;
    }
    broker.stop();
    const Definitions own = definitions_of(broker.topology.catalog());
    ASSERT_EQ(own, definitions_of(broker.sink.shard())) << "round " << round;
    Definitions kept = stored(directory);
    std::erase_if(kept.exchanges, [](const auto&) { return true; });
    Definitions expected = own;
    expected.exchanges.clear();
    ASSERT_EQ(expected, kept) << "round " << round;
    for (const auto& [vhost_name, vhost] : broker.topology.catalog().vhosts()) {
      for (const auto& [queue_name, queue] : vhost->queues) {
        const auto match = vhost->policies.match_queue(queue_name, QueueType::kClassic);
        const bool limited = match.user || match.operators;
        ASSERT_EQ(queue->settings->max_length.has_value(), limited);
      }
    }
  }
  EXPECT_GT(failures, 10);
}

}  // namespace
}  // namespace coney
