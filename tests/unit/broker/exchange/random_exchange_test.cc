#include "broker/exchange/random_exchange.h"

#include <gtest/gtest.h>

#include <map>

namespace coney {
namespace {

std::vector<DestinationIndex> routed(const BindingIndex& index) {
  const std::string_view keys[] = {"a", "b"};
  std::vector<DestinationIndex> out;
  index.route({.keys = keys}, out);
  return out;
}

TEST(RandomExchange, ChoosesOneOfAllWhateverTheKeys) {
  RandomExchange index(1);
  EXPECT_TRUE(routed(index).empty());
  for (DestinationIndex destination : {1, 2, 3}) index.add("", {}, destination);
  std::map<DestinationIndex, int> chosen;
  for (int n = 0; n != 3'000; ++n) {
    const auto out = routed(index);
    ASSERT_EQ(out.size(), 1u);
    ++chosen[out[0]];
  }
  for (DestinationIndex destination : {1, 2, 3}) EXPECT_NEAR(chosen[destination], 1'000, 120);
}

TEST(RandomExchange, IsNeverDecidedByKeys) {
  EXPECT_FALSE(RandomExchange(1).decided_by_keys());
}

TEST(RandomExchange, ADestinationBoundTwiceStaysUntilBothBindingsAreGone) {
  RandomExchange index(1);
  index.add("a", {}, 5);
  index.add("b", {}, 5);
  index.remove("a", {}, 5);
  EXPECT_EQ(routed(index), std::vector<DestinationIndex>{5});
  index.remove("b", {}, 5);
  EXPECT_TRUE(index.empty());
}

}  // namespace
}  // namespace coney
