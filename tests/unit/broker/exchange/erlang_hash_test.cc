#include "broker/exchange/erlang_hash.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace coney {
namespace {

// What Erlang/OTP 25 answered to erlang:phash2/1.
TEST(ErlangHash, IsErlangs) {
  EXPECT_EQ(erlang_hash(""), 13708901u);
  EXPECT_EQ(erlang_hash("a"), 112802447u);
  EXPECT_EQ(erlang_hash("hello"), 47480723u);
  EXPECT_EQ(erlang_hash("twelve bytes"), 93359736u);
  EXPECT_EQ(erlang_hash("a longer routing.key with more than 24"), 33710983u);
}

struct Jump {
  std::uint64_t key, buckets, bucket;
};

// Computed by Erlang/OTP 25 with its rand module, algorithm exs1024s.
TEST(JumpHash, JumpsAsWithErlangsGenerator) {
  constexpr Jump kJumps[] = {{0, 1, 0},
                             {0, 2, 0},
                             {0, 10, 4},
                             {0, 1000, 807},
                             {1, 3, 2},
                             {1, 100, 29},
                             {1, 1000, 856},
                             {5, 100, 65},
                             {123456, 2, 1},
                             {123456, 10, 1},
                             {123456, 100, 45},
                             {123456, 1000, 706},
                             {134217727, 100, 74},
                             {134217727, 2, 0},
                             {134217727, 1000, 220}};
  for (const Jump& jump : kJumps) {
    EXPECT_EQ(jump_hash(jump.key, jump.buckets), jump.bucket) << jump.key << " " << jump.buckets;
  }
}

TEST(JumpHash, OneMoreBucketTakesItsShareAndMovesNothingElse) {
  constexpr int kKeys = 10'000;
  for (std::uint64_t buckets : {1u, 2u, 7u, 50u}) {
    int moved = 0;
    for (int n = 0; n != kKeys; ++n) {
      const std::uint64_t key = erlang_hash("key" + std::to_string(n));
      const std::uint64_t before = jump_hash(key, buckets);
      const std::uint64_t after = jump_hash(key, buckets + 1);
      EXPECT_TRUE(after == before || after == buckets);
      moved += after != before ? 1 : 0;
    }
    const double share = static_cast<double>(kKeys) / static_cast<double>(buckets + 1);
    EXPECT_NEAR(moved, share, share * 0.25);
  }
}

TEST(JumpHash, TakesEveryNumberOfBuckets) {
  for (std::uint64_t key = 0; key != 1000; ++key) {
    EXPECT_LT(jump_hash(key, (1ull << 53) - 1), (1ull << 53) - 1);
  }
}

}  // namespace
}  // namespace coney
