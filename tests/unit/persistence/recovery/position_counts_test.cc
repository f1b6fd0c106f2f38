#include "persistence/recovery/position_counts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <random>

namespace coney {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr QueuePosition kLast = UINT64_MAX;

CountedRange range(QueuePosition first, QueuePosition last, DeliveryCounts counts) {
  return {{first, last}, counts};
}

TEST(PositionCounts, OfTwoValuesTheHigherOneHolds) {
  PositionCounts counts;
  counts.raise({2, 6}, {1, 5});
  counts.raise({4, 9}, {3, 2});
  EXPECT_THAT(counts.in({0, kLast}),
              ElementsAre(range(2, 3, {1, 5}), range(4, 6, {3, 5}), range(7, 9, {3, 2})));
}

TEST(PositionCounts, ZeroIsKnownToo) {
  PositionCounts counts;
  counts.raise({5, 5}, {});
  EXPECT_THAT(counts.in({0, 9}), ElementsAre(range(5, 5, {})));
}

TEST(PositionCounts, GoUpToTheLastPosition) {
  PositionCounts counts;
  counts.raise({1, kLast}, {1, 1});
  counts.add_one({kLast, kLast});
  counts.remove({kLast - 1, kLast - 1});
  EXPECT_THAT(counts.in({kLast - 2, kLast}),
              ElementsAre(range(kLast - 2, kLast - 2, {1, 1}), range(kLast, kLast, {2, 2})));
  counts.remove({0, kLast});
  EXPECT_TRUE(counts.empty());
}

TEST(PositionCounts, AreCutToWhatIsAskedFor) {
  PositionCounts counts;
  counts.raise({10, 19}, {1, 0});
  EXPECT_THAT(counts.in({15, 30}), ElementsAre(range(15, 19, {1, 0})));
  EXPECT_THAT(counts.in({0, 9}), IsEmpty());
  EXPECT_THAT(counts.in({20, 29}), IsEmpty());
}

TEST(PositionCounts, BehaveLikeAnArray) {
  constexpr std::size_t kSize = 40;
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    PositionCounts counts;
    std::array<std::optional<DeliveryCounts>, kSize> model;
    for (int step = 0; step < 50; ++step) {
      const QueuePosition first = random() % kSize;
      const PositionRange at{first, first + random() % (kSize - first)};
      const DeliveryCounts value{std::uint32_t(random() % 4), std::uint32_t(random() % 4)};
      const auto what = random() % 4;
      for (QueuePosition i = at.first; i <= at.last; ++i) {
        const DeliveryCounts old = model[i].value_or(DeliveryCounts{});
        if (what <= 1) model[i] = old.highest(value);
        if (what == 2) model[i] = DeliveryCounts{old.returned + 1, old.acquired + 1};
        if (what == 3) model[i].reset();
      }
      if (what <= 1) counts.raise(at, value);
      if (what == 2) counts.add_one(at);
      if (what == 3) counts.remove(at);
      std::array<std::optional<DeliveryCounts>, kSize> found;
      for (const CountedRange& each : counts.in({0, kSize - 1})) {
        for (auto i = each.positions.first; i <= each.positions.last; ++i) found[i] = each.counts;
      }
      ASSERT_EQ(found, model) << "round " << round << " step " << step;
    }
  }
}

}  // namespace
}  // namespace coney
