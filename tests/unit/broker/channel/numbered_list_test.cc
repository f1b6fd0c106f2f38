#include "broker/channel/numbered_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

namespace coney {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using List = NumberedList<int>;

std::vector<int> visited(const List& list, std::size_t first = 0) {
  std::vector<int> out;
  list.visit_from(first, [&](int value) { out.push_back(value); });
  return out;
}

void fill(List& list, int count) {
  for (int n = 1; n <= count; ++n) {
    list.add(static_cast<List::Number>(n), std::make_unique<int>(n));
  }
}

TEST(NumberedList, FindsByNumberAndVisitsInOrder) {
  List list;
  EXPECT_TRUE(list.empty());
  EXPECT_EQ(list.find(1), nullptr);
  fill(list, 4);
  EXPECT_EQ(*list.find(3), 3);
  EXPECT_EQ(list.find(5), nullptr);
  EXPECT_THAT(visited(list), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(visited(list, 2), ElementsAre(3, 4, 1, 2));
  EXPECT_THAT(visited(list, 7), ElementsAre(4, 1, 2, 3));
}

TEST(NumberedList, WhatIsErasedIsPassedOver) {
  List list;
  fill(list, 4);
  list.erase(2);
  list.erase(2);
  list.erase(9);
  EXPECT_EQ(list.size(), 3u);
  EXPECT_EQ(list.find(2), nullptr);
  EXPECT_THAT(visited(list, 1), ElementsAre(3, 4, 1));
  list.erase(4);
  EXPECT_EQ(list.find(4), nullptr);
  list.add(5, std::make_unique<int>(5));
  EXPECT_THAT(visited(list), ElementsAre(1, 3, 5));
}

TEST(NumberedList, ObjectsKeepTheirPlaceInMemory) {
  List list;
  fill(list, 100);
  const int* last = list.find(100);
  for (List::Number n = 1; n != 100; ++n) list.erase(n);
  EXPECT_EQ(list.find(100), last);
  EXPECT_THAT(visited(list), ElementsAre(100));
  list.erase(100);
  EXPECT_THAT(visited(list), IsEmpty());
}

TEST(NumberedList, BehavesLikeAMap) {
  List list;
  std::map<List::Number, int> model;
  std::mt19937 random(5);
  List::Number next = 1;
  for (int round = 0; round != 20'000; ++round) {
    if (random() % 100 < (round / 2'000 % 2 == 0 ? 70u : 30u)) {
      list.add(next, std::make_unique<int>(static_cast<int>(next)));
      model[next] = static_cast<int>(next);
      ++next;
    } else {
      const List::Number number = random() % (next + 1);
      list.erase(number);
      model.erase(number);
    }
    ASSERT_EQ(list.size(), model.size());
    const List::Number asked = random() % (next + 1);
    ASSERT_EQ(list.find(asked) != nullptr, model.contains(asked));
  }
  std::vector<int> expected;
  for (const auto& [number, value] : model) expected.push_back(value);
  EXPECT_EQ(visited(list), expected);
}

}  // namespace
}  // namespace coney
