#include "broker/channel/declared_name.h"

#include <gtest/gtest.h>

#include <set>

namespace coney {
namespace {

TEST(DeclaredName, LosesItsLineEnds) {
  EXPECT_EQ(without_line_ends("\r\na\nb \r"), "ab ");
  EXPECT_EQ(without_line_ends("a\tb"), "a\tb");
}

TEST(RandomName, IsUrlSafeAndDiffers) {
  std::set<std::string> names;
  std::set<char> seen;
  for (int n = 0; n != 1000; ++n) {
    const std::string name = random_name();
    EXPECT_EQ(name.size(), 22u);
    names.insert(name);
    seen.insert(name.begin(), name.end());
    EXPECT_NE(std::string("AQgw").find(name.back()), std::string::npos) << name;  // two bits
  }
  EXPECT_EQ(names.size(), 1000u);
  EXPECT_EQ(std::string(seen.begin(), seen.end()),
            "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz");
}

}  // namespace
}  // namespace coney
