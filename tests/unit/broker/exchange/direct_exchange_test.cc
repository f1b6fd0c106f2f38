#include "broker/exchange/direct_exchange.h"

#include <gtest/gtest.h>

#include "broker/exchange/fanout_exchange.h"

namespace coney {
namespace {

using Destinations = std::vector<DestinationIndex>;

Destinations route(const BindingIndex& exchange, std::string_view key) {
  Destinations out;
  exchange.match(key, {}, out);
  return out;
}

TEST(DirectExchange, MatchesWholeKeysOnly) {
  DirectExchange exchange;
  exchange.add("a", {}, 1);
  exchange.add("a", {}, 2);
  exchange.add("a.b", {}, 3);
  EXPECT_EQ(route(exchange, "a"), (Destinations{1, 2}));
  EXPECT_EQ(route(exchange, "a.b"), Destinations{3});
  EXPECT_TRUE(route(exchange, "A").empty());
  EXPECT_TRUE(route(exchange, "a.").empty());
}

TEST(DirectExchange, EmptyKeyIsAnOrdinaryKey) {
  DirectExchange exchange;
  exchange.add("", {}, 1);
  EXPECT_EQ(route(exchange, ""), Destinations{1});
  EXPECT_TRUE(route(exchange, "x").empty());
}

TEST(DirectExchange, SameKeyWithOtherArgumentsIsAnotherBindingButOneCopy) {
  DirectExchange exchange;
  amqp::Table arguments{{"a", amqp::Value::int32(1)}};
  exchange.add("k", {}, 1);
  exchange.add("k", arguments, 1);
  EXPECT_EQ(route(exchange, "k"), Destinations{1});
  exchange.remove("k", arguments, 1);
  EXPECT_EQ(route(exchange, "k"), Destinations{1});
  exchange.remove("k", {}, 1);
  EXPECT_TRUE(route(exchange, "k").empty());
  EXPECT_TRUE(exchange.empty());
}

TEST(DirectExchange, RemovingWhatIsNotThereIsIgnored) {
  DirectExchange exchange;
  exchange.add("k", {}, 1);
  exchange.remove("k", {}, 2);
  exchange.remove("x", {}, 1);
  EXPECT_EQ(route(exchange, "k"), Destinations{1});
}

TEST(FanoutExchange, IgnoresTheKey) {
  FanoutExchange exchange;
  exchange.add("a", {}, 1);
  exchange.add("b", {}, 1);
  exchange.add("", {}, 2);
  EXPECT_EQ(route(exchange, "whatever"), (Destinations{1, 2}));
  exchange.remove("a", {}, 1);
  EXPECT_EQ(route(exchange, ""), (Destinations{1, 2}));
  exchange.remove("b", {}, 1);
  EXPECT_EQ(route(exchange, ""), Destinations{2});
  exchange.remove("", {}, 2);
  EXPECT_TRUE(exchange.empty());
}

TEST(FanoutExchange, ManyDestinationsComeAndGo) {
  FanoutExchange exchange;
  for (DestinationIndex i = 0; i < 1000; ++i) exchange.add("", {}, i);
  EXPECT_EQ(route(exchange, "").size(), 1000u);
  for (DestinationIndex i = 0; i < 999; ++i) exchange.remove("", {}, i);
  EXPECT_EQ(route(exchange, ""), Destinations{999});
}

}  // namespace
}  // namespace coney
