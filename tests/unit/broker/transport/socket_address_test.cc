#include "broker/transport/socket_address.h"

#include <gtest/gtest.h>
#include <netinet/in.h>

namespace coney {
namespace {

TEST(SocketAddress, PrintsAsRabbitMq) {
  EXPECT_EQ(SocketAddress::parse("127.0.0.1", 5672)->to_string(), "127.0.0.1:5672");
  EXPECT_EQ(SocketAddress::parse("::1", 5672)->to_string(), "[::1]:5672");
  EXPECT_EQ(SocketAddress::parse("2001:db8::1", 1)->host(), "2001:db8::1");
  EXPECT_EQ(SocketAddress().to_string(), "unknown:0");
}

TEST(SocketAddress, NamesConnections) {
  EXPECT_EQ(connection_name(*SocketAddress::parse("127.0.0.1", 56789),
                            *SocketAddress::parse("127.0.0.1", 5672)),
            "127.0.0.1:56789 -> 127.0.0.1:5672");
  EXPECT_EQ(
      connection_name(*SocketAddress::parse("::1", 56789), *SocketAddress::parse("::1", 5672)),
      "[::1]:56789 -> [::1]:5672");
}

TEST(SocketAddress, MappedIpv4IsIpv4) {
  SocketAddress mapped = *SocketAddress::parse("::ffff:192.0.2.1", 7);
  EXPECT_EQ(mapped, *SocketAddress::parse("192.0.2.1", 7));
  EXPECT_EQ(mapped.to_string(), "192.0.2.1:7");
}

TEST(SocketAddress, KnowsLoopback) {
  EXPECT_TRUE(SocketAddress::parse("127.8.9.10", 0)->is_loopback());
  EXPECT_TRUE(SocketAddress::parse("::1", 0)->is_loopback());
  EXPECT_TRUE(SocketAddress::parse("::ffff:127.0.0.1", 0)->is_loopback());
  EXPECT_FALSE(SocketAddress::parse("128.0.0.1", 0)->is_loopback());
  EXPECT_FALSE(SocketAddress::parse("::", 0)->is_loopback());
  EXPECT_FALSE(SocketAddress::parse("8000::1", 0)->is_loopback());
  EXPECT_FALSE(SocketAddress().is_loopback());
}

TEST(SocketAddress, GoesThroughSockaddrAndBack) {
  for (const char* host : {"192.0.2.1", "2001:db8::1"}) {
    SocketAddress address = *SocketAddress::parse(host, 5672);
    sockaddr_storage storage;
    EXPECT_GT(address.to_sockaddr(storage), 0u);
    EXPECT_EQ(SocketAddress::from(reinterpret_cast<sockaddr*>(&storage)), address);
  }
  sockaddr_storage storage;
  EXPECT_EQ(SocketAddress().to_sockaddr(storage), 0u);
  storage.ss_family = AF_UNIX;
  EXPECT_FALSE(SocketAddress::from(reinterpret_cast<sockaddr*>(&storage)).has_value());
}

TEST(SocketAddress, RefusesWhatIsNoLiteral) {
  for (std::string_view text : {"", "localhost", "1.2.3", "1.2.3.4.5", "256.0.0.1", "[::1]", "::g",
                                "127.0.0.1:5672", " 127.0.0.1"}) {
    EXPECT_FALSE(SocketAddress::parse(text, 0)) << text;
  }
  EXPECT_FALSE(SocketAddress::parse(std::string_view("1.2.3.4\0x", 9), 0));
}

}  // namespace
}  // namespace coney
