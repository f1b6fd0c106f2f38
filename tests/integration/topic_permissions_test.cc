// Topic permissions: which routing keys of a topic exchange a user may publish, bind and unbind.

#include <gtest/gtest.h>

#include <fstream>

#include "tests/integration/administration.h"
#include "tests/integration/broker.h"
#include "tests/integration/client.h"
#include "tests/integration/users.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney::test {
namespace {

class TopicPermissions : public testing::Test {
 protected:
  TopicPermissions() : broker_(config()) {}

  Config config() const {
    const auto path = directory_ / "definitions.json";
    std::ofstream(path) << R"({
      "vhosts": [{"name": "/"}, {"name": "plant"}],
      "users": [{"name": "guest", "password": "guest", "tags": ""},
                {"name": "sensor", "password": "sensor", "tags": ""}],
      "permissions": [
        {"user": "guest", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"},
        {"user": "sensor", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"},
        {"user": "sensor", "vhost": "plant", "configure": ".*", "write": ".*", "read": ".*"}],
      "topic_permissions": [
        {"user": "sensor", "vhost": "/", "exchange": "amq.topic",
         "write": "^{username}\\.{client_id}\\.", "read": "^{username}\\."},
        {"user": "sensor", "vhost": "plant", "exchange": "amq.topic",
         "write": "^{vhost}\\.{username}\\.", "read": "^{vhost}\\."}]})";
    Config config = broker_config(directory_ / "data");
    config.load_definitions = path.string();
    return config;
  }
  Client sensor(std::optional<std::string> client_id = std::nullopt,
                const std::string& vhost = "/") {
    Login login = plain_login("sensor", "sensor");
    login.vhost = vhost;
    if (client_id) login.properties.append("client_id", amqp::Value::text(*client_id));
    return Client(std::make_unique<TcpStream>(broker_.port()), login);
  }
  static int publish(Client client, const std::string& key,
                     const amqp::PropertyList& properties = {}) {
    return refusal([&] {
      client.publish("amq.topic", key, "m", properties);
      client.flush();
    });
  }

  TemporaryDirectory directory_;
  LocalBroker broker_;
};

TEST_F(TopicPermissions, PublishNeedsTheRoutingKeyOfTheClient) {
  EXPECT_EQ(publish(sensor("kitchen"), "sensor.kitchen.heat"), 0);
  EXPECT_EQ(publish(sensor("kitchen"), "sensor.cellar.heat"), 403);
  EXPECT_EQ(publish(sensor("cellar"), "sensor.cellar.heat"), 0);
  EXPECT_EQ(publish(sensor(), "sensor.kitchen.heat"), 403);
  EXPECT_EQ(publish(sensor(".*"), "sensor.kitchen.heat"), 403);
}

TEST_F(TopicPermissions, CarbonCopiesNeedItToo) {
  const amqp::Table table{{"CC", amqp::Value::array({amqp::Value::text("other.key")})}};
  std::string headers;
  amqp::encode_table(headers, table);
  const amqp::PropertyList list{.headers = std::string_view(headers).substr(4)};
  EXPECT_EQ(publish(sensor("kitchen"), "sensor.kitchen.heat", list), 403);
}

TEST_F(TopicPermissions, BindAndUnbindNeedToReadTheKey) {
  Client owner = sensor("kitchen");
  owner.declare("q");
  owner.bind("q", "amq.topic", "sensor.cellar.heat");
  owner.unbind("q", "amq.topic", "sensor.cellar.heat");
  EXPECT_EQ(refusal([&] { owner.bind("q", "amq.topic", "#"); }), 403);
  Client second = sensor("kitchen");
  EXPECT_EQ(refusal([&] { second.unbind("q", "amq.topic", "#"); }), 403);
  Client third = sensor("kitchen");
  third.declare_exchange("x", "fanout", false);
  EXPECT_EQ(refusal([&] { third.bind_exchange("x", "amq.topic", "#"); }), 403);
}

TEST_F(TopicPermissions, VhostIsTheConnections) {
  EXPECT_EQ(publish(sensor({}, "plant"), "plant.sensor.heat"), 0);
  EXPECT_EQ(publish(sensor({}, "plant"), "office.sensor.heat"), 403);
  Client owner = sensor({}, "plant");
  owner.declare("q");
  owner.bind("q", "amq.topic", "plant.#");
  EXPECT_EQ(refusal([&] { owner.bind("q", "amq.topic", "office.#"); }), 403);
}

TEST_F(TopicPermissions, ChangeUnderAnOpenConnection) {
  Client client = sensor("kitchen");
  client.publish("amq.topic", "sensor.kitchen.heat", "m");
  client.flush();
  const SetTopicPermissions other{{"sensor", "/", "amq.topic", "^{username}$", ".*"}};
  EXPECT_FALSE(run(broker_.server(), other).refused);
  EXPECT_EQ(refusal([&] {
              client.publish("amq.topic", "sensor.kitchen.heat", "m");
              client.flush();
            }),
            403);
  EXPECT_EQ(publish(sensor(), "sensor"), 0);
}

TEST_F(TopicPermissions, OthersAndOtherExchangesAreFree) {
  Client guest(broker_.port());
  guest.declare("q");
  guest.bind("q", "amq.topic", "#");
  guest.publish("amq.topic", "any", "m");
  EXPECT_EQ(guest.counts("q").messages, 1u);
  Client client = sensor("kitchen");
  client.declare_exchange("other", "topic", false);
  client.bind("q", "other", "#");
  client.publish("other", "any", "m");
  EXPECT_EQ(client.counts("q").messages, 2u);
}

}  // namespace
}  // namespace coney::test
