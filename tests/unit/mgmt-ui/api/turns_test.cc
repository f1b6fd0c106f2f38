#include "mgmt-ui/api/http/turns.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace coney::management {
namespace {

TEST(Turns, GoInTheOrderInWhichTheyWereAskedFor) {
  Turns turns;
  std::string woken;
  const auto ask = [&](char who) {
    return std::make_unique<Turns::Turn>(turns, [&woken, who] { woken += who; });
  };
  auto a = ask('a'), b = ask('b'), c = ask('c'), d = ask('d');
  EXPECT_TRUE(a->is_first()) << "nobody waits for oneself";
  EXPECT_FALSE(b->is_first());
  c.reset();  // does not wait any longer
  EXPECT_EQ(woken, "");
  a.reset();
  EXPECT_EQ(woken, "b");
  EXPECT_TRUE(b->is_first());
  b.reset();
  EXPECT_EQ(woken, "bd");
  d.reset();
  EXPECT_EQ(woken, "bd");
}

}  // namespace
}  // namespace coney::management
