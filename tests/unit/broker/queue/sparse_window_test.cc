#include "broker/queue/sparse_window.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>

namespace coney {
namespace {

struct Item {
  std::shared_ptr<int> value;
  bool present() const { return value != nullptr; }
};
using Window = SparseWindow<Item, 4>;

std::uint64_t push(Window& window, int value) {
  return window.push_back(Item{std::make_shared<int>(value)});
}

TEST(SparseWindow, PositionsStayWhatTheyAre) {
  Window window;
  for (int i = 0; i != 10; ++i) EXPECT_EQ(push(window, i), static_cast<std::uint64_t>(i));
  for (std::uint64_t at : {0, 1, 2, 3, 5}) window.erase(at);
  EXPECT_EQ(window.size(), 5u);
  EXPECT_EQ(window.find(3), nullptr);
  EXPECT_EQ(window.find(5), nullptr);
  EXPECT_EQ(*window.find(6)->value, 6);
  EXPECT_EQ(window.find(10), nullptr);
  EXPECT_EQ(push(window, 10), 10u);
}

TEST(SparseWindow, NextSkipsWhatWasErased) {
  Window window;
  for (int i = 0; i != 12; ++i) push(window, i);
  for (std::uint64_t at = 1; at != 11; ++at) window.erase(at);
  EXPECT_EQ(window.next(0), 0u);
  EXPECT_EQ(window.next(1), 11u);
  EXPECT_EQ(window.next(12), window.end());
}

TEST(SparseWindow, ErasedElementsAreDestroyed) {
  Window window;
  std::weak_ptr<int> watched;
  {
    auto value = std::make_shared<int>(1);
    watched = value;
    window.push_back(Item{value});
  }
  push(window, 2);
  EXPECT_FALSE(watched.expired());
  window.erase(0);
  EXPECT_TRUE(watched.expired());
}

TEST(SparseWindow, CompactLeavesAWindowThatWorks) {
  Window window;
  for (int i = 0; i != 6; ++i) push(window, i);
  window.compact();
  EXPECT_EQ(window.size(), 6u) << "nothing happens while something is alive";
  window.clear();
  window.compact();
  EXPECT_TRUE(window.empty());
  EXPECT_GE(window.end(), 6u) << "positions are not given twice";
  const std::uint64_t at = push(window, 7);
  EXPECT_EQ(*window.find(at)->value, 7);
  EXPECT_EQ(window.next(0), at);
}

TEST(SparseWindow, BehavesAsAMap) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  Window window;
  std::map<std::uint64_t, int> model;
  for (int step = 0; step != 50'000; ++step) {
    const unsigned growing = step / 500 % 2 == 0 ? 6 : 3;
    if (random() % 10 < growing) {
      const std::uint64_t at = push(window, step);
      ASSERT_TRUE(model.empty() || at > model.rbegin()->first);
      model[at] = step;
    } else if (!model.empty()) {
      auto found = model.lower_bound(window.begin() + random() % (window.end() - window.begin()));
      if (found == model.end()) found = model.begin();
      window.erase(found->first);
      model.erase(found);
    } else {
      window.compact();
    }
    ASSERT_EQ(window.size(), model.size());
    const std::uint64_t at = random() % (window.end() + 2);
    const auto behind = model.lower_bound(at);
    ASSERT_EQ(window.next(at), behind == model.end() ? window.end() : behind->first);
    const std::uint64_t lowest = random() % (at + 1);
    const auto in_front = model.lower_bound(at);
    const bool any = in_front != model.begin() && std::prev(in_front)->first >= lowest;
    ASSERT_EQ(window.previous(at, lowest),
              any ? std::optional(std::prev(in_front)->first) : std::nullopt);
    const Item* item = window.find(at);
    ASSERT_EQ(item != nullptr, model.contains(at));
    if (item) {
      ASSERT_EQ(*item->value, model[at]);
    }
  }
}

}  // namespace
}  // namespace coney
