#include "tests/bench/confirm_window.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace bench {
namespace {

TEST(ConfirmWindow, CountsEachPublishOnceInOrder) {
  ConfirmWindow window;
  window.publish(3);
  EXPECT_EQ(window.unconfirmed(), 3u);
  EXPECT_EQ(window.confirm(1, false), 1u);
  EXPECT_EQ(window.confirm(1, false), 0u);
  EXPECT_EQ(window.confirm(3, true), 2u);
  EXPECT_EQ(window.unconfirmed(), 0u);
}

TEST(ConfirmWindow, TakesConfirmsOutOfOrder) {
  ConfirmWindow window;
  window.publish(5);
  EXPECT_EQ(window.confirm(3, false), 1u);
  EXPECT_EQ(window.confirm(3, false), 0u);
  EXPECT_EQ(window.unconfirmed(), 4u);
  EXPECT_EQ(window.confirm(4, true), 3u);
  EXPECT_EQ(window.first_unconfirmed(), 5u);
  EXPECT_EQ(window.confirm(5, false), 1u);
  EXPECT_EQ(window.unconfirmed(), 0u);
}

TEST(ConfirmWindow, IgnoresTagsThatWereNotPublished) {
  ConfirmWindow window;
  window.publish(2);
  EXPECT_EQ(window.confirm(3, false), 0u);
  EXPECT_EQ(window.confirm(3, true), 0u);
  EXPECT_EQ(window.unconfirmed(), 2u);
}

TEST(ConfirmWindow, TagZeroWithMultipleMeansAll) {
  ConfirmWindow window;
  window.publish(4);
  EXPECT_EQ(window.confirm(0, true), 4u);
  EXPECT_EQ(window.unconfirmed(), 0u);
}

TEST(ConfirmWindow, AgreesWithASetOfTags) {
  std::mt19937_64 random(11);
  ConfirmWindow window;
  std::set<std::uint64_t> model;
  std::uint64_t last = 0;
  for (int step = 0; step < 20'000; ++step) {
    if (random() % 3 == 0) {
      model.insert(window.publish());
      ++last;
    }
    const std::uint64_t tag = last - std::min<std::uint64_t>(last, random() % 20);
    const bool multiple = tag > 0 && random() % 4 == 0;
    if (tag == 0) continue;
    const auto end = model.upper_bound(tag);
    const auto begin = multiple ? model.begin() : model.find(tag);
    std::set<std::uint64_t> expected;
    if (begin != model.end() && (multiple || *begin == tag)) expected.insert(begin, end);
    std::set<std::uint64_t> settled;
    window.confirm(tag, multiple, [&](std::uint64_t t) { settled.insert(t); });
    ASSERT_EQ(settled, expected) << step;
    for (std::uint64_t t : settled) model.erase(t);
    ASSERT_EQ(window.unconfirmed(), model.size());
  }
}

}  // namespace
}  // namespace bench
