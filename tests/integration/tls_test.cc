// AMQP over TLS, with and without certificates of the clients.

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <chrono>

#include "tests/integration/client.h"
#include "tests/integration/tls_broker.h"
#include "tests/integration/users.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney::test {
namespace {

using namespace std::chrono_literals;

class Tls : public testing::Test {
 protected:
  static std::unique_ptr<Stream> tls(const LocalBroker& broker, const Identity* identity = nullptr,
                                     int max_version = 0) {
    return std::make_unique<TlsStream>(
        broker.port(kTlsListener),
        TlsClientOptions{.identity = identity, .max_version = max_version});
  }
  Config external_config(CertificateName name) {
    Config config = mutual_tls_config(directory_ / "data", files_);
    config.auth_mechanisms = {"PLAIN", "EXTERNAL"};
    config.certificate_name = name;
    config.load_definitions = users_file(directory_ / "users.json");
    return config;
  }
  // With TLS 1.3 the broker refuses behind the client's handshake, so it shows in the login.
  static void expect_no_connection(const LocalBroker& broker, const Identity* identity,
                                   int max_version = 0) {
    try {
      Client client(tls(broker, identity, max_version));
      ADD_FAILURE() << "it is connected";
    } catch (const ClosedByBroker& closed) {
      ADD_FAILURE() << "it has come as far as AMQP: " << closed.what();
    } catch (const std::runtime_error&) {
    }
  }

  coney::TemporaryDirectory directory_;
  TlsFiles files_;
  Identity client_ = make_identity("alice", &files_.authority);
};

const Login kExternal{.mechanism = "EXTERNAL", .response = ""};

TEST_F(Tls, MessagesArePublishedAndGot) {
  LocalBroker broker(tls_config(directory_ / "data", files_));
  const std::string large(5'000'000, 'x');
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    auto stream = std::make_unique<TlsStream>(broker.port(kTlsListener),
                                              TlsClientOptions{.max_version = version});
    EXPECT_EQ(stream->version(), version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3");
    EXPECT_EQ(stream->server_name(), "localhost");
    Client client(std::move(stream));
    client.declare("q");
    client.publish("", "q", "small");
    client.publish("", "q", large);
    EXPECT_EQ(client.get("q", true)->body, "small");
    EXPECT_EQ(client.get("q", true)->body, large);
    client.close();
  }
}

TEST_F(Tls, DeliversAHundredThousandMessagesInOrder) {
  constexpr int kCount = 100'000;
  LocalBroker broker(tls_config(directory_ / "data", files_));
  Client consumer(tls(broker)), publisher(tls(broker));
  consumer.declare("q");
  consumer.consume("q", "c", true);
  for (int n = 0; n != kCount; ++n) publisher.publish("", "q", std::to_string(n));
  publisher.flush();
  for (int n = 0; n != kCount; ++n) ASSERT_EQ(consumer.next_delivery().body, std::to_string(n));
}

TEST_F(Tls, ClientWithoutCertificateIsRefusedWhenOneIsDemanded) {
  LocalBroker broker(mutual_tls_config(directory_ / "data", files_));
  expect_no_connection(broker, nullptr, TLS1_2_VERSION);
  expect_no_connection(broker, nullptr, TLS1_3_VERSION);
  Client served(tls(broker, &client_));
}

TEST_F(Tls, ClientWithoutCertificateIsServedWhenOneIsOnlyAskedFor) {
  Config config = mutual_tls_config(directory_ / "data", files_);
  config.tls.fail_if_no_peer_certificate = false;
  LocalBroker broker(config);
  Client served(tls(broker));
}

TEST_F(Tls, CertificateOfAnotherAuthorityIsRefused) {
  LocalBroker broker(mutual_tls_config(directory_ / "data", files_));
  const Identity stranger = make_identity("Stranger CA", nullptr, true);
  const Identity alice = make_identity("alice", &stranger);
  expect_no_connection(broker, &alice);
}

TEST_F(Tls, ExternalIsTheUserOfTheWholeSubject) {
  LocalBroker broker(external_config(CertificateName::kDistinguishedName));
  Client client(tls(broker, &client_), kExternal);
  EXPECT_EQ(client.mechanisms(), "PLAIN EXTERNAL");
  expect_permissions_of(client, "subject");
}

TEST_F(Tls, ExternalIsTheUserOfTheCommonName) {
  LocalBroker broker(external_config(CertificateName::kCommonName));
  Client client(tls(broker, &client_), kExternal);
  expect_permissions_of(client, "alice");
}

TEST_F(Tls, ExternalIsRefusedForANameThatIsNoUser) {
  LocalBroker broker(external_config(CertificateName::kCommonName));
  const Identity mallory = make_identity("mallory", &files_.authority);
  EXPECT_EQ(refusal([&] { Client(tls(broker, &mallory), kExternal); }), 403);
}

TEST_F(Tls, ExternalIsNotOfferedToAClientWithoutCertificate) {
  Config config = external_config(CertificateName::kCommonName);
  config.tls.fail_if_no_peer_certificate = false;
  LocalBroker broker(config);
  EXPECT_EQ(Client(tls(broker)).mechanisms(), "PLAIN");
  EXPECT_EQ(refusal([&] { Client(tls(broker), kExternal); }), 503);
}

// The end comes from the broker: the client is silent.
TEST_F(Tls, SilenceInTheTlsHandshakeIsLimited) {
  Config config = tls_config(directory_ / "data", files_);
  config.handshake_timeout = 0ms;
  config.tls_handshake_timeout = 1ms;
  LocalBroker broker(config);
  char part[16];
  EXPECT_EQ(TcpStream(broker.port(kTlsListener)).read(part), 0u);
  Client served(tls(broker));
}

TEST_F(Tls, SilenceBehindTheTlsHandshakeHasItsOwnLimit) {
  Config config = tls_config(directory_ / "data", files_);
  config.handshake_timeout = 1ms;
  config.tls_handshake_timeout = 0ms;
  LocalBroker broker(config);
  char part[16];
  EXPECT_THROW(
      {
        TlsStream stream(broker.port(kTlsListener));
        if (stream.read(part) == 0) throw std::runtime_error("the broker has ended the stream");
      },
      std::runtime_error);
}

TEST_F(Tls, WhatIsNotTlsEndsTheConnection) {
  LocalBroker broker(tls_config(directory_ / "data", files_));
  TcpStream stream(broker.port(kTlsListener), amqp::kProtocolHeader);
  char part[512];
  std::size_t count = 0;
  std::string all;
  try {
    while ((count = stream.read(part)) != 0) all.append(part, count);
  } catch (const std::runtime_error& reset) {
    EXPECT_NE(std::string(reset.what()).find("reset"), std::string::npos) << reset.what();
  }
  EXPECT_EQ(all.find("AMQP"), std::string::npos);
  Client served(tls(broker));
}

}  // namespace
}  // namespace coney::test
