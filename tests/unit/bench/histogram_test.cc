#include "tests/bench/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace bench {
namespace {

TEST(Histogram, IsZeroWhenEmpty) {
  EXPECT_EQ(Histogram().quantile(0.5), 0u);
  EXPECT_EQ(Histogram().max(), 0u);
}

TEST(Histogram, SmallValuesAreExact) {
  Histogram histogram;
  for (std::uint64_t value = 1; value <= 100; ++value) histogram.record(value);
  EXPECT_EQ(histogram.quantile(0.5), 50u);
  EXPECT_EQ(histogram.quantile(0.99), 99u);
  EXPECT_EQ(histogram.quantile(1), 100u);
  EXPECT_EQ(histogram.count(), 100u);
}

TEST(Histogram, QuantilesAreWithinOnePercentOfTheSortedValues) {
  std::mt19937_64 random(7);
  std::lognormal_distribution<double> latency(12, 2);
  Histogram histogram;
  std::vector<std::uint64_t> values;
  for (int i = 0; i < 100'000; ++i) {
    values.push_back(static_cast<std::uint64_t>(latency(random)));
    histogram.record(values.back());
  }
  std::sort(values.begin(), values.end());
  for (double fraction : {0.01, 0.5, 0.9, 0.99, 0.999}) {
    const auto rank = static_cast<std::size_t>(fraction * 100'000) - 1;
    const auto exact = static_cast<double>(values[rank]);
    EXPECT_GE(static_cast<double>(histogram.quantile(fraction)), exact);
    EXPECT_LE(static_cast<double>(histogram.quantile(fraction)), exact * 1.01 + 1);
  }
  EXPECT_EQ(histogram.max(), values.back());
}

TEST(Histogram, HoldsTheLargestValue) {
  Histogram histogram;
  histogram.record(~std::uint64_t{0});
  histogram.record(0);
  EXPECT_EQ(histogram.quantile(1), ~std::uint64_t{0});
  EXPECT_EQ(histogram.quantile(0), 0u);
}

TEST(Histogram, MergeAddsUp) {
  Histogram a;
  Histogram b;
  a.record(10);
  b.record(90);
  b.record(1000);
  a.merge(b);
  EXPECT_EQ(a.count(), 3u);
  EXPECT_EQ(a.quantile(0.5), 90u);
  EXPECT_EQ(a.max(), 1000u);
}

}  // namespace
}  // namespace bench
