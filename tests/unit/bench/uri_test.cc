#include "tests/bench/uri.h"

#include <gtest/gtest.h>

#include "tests/bench/failure.h"

namespace bench {
namespace {

TEST(Uri, HasTheUsualDefaults) {
  const Uri uri = parse_uri("amqp://");
  EXPECT_EQ(uri.user, "guest");
  EXPECT_EQ(uri.password, "guest");
  EXPECT_EQ(uri.host, "localhost");
  EXPECT_EQ(uri.port, "5672");
  EXPECT_EQ(uri.vhost, "/");
}

TEST(Uri, ReadsEveryPart) {
  const Uri uri = parse_uri("amqp://us%40er:pa%3Ass@example.org:1234/my%2Fhost?heartbeat=5");
  EXPECT_EQ(uri.user, "us@er");
  EXPECT_EQ(uri.password, "pa:ss");
  EXPECT_EQ(uri.host, "example.org");
  EXPECT_EQ(uri.port, "1234");
  EXPECT_EQ(uri.vhost, "my/host");
}

TEST(Uri, APathThatIsOnlyASlashIsTheDefaultVhost) {
  EXPECT_EQ(parse_uri("amqp://host/").vhost, "/");
  EXPECT_EQ(parse_uri("amqp://host/%2F").vhost, "/");
  EXPECT_EQ(parse_uri("amqp://host/v").vhost, "v");
}

TEST(Uri, AmqpsIsTlsOnAPortOfItsOwn) {
  EXPECT_FALSE(parse_uri("amqp://host/").tls);
  const Uri uri = parse_uri("amqps://u:p@host/v");
  EXPECT_TRUE(uri.tls);
  EXPECT_EQ(uri.port, "5671");
  EXPECT_EQ(uri.user, "u");
  EXPECT_EQ(uri.host, "host");
  EXPECT_EQ(uri.vhost, "v");
  EXPECT_EQ(parse_uri("amqps://host:1234").port, "1234");
}

TEST(Uri, ReadsAnIpv6Address) {
  const Uri uri = parse_uri("amqp://u:p@[::1]:5673/");
  EXPECT_EQ(uri.host, "::1");
  EXPECT_EQ(uri.port, "5673");
}

TEST(Uri, RefusesWhatItCannotUse) {
  EXPECT_THROW(parse_uri("http://host/"), Failure);
  EXPECT_THROW(parse_uri("amqp:host"), Failure);
  EXPECT_THROW(parse_uri("amqp://host/%4"), Failure);
  EXPECT_THROW(parse_uri("amqp://host/%zz"), Failure);
}

}  // namespace
}  // namespace bench
