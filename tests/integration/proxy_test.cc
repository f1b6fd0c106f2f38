// The PROXY protocol in front of AMQP and of TLS. guest may come from loopback only, so it shows
// whether the address in the header counts.

#include <gtest/gtest.h>

#include "tests/integration/client.h"
#include "tests/integration/tls_broker.h"
#include "tests/integration/users.h"
#include "tests/unit/persistence/temporary_directory.h"

namespace coney::test {
namespace {

using namespace std::string_literals;

std::string v2(char command, char family, const std::string& addresses) {
  return "\r\n\r\n\0\r\nQUIT\n"s + command + family + '\0' + static_cast<char>(addresses.size()) +
         addresses;
}

struct Header {
  const char* name;
  std::string near;  // from a loopback address
  std::string far;   // from another one
};

const Header kHeaders[] = {
    {"Version1OverIpv4", "PROXY TCP4 127.0.0.1 192.0.2.9 50000 5672\r\n",
     "PROXY TCP4 192.0.2.1 192.0.2.9 50000 5672\r\n"},
    {"Version1OverIpv6", "PROXY TCP6 ::1 2001:db8::9 50000 5672\r\n",
     "PROXY TCP6 2001:db8::1 2001:db8::9 50000 5672\r\n"},
    {"Version2OverIpv4", v2('\x21', '\x11', "\x7F\0\0\x01\xC0\0\x02\x09\xC3\x50\x16\x28"s),
     v2('\x21', '\x11', "\xC0\0\x02\x01\xC0\0\x02\x09\xC3\x50\x16\x28"s)},
    {"Version2OverIpv6",
     v2('\x21', '\x21',
        std::string(15, '\0') + "\x01" + std::string(15, '\0') + "\x01\xC3\x50\x16\x28"s),
     v2('\x21', '\x21',
        "\x20\x01\x0D\xB8" + std::string(12, '\0') + std::string(15, '\0') +
            "\x01\xC3\x50\x16\x28"s)},
};

class Proxy : public testing::Test {
 protected:
  Config config() const {
    Config config = tls_config(directory_ / "data", files_);
    config.proxy_protocol = true;
    config.load_definitions = users_file(directory_ / "users.json");
    return config;
  }
  static std::unique_ptr<Stream> stream(const LocalBroker& broker, bool tls,
                                        const std::string& header) {
    if (!tls) return std::make_unique<TcpStream>(broker.port(), header);
    return std::make_unique<TlsStream>(broker.port(kTlsListener), TlsClientOptions{}, header);
  }
  static void expect_close(const LocalBroker& broker, const std::string& bytes) {
    TcpStream stream(broker.port());
    char part[512];
    try {
      stream.send(bytes);
      EXPECT_EQ(stream.read(part), 0u);
    } catch (const std::runtime_error& reset) {  // it did not read all of it
      EXPECT_NE(std::string(reset.what()).find("reset"), std::string::npos) << reset.what();
    }
  }

  coney::TemporaryDirectory directory_;
  TlsFiles files_;
};

class ProxyHeaders : public Proxy, public testing::WithParamInterface<std::tuple<Header, bool>> {};

INSTANTIATE_TEST_SUITE_P(, ProxyHeaders,
                         testing::Combine(testing::ValuesIn(kHeaders), testing::Bool()),
                         [](const auto& each) {
                           return std::get<0>(each.param).name +
                                  std::string(std::get<1>(each.param) ? "BeforeTls" : "BeforeAmqp");
                         });

TEST_P(ProxyHeaders, AddressCountsAsTheClients) {
  LocalBroker broker(config());
  const Header& header = std::get<0>(GetParam());
  const bool tls = std::get<1>(GetParam());
  Client near(stream(broker, tls, header.near));
  near.declare("q");
  near.publish("", "q", "hello");
  near.flush();
  Client far(stream(broker, tls, header.far), plain_login("alice", "secret"));
  const auto got = far.get("q", true);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->body, "hello");
  EXPECT_EQ(refusal([&] { Client(stream(broker, tls, header.far)); }), 403);  // guest
}

TEST_F(Proxy, ItsOwnConnectionsKeepTheirAddress) {
  LocalBroker broker(config());
  Client one(stream(broker, false, v2('\x20', '\0', "")));  // LOCAL
  Client other(stream(broker, true, "PROXY UNKNOWN\r\n"));
}

TEST_F(Proxy, HeaderIsDemanded) {
  LocalBroker broker(config());
  expect_close(broker, std::string(amqp::kProtocolHeader));
  expect_close(broker, "PROXY TCP4 not an address\r\n");
}

TEST_F(Proxy, OtherSourcesAreRefused) {
  Config distrustful = config();
  distrustful.proxy_trusted_sources = {{{192, 0, 2, 0}, 24}};
  LocalBroker broker(distrustful);
  for (const Header& header : kHeaders) {
    expect_close(broker, header.near + std::string(amqp::kProtocolHeader));
  }
}

TEST_F(Proxy, HeaderIsNotTakenUnlessConfigured) {
  Config config = broker_config(directory_ / "data");
  LocalBroker broker(config);
  TcpStream stream(broker.port(), kHeaders[0].near);
  char part[8];
  ASSERT_EQ(stream.read(part), sizeof part);  // a wrong protocol header is answered with the right
  EXPECT_EQ(std::string_view(part, sizeof part), amqp::kProtocolHeader);
}

}  // namespace
}  // namespace coney::test
