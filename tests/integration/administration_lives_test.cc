// What operators have set, over restarts and kill -9: limits and topic permissions stay, tracing
// ends.

#include <fstream>

#include "tests/integration/many_lives.h"
#include "tests/integration/users.h"

namespace coney::test {
namespace {

// The definitions are loaded into the first life alone.
class Administration : public BrokerOfManyLives {
 protected:
  void SetUp() override {
    const auto path = directory_ / "definitions.json";
    std::ofstream(path) << R"({
      "vhosts": [{"name": "/", "limits": {"max-queues": 4}}],
      "users": [{"name": "guest", "password": "guest", "tags": "administrator"},
                {"name": "sensor", "password": "sensor", "tags": "",
                 "limits": {"max-channels": 1}}],
      "permissions": [
        {"user": "guest", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"},
        {"user": "sensor", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"}],
      "topic_permissions": [
        {"user": "sensor", "vhost": "/", "exchange": "amq.topic", "write": "^{username}\\.",
         "read": ".*"}]})";
    config_ = broker_config(directory_ / "data");
    config_->load_definitions = path.string();
    start();
    config_->load_definitions.clear();
  }
  Client sensor() {
    return Client(std::make_unique<TcpStream>(process_->port()), plain_login("sensor", "sensor"));
  }
  int publish(const std::string& key) {
    Client client = sensor();
    return refusal([&] {
      client.publish("amq.topic", key, "m");
      client.flush();
    });
  }
};
INSTANTIATE_TEST_SUITE_P(, Administration, kEveryEnd, kEndName);

TEST_P(Administration, TopicPermissionsHoldOverARestart) {
  restart();
  EXPECT_EQ(publish("sensor.heat"), 0);
  EXPECT_EQ(publish("other.heat"), 403);
}

TEST_P(Administration, LimitOfChannelsHoldsOverARestart) {
  restart();
  Client client = sensor();
  EXPECT_EQ(refusal([&] { client.open_channel(2); }), 530);
}

TEST_P(Administration, LimitOfQueuesHoldsOverARestart) {
  client_->declare("third", kDurable);
  restart();
  client_->declare("fourth", kDurable);
  EXPECT_EQ(refusal([&] { client_->declare("fifth", kDurable); }), 406);
}

}  // namespace
}  // namespace coney::test
