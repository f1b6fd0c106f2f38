// Policies of a definitions file and commands of an operator, as clients see them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>

#include "tests/integration/administration.h"
#include "tests/integration/becomes_true.h"
#include "tests/integration/broker.h"
#include "tests/integration/client.h"
#include "tests/integration/users.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney::test {
namespace {

constexpr const char* kDefinitions = R"({
  "vhosts": [{"name": "/"}, {"name": "other"}],
  "users": [{"name": "guest", "password": "guest", "tags": ""},
            {"name": "gone", "password": "x", "tags": ""}],
  "permissions": [
    {"user": "guest", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"},
    {"user": "guest", "vhost": "other", "configure": ".*", "write": ".*", "read": ".*"},
    {"user": "gone", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"}],
  "parameters": [{"component": "operator_policy", "vhost": "/", "name": "o",
                  "value": {"pattern": "^limited", "definition": {"max-length": 2}}}],
  "policies": [{"vhost": "/", "name": "p", "pattern": "^x", "apply-to": "exchanges",
                "definition": {"alternate-exchange": "ae"}, "priority": 1}]})";

class Policies : public testing::Test {
 protected:
  Policies() : broker_(config(true)) {}

  Config config(bool with_file) const {
    Config config = broker_config(directory_ / "data");
    if (!with_file) return config;
    const auto path = directory_ / "definitions.json";
    std::ofstream(path) << kDefinitions;
    config.load_definitions = path.string();
    return config;
  }

  void run(TopologyCommand command) {
    const TopologyAnswer answer = test::run(broker_.server(), std::move(command));
    EXPECT_FALSE(answer.refused) << answer.refused->text;
  }
  static PutPolicy alternate(std::string pattern) {
    return {{.vhost = "/",
             .name = "p",
             .pattern = std::move(pattern),
             .definition = {{"alternate-exchange", amqp::Value::text("ae")}}}};
  }
  // An exchange "ae" with a queue of that name.
  static void declare_alternate(Client& client) {
    client.declare_exchange("ae", "fanout", true);
    client.declare("ae", {.durable = true});
    client.bind("ae", "ae", "");
  }
  static PutPolicy timeout(std::int64_t milliseconds, bool is_operator) {
    return {{.vhost = "/",
             .is_operator = is_operator,
             .name = "timeout",
             .pattern = "^q$",
             .definition = {{"consumer-timeout", amqp::Value::int64(milliseconds)}}}};
  }

  TemporaryDirectory directory_;
  LocalBroker broker_;
};

TEST_F(Policies, OfTheDefinitionsFileGiveAnAlternateExchange) {
  Client client(broker_.port());
  declare_alternate(client);
  client.declare_exchange("x.new", "direct", false);
  client.publish("x.new", "nowhere", "m");
  EXPECT_EQ(client.get("ae", true)->body, "m");
}

TEST_F(Policies, ReachExchangesThatExistOnEveryShard) {
  Client one(broker_.port()), other(broker_.port());
  declare_alternate(one);
  one.declare_exchange("plain", "direct", false);
  for (Client* client : {&one, &other}) {
    run(DeletePolicy{"/", false, "p"});
    client->publish("plain", "nowhere", "lost");
    client->flush();
    run(alternate("^plain$"));
    client->publish("plain", "nowhere", "kept");
    client->flush();
    auto got = one.get("ae", true);
    ASSERT_TRUE(got);
    EXPECT_EQ(got->body, "kept");
    EXPECT_FALSE(one.get("ae", true));
  }
}

TEST_F(Policies, LengthLimitOfAnOperatorPolicy) {
  Client client(broker_.port());
  client.declare("limited.new");
  client.declare("free");
  client.confirm_select();
  for (const char* queue : {"limited.new", "free"}) {
    for (const char* body : {"1", "2", "3", "4"}) client.publish("", queue, body);
  }
  client.wait_for_confirms();
  EXPECT_EQ(client.counts("limited.new").messages, 2u);
  EXPECT_EQ(client.counts("free").messages, 4u);
  EXPECT_EQ(client.get("limited.new", true)->body, "3");
  // A queue that is too long already loses its head when the policy comes.
  run(PutPolicy{{.vhost = "/",
                 .name = "short",
                 .pattern = "^free$",
                 .definition = {{"max-length", amqp::Value::int64(1)}}}});
  EXPECT_TRUE(becomes_true([&] { return client.counts("free").messages == 1; }));
  EXPECT_EQ(client.get("free", true)->body, "4");
}

TEST_F(Policies, SurviveARestart) {
  {
    Client client(broker_.port());
    declare_alternate(client);
    client.declare_exchange("kept", "direct", true);
    run(alternate("^kept$"));
  }
  broker_.server().stop();
  LocalBroker again(config(false));
  Client client(again.port());
  client.publish("kept", "nowhere", "m");
  client.flush();
  EXPECT_EQ(client.get("ae", true)->body, "m");
}

TEST_F(Policies, SurviveAKill) {
  broker_.server().stop();
  const auto path = directory_ / "killed";
  Config config = this->config(true);
  config.data_dir = path.string();
  {
    BrokerProcess process(config);
    Client client(process.port());
    declare_alternate(client);
    client.declare_exchange("xkept", "direct", true);
    client.declare("limited", {.durable = true});
    process.signal(SIGKILL);
    EXPECT_EQ(process.wait(), -SIGKILL);
  }
  config.load_definitions.clear();
  BrokerProcess again(config);
  Client client(again.port());
  client.publish("xkept", "nowhere", "m");
  for (const char* body : {"1", "2", "3"}) client.publish("", "limited", body);
  client.flush();
  EXPECT_EQ(client.get("ae", true)->body, "m");
  EXPECT_EQ(client.counts("limited").messages, 2u);
}

// Of the two the lower timeout counts; it holds for deliveries that are out already.
TEST_F(Policies, ConsumerTimeoutOfPolicyAndOperatorPolicy) {
  for (const bool is_operator : {false, true}) {
    run(timeout(is_operator ? 600'000 : 500, false));
    if (is_operator) run(timeout(500, true));
    Client slow(broker_.port());
    slow.declare("q");
    slow.purge("q");
    slow.consume("q", "c");
    slow.publish("", "q", "m");
    EXPECT_EQ(slow.next_delivery().body, "m");
    EXPECT_THAT(end_of(slow), testing::HasSubstr("Timeout value used: 500 ms"));
    run(DeletePolicy{"/", false, "timeout"});
  }
}

TEST_F(Policies, ConsumerTimeoutReachesAConsumerThatIsThere) {
  Client slow(broker_.port());
  slow.declare("q");
  slow.consume("q", "c");
  slow.publish("", "q", "m");
  EXPECT_EQ(slow.next_delivery().body, "m");
  run(timeout(500, false));
  EXPECT_THAT(end_of(slow), testing::HasSubstr("Timeout value used: 500 ms"));
}

TEST_F(Policies, ProtectedVhostIsNotDeleted) {
  Login login;
  login.vhost = "other";
  Client inside(std::make_unique<TcpStream>(broker_.port()), login);
  inside.declare("q");
  run(PutVhost{.name = "other", .protected_from_deletion = true});
  const TopologyAnswer answer = test::run(broker_.server(), DeleteVhost{"other"});
  ASSERT_TRUE(answer.refused);
  EXPECT_EQ(answer.refused->kind, Refusal::Kind::kProtected);
  EXPECT_TRUE(inside.queue_exists("q"));
  run(PutVhost{.name = "other", .protected_from_deletion = false});
  run(DeleteVhost{"other"});
  EXPECT_EQ(end_of(inside), "320 CONNECTION_FORCED - vhost 'other' is deleted");
}

TEST_F(Policies, DeletedUserIsToldSo) {
  Client gone(std::make_unique<TcpStream>(broker_.port()), plain_login("gone", "x"));
  Client stays(broker_.port());
  run(DeleteUser{"gone"});
  EXPECT_EQ(end_of(gone), "320 CONNECTION_FORCED - user 'gone' is deleted");
  stays.flush();
  EXPECT_EQ(refusal([&] {
              Client(std::make_unique<TcpStream>(broker_.port()), plain_login("gone", "x"));
            }),
            403);
}

TEST_F(Policies, DeletedVhostClosesItsConnectionsAndTakesItsQueues) {
  Login login;
  login.vhost = "other";
  Client inside(std::make_unique<TcpStream>(broker_.port()), login);
  Client outside(broker_.port());
  inside.declare("q", {.durable = true});
  inside.publish("", "q", "m");
  inside.consume("q", "c");
  EXPECT_EQ(inside.next_delivery().body, "m");
  run(DeleteVhost{"other"});
  EXPECT_EQ(end_of(inside), "320 CONNECTION_FORCED - vhost 'other' is deleted");
  outside.flush();
  EXPECT_EQ(refusal([&] { Client(std::make_unique<TcpStream>(broker_.port()), login); }), 530);
  // Made anew it is empty.
  run(PutVhost{.name = "other", .creator = "guest"});
  Client again(std::make_unique<TcpStream>(broker_.port()), login);
  EXPECT_FALSE(again.queue_exists("q"));
  again.declare("q");
  EXPECT_EQ(again.counts("q").messages, 0u);
}

TEST_F(Policies, PermissionsChangeUnderAnOpenConnection) {
  Client client(broker_.port());
  run(SetPermissions{{"guest", "/", "^mine", ".*", ".*"}});
  client.declare("mine");
  EXPECT_EQ(refusal([&] { client.declare("yours"); }), 403);
}

}  // namespace
}  // namespace coney::test
