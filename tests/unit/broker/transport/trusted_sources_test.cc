#include "broker/transport/trusted_sources.h"

#include <gtest/gtest.h>

#include <array>

namespace coney {
namespace {

TrustedSources sources(std::initializer_list<const char*> networks) {
  TrustedSources trusted;
  for (const char* network : networks) EXPECT_TRUE(trusted.add(network)) << network;
  return trusted;
}

bool contains(const TrustedSources& trusted, const char* host) {
  return trusted.contains(*SocketAddress::parse(host, 40000));
}

TEST(TrustedSources, EmptyTrustsNobody) {
  EXPECT_FALSE(contains(TrustedSources(), "127.0.0.1"));
  EXPECT_FALSE(contains(TrustedSources(), "::1"));
}

TEST(TrustedSources, ComparesThePrefixBitByBit) {
  TrustedSources trusted = sources({"10.1.160.0/19", "2001:db8:8000::/33"});
  EXPECT_TRUE(contains(trusted, "10.1.160.0"));
  EXPECT_TRUE(contains(trusted, "10.1.191.255"));
  EXPECT_FALSE(contains(trusted, "10.1.159.255"));
  EXPECT_FALSE(contains(trusted, "10.1.192.0"));
  EXPECT_TRUE(contains(trusted, "2001:db8:ffff::1"));
  EXPECT_FALSE(contains(trusted, "2001:db8:7fff::1"));
}

TEST(TrustedSources, IgnoresBitsBehindThePrefix) {
  EXPECT_TRUE(contains(sources({"10.1.2.3/8"}), "10.9.9.9"));
}

TEST(TrustedSources, AnAddressAloneIsItself) {
  TrustedSources trusted = sources({"192.0.2.1", "2001:db8::1"});
  EXPECT_TRUE(contains(trusted, "192.0.2.1"));
  EXPECT_FALSE(contains(trusted, "192.0.2.0"));
  EXPECT_TRUE(contains(trusted, "2001:db8::1"));
  EXPECT_FALSE(contains(trusted, "2001:db8::"));
}

TEST(TrustedSources, FamiliesAreApart) {
  TrustedSources v4 = sources({"0.0.0.0/0"});
  EXPECT_TRUE(contains(v4, "198.51.100.7"));
  EXPECT_TRUE(contains(v4, "::ffff:198.51.100.7"));
  EXPECT_FALSE(contains(v4, "2001:db8::1"));
  EXPECT_FALSE(contains(sources({"::/0"}), "198.51.100.7"));
}

TEST(TrustedSources, MappedNetworkIsIpv4) {
  TrustedSources trusted = sources({"::ffff:10.0.0.0/104"});
  EXPECT_TRUE(contains(trusted, "10.200.0.1"));
  EXPECT_FALSE(contains(trusted, "11.0.0.1"));
}

TEST(TrustedSources, APeerWithoutAddressIsNotTrusted) {
  EXPECT_FALSE(sources({"0.0.0.0/0", "::/0"}).contains(SocketAddress()));
}

TEST(TrustedSources, RefusesWhatIsNoNetwork) {
  TrustedSources trusted;
  for (const char* text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x",
                           "10.0.0/8", "::/129", "::ffff:10.0.0.0/95", "proxy.example"}) {
    EXPECT_FALSE(trusted.add(text)) << text;
  }
  EXPECT_FALSE(contains(trusted, "10.0.0.1"));
}

TEST(TrustedSources, TakesBytes) {
  TrustedSources trusted;
  const std::array<std::uint8_t, 4> v4{10, 0, 0, 0};
  EXPECT_FALSE(trusted.add(v4, 33));
  EXPECT_FALSE(trusted.add(v4, -1));
  EXPECT_FALSE(trusted.add(std::span(v4).first(3), 8));
  EXPECT_TRUE(trusted.add(v4, 8));
  EXPECT_TRUE(contains(trusted, "10.1.1.1"));
}

}  // namespace
}  // namespace coney
