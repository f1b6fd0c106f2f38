// The SASL mechanisms, as they are configured.

#include <gtest/gtest.h>

#include "tests/integration/broker.h"
#include "tests/integration/client.h"
#include "tests/integration/users.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney::test {
namespace {

class Logins : public testing::Test {
 protected:
  Config config() const {
    Config config = broker_config(directory_ / "data");
    config.load_definitions = users_file(directory_ / "users.json");
    return config;
  }
  static int refusal_of(const LocalBroker& broker, const Login& login) {
    return refusal([&] { Client(std::make_unique<TcpStream>(broker.port()), login); });
  }

  coney::TemporaryDirectory directory_;
};

const Login kAnonymous{.mechanism = "ANONYMOUS", .response = ""};
const Login kExternal{.mechanism = "EXTERNAL", .response = ""};
const Login kDemo{
    .mechanism = "RABBIT-CR-DEMO", .response = "alice", .secure_response = "My password is secret"};

TEST_F(Logins, OnlyPasswordsUnlessMoreIsConfigured) {
  LocalBroker broker(config());
  EXPECT_EQ(Client(broker.port()).mechanisms(), "PLAIN AMQPLAIN");
  EXPECT_EQ(refusal_of(broker, kAnonymous), 503);
  EXPECT_EQ(refusal_of(broker, kExternal), 503);
  EXPECT_EQ(refusal_of(broker, {.mechanism = "RABBIT-CR-DEMO", .response = "alice"}), 503);
}

TEST_F(Logins, PlainIsTheUserItNames) {
  LocalBroker broker(config());
  Client client(std::make_unique<TcpStream>(broker.port()), plain_login("alice", "secret"));
  expect_permissions_of(client, "alice");
  EXPECT_EQ(refusal_of(broker, plain_login("alice", "wrong")), 403);
  EXPECT_EQ(refusal_of(broker, plain_login("nobody", "secret")), 403);
  EXPECT_EQ(refusal_of(broker, plain_login("CN=alice,O=Coney Test", "")), 403);  // has no password
}

TEST_F(Logins, AnonymousIsTheConfiguredUser) {
  Config anonymous = config();
  anonymous.auth_mechanisms = {"PLAIN", "ANONYMOUS"};
  anonymous.anonymous_user = "alice";
  anonymous.anonymous_password = "secret";
  LocalBroker broker(anonymous);
  Client client(std::make_unique<TcpStream>(broker.port()), kAnonymous);
  EXPECT_EQ(client.mechanisms(), "PLAIN ANONYMOUS");
  expect_permissions_of(client, "alice");
}

TEST_F(Logins, AnonymousIsRefusedWithoutAUser) {
  Config anonymous = config();
  anonymous.auth_mechanisms = {"ANONYMOUS"};
  LocalBroker broker(anonymous);
  EXPECT_EQ(refusal_of(broker, kAnonymous), 403);
}

TEST_F(Logins, DemoMechanismAsksForThePassword) {
  Config demo = config();
  demo.auth_mechanisms = {"RABBIT-CR-DEMO"};
  LocalBroker broker(demo);
  Client client(std::make_unique<TcpStream>(broker.port()), kDemo);
  expect_permissions_of(client, "alice");
  Login wrong = kDemo;
  wrong.secure_response = "My password is wrong";
  EXPECT_EQ(refusal_of(broker, wrong), 403);
}

TEST_F(Logins, ExternalIsNotOfferedWithoutTls) {
  Config external = config();
  external.auth_mechanisms = {"PLAIN", "EXTERNAL"};
  LocalBroker broker(external);
  EXPECT_EQ(Client(broker.port()).mechanisms(), "PLAIN");
  EXPECT_EQ(refusal_of(broker, kExternal), 503);
}

}  // namespace
}  // namespace coney::test
