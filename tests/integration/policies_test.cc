// Policies of a definitions file and commands of an operator, as clients see them.

#include <gtest/gtest.h>

#include <fstream>
#include <future>

#include "broker/topology/topology.h"
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

  static TopologyAnswer run(LocalBroker& broker, TopologyCommand command) {
    std::promise<TopologyAnswer> answer;
    broker.server().topology().submit(
        std::move(command), [&](TopologyAnswer given) { answer.set_value(std::move(given)); });
    return answer.get_future().get();
  }
  void run(TopologyCommand command) {
    const TopologyAnswer answer = run(broker_, std::move(command));
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
  // How the broker ends the connection.
  static std::string end_of(Client& client) {
    try {
      client.next_delivery();
    } catch (const ClosedByBroker& closed) {
      return closed.what();
    }
    return "a delivery";
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
