// Limits of users and vhosts, with RabbitMQ's texts.

#include <gtest/gtest.h>

#include <fstream>

#include "tests/integration/becomes_true.h"
#include "tests/integration/broker.h"
#include "tests/integration/client.h"
#include "tests/integration/users.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney::test {
namespace {

class ObjectLimits : public testing::Test {
 protected:
  ObjectLimits() : broker_(config()) {}

  Config config() const {
    const auto path = directory_ / "definitions.json";
    std::ofstream(path) << R"({
      "vhosts": [{"name": "/"}, {"name": "closed", "limits": {"max-connections": 0}},
                 {"name": "small", "limits": {"max-connections": 2, "max-queues": 1}}],
      "users": [{"name": "guest", "password": "guest", "tags": ""},
                {"name": "noconn", "password": "x", "tags": "", "limits": {"max-connections": 0}},
                {"name": "twice", "password": "x", "tags": "", "limits": {"max-connections": 2}},
                {"name": "onechan", "password": "x", "tags": "", "limits": {"max-channels": 1}}],
      "permissions": [
        {"user": "guest", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"},
        {"user": "guest", "vhost": "closed", "configure": ".*", "write": ".*", "read": ".*"},
        {"user": "guest", "vhost": "small", "configure": ".*", "write": ".*", "read": ".*"},
        {"user": "noconn", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"},
        {"user": "twice", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"},
        {"user": "onechan", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"}]})";
    Config config = broker_config(directory_ / "data");
    config.load_definitions = path.string();
    return config;
  }
  Client open(const Login& login) {
    return Client(std::make_unique<TcpStream>(broker_.port()), login);
  }
  Client user(const std::string& name) { return open(plain_login(name, "x")); }
  Client vhost(const std::string& name) {
    Login login;
    login.vhost = name;
    return open(login);
  }

  template <typename Call>
  static std::string error_of(Call call) {
    try {
      call();
    } catch (const ClosedByBroker& closed) {
      return closed.what();
    }
    return "no error";
  }

  TemporaryDirectory directory_;
  LocalBroker broker_;
};

TEST_F(ObjectLimits, ConnectionsOfAUser) {
  EXPECT_EQ(error_of([&] { user("noconn"); }),
            "530 NOT_ALLOWED - connection refused for user 'noconn': user connection limit (0) is "
            "reached");
  Client one = user("twice");
  {
    Client two = user("twice");
    EXPECT_EQ(error_of([&] { user("twice"); }),
              "530 NOT_ALLOWED - connection refused for user 'twice': user connection limit (2) is "
              "reached");
  }
  EXPECT_TRUE(becomes_true([&] { return error_of([&] { user("twice"); }) == "no error"; }));
}

TEST_F(ObjectLimits, ConnectionsOfAVhost) {
  EXPECT_EQ(error_of([&] { vhost("closed"); }),
            "530 NOT_ALLOWED - access to vhost 'closed' refused for user 'guest': vhost connection "
            "limit (0) is reached");
  Client one = vhost("small"), two = vhost("small");
  EXPECT_NE(error_of([&] { vhost("small"); }), "no error");
  one.close();
  EXPECT_TRUE(becomes_true([&] { return error_of([&] { vhost("small"); }) == "no error"; }));
}

TEST_F(ObjectLimits, QueuesOfAVhost) {
  Client client = vhost("small");
  client.declare("one");
  client.declare("one");
  EXPECT_EQ(
      error_of([&] { client.declare("two"); }),
      "406 PRECONDITION_FAILED - cannot declare queue 'two': queue limit in vhost 'small' (1) "
      "is reached");
  client.open_channel(1);
  client.delete_queue("one");
  client.declare("two");
}

TEST_F(ObjectLimits, ChannelsOfAUserOverAllItsConnections) {
  Client one = user("onechan");
  const std::string refused =
      "530 NOT_ALLOWED - number of channels opened for user 'onechan' has reached the maximum "
      "allowed user limit of 1";
  EXPECT_EQ(error_of([&] { user("onechan"); }), refused);
  EXPECT_EQ(error_of([&] { one.open_channel(2); }), refused);
  // The channel of the refused connection is gone, although its client has not left.
  EXPECT_EQ(error_of([&] { user("onechan"); }), "no error");
}

}  // namespace
}  // namespace coney::test
