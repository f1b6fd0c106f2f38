#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "broker/exchange/consistent_hash_exchange.h"
#include "broker/exchange/modulus_hash_exchange.h"

namespace coney {
namespace {

using amqp::Table;
using amqp::Value;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<DestinationIndex> routed(const BindingIndex& index, const RoutedMessage& message) {
  std::vector<DestinationIndex> out;
  index.route(message, out);
  return out;
}

std::vector<DestinationIndex> routed(const BindingIndex& index, std::string_view key) {
  return routed(index, {.keys = {&key, 1}});
}

std::string headers(const Table& table) {
  std::string bytes;
  amqp::encode_table(bytes, table);
  return bytes.substr(4);
}

// How often each destination was chosen for `count` keys.
std::map<DestinationIndex, int> split(const BindingIndex& index, int count) {
  std::map<DestinationIndex, int> chosen;
  for (int n = 0; n != count; ++n) {
    const auto out = routed(index, "k" + std::to_string(n));
    EXPECT_EQ(out.size(), 1u);
    ++chosen[out.at(0)];
  }
  return chosen;
}

TEST(ConsistentHashExchange, SplitsKeysAsRabbitMqDoes) {
  ConsistentHashExchange index({});
  index.add("1", {}, 1);
  index.add("1", {}, 2);
  EXPECT_EQ(split(index, 20), (std::map<DestinationIndex, int>{{1, 7}, {2, 13}}));
}

TEST(ConsistentHashExchange, AHeaderIsHashedLikeAKeyAndIntegersAsTheyAre) {
  ConsistentHashExchange by_key({});
  ConsistentHashExchange by_header({{"hash-header", Value::text("h")}});
  for (DestinationIndex destination : {1, 2, 3}) {
    by_key.add("10", {}, destination);
    by_header.add("10", {}, destination);
  }
  std::map<DestinationIndex, int> numbers;
  for (int n = 0; n != 100; ++n) {
    const std::string key = "k" + std::to_string(n);
    EXPECT_EQ(routed(by_header, {.headers = headers({{"h", Value::text(key)}})}),
              routed(by_key, key));
    const auto number = routed(by_header, {.headers = headers({{"h", Value::int64(n)}})});
    EXPECT_EQ(number, routed(by_header, {.headers = headers({{"h", Value::int32(n)}})}));
    ++numbers[number.at(0)];
  }
  EXPECT_EQ(numbers.size(), 3u);
  // All without the header go one way, whatever their key.
  EXPECT_EQ(routed(by_header, "a"), routed(by_header, "b"));
}

TEST(ConsistentHashExchange, PropertiesAreHashed) {
  const std::string_view key = "same";
  for (const char* property : {"message_id", "correlation_id", "timestamp"}) {
    ConsistentHashExchange index({{"hash-property", Value::text(property)}});
    EXPECT_FALSE(index.decided_by_keys());
    for (DestinationIndex destination : {1, 2, 3}) index.add("5", {}, destination);
    std::map<DestinationIndex, int> chosen;
    for (int n = 0; n != 200; ++n) {
      const std::string id = std::to_string(n);
      amqp::PropertyList list;
      if (property == std::string_view("message_id")) list.message_id = id;
      if (property == std::string_view("correlation_id")) list.correlation_id = id;
      if (property == std::string_view("timestamp")) list.timestamp = 1'700'000'000u + n;
      ++chosen[routed(index, {.keys = {&key, 1}, .properties = &list}).at(0)];
    }
    EXPECT_EQ(chosen.size(), 3u) << property;
    amqp::PropertyList none;
    EXPECT_EQ(routed(index, {.keys = {&key, 1}, .properties = &none}), routed(index, key));
  }
}

TEST(ConsistentHashExchange, WeightsAreShares) {
  ConsistentHashExchange index({});
  index.add("1", {}, 1);
  index.add("3", {}, 2);
  const auto chosen = split(index, 8'000);
  EXPECT_NEAR(chosen.at(1), 2'000, 200);
  EXPECT_NEAR(chosen.at(2), 6'000, 200);
}

TEST(ConsistentHashExchange, ABindingThatComesAndGoesLeavesTheOthersKeysAlone) {
  ConsistentHashExchange index({});
  for (DestinationIndex destination : {1, 2, 3}) index.add("2", {}, destination);
  std::vector<DestinationIndex> before;
  for (int n = 0; n != 1000; ++n) before.push_back(routed(index, std::to_string(n)).at(0));
  index.add("2", {}, 4);
  int moved = 0;
  for (int n = 0; n != 1000; ++n) {
    const DestinationIndex now = routed(index, std::to_string(n)).at(0);
    if (now == before[static_cast<std::size_t>(n)]) continue;
    EXPECT_EQ(now, 4u);
    ++moved;
  }
  EXPECT_NEAR(moved, 250, 60);
  index.remove("2", {}, 4);
  for (int n = 0; n != 1000; ++n) {
    EXPECT_EQ(routed(index, std::to_string(n)).at(0), before[static_cast<std::size_t>(n)]);
  }
}

TEST(ConsistentHashExchange, EqualBindingsGoOneByOne) {
  ConsistentHashExchange index({});
  index.add("1", {}, 1);
  index.add("1", {{"a", Value::int32(1)}}, 1);
  index.add("2", {}, 1);
  index.remove("1", {}, 1);
  index.remove("5", {}, 1);  // never was there
  EXPECT_THAT(routed(index, "k"), ElementsAre(1));
  index.remove("2", {}, 1);
  index.remove("1", {}, 1);
  EXPECT_TRUE(index.empty());
  EXPECT_THAT(routed(index, "k"), IsEmpty());
}

TEST(ConsistentHashExchange, HugeWeightsCostNothing) {
  ConsistentHashExchange index({});
  index.add("123456789012345678901234567890", {}, 1);
  index.add("2147483647", {}, 2);
  const auto chosen = split(index, 1'000);
  EXPECT_NEAR(chosen.at(1), 500, 100);
  EXPECT_NEAR(chosen.at(2), 500, 100);
}

TEST(ConsistentHashExchange, CarbonCopyKeysDoNotMultiplyAMessage) {
  ConsistentHashExchange index({});
  for (DestinationIndex destination = 0; destination != 9; ++destination) {
    index.add("1", {}, destination);
  }
  const std::string_view keys[] = {"a", "b", "c", "d"};
  EXPECT_EQ(routed(index, {.keys = keys}), routed(index, "a"));
}

TEST(ModulusHashExchange, OneKeyGoesOneWayAndAllAreUsed) {
  ModulusHashExchange index;
  EXPECT_THAT(routed(index, "k"), IsEmpty());
  for (DestinationIndex destination : {7, 8, 9}) index.add("ignored", {}, destination);
  const auto chosen = split(index, 3'000);
  EXPECT_NEAR(chosen.at(7), 1'000, 120);
  EXPECT_NEAR(chosen.at(8), 1'000, 120);
  EXPECT_NEAR(chosen.at(9), 1'000, 120);
  EXPECT_EQ(routed(index, "k"), routed(index, "k"));
  for (DestinationIndex destination : {7, 8, 9}) index.remove("ignored", {}, destination);
  EXPECT_TRUE(index.empty());
}

}  // namespace
}  // namespace coney
