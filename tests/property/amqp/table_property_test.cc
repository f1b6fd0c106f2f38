// Field tables: round trips, and the walkers (inspect_table, find_encoded) against the decoder.

#include <gtest/gtest.h>

#include <algorithm>

#include "amqp/table.h"
#include "tests/property/amqp/generators.h"

namespace amqp::testing {
namespace {

// Without the leading length, as decode_table takes it.
std::string encoded(const Table& table) {
  std::string bytes;
  encode_table(bytes, table);
  return bytes.substr(4);
}

class TableProperty : public ::testing::Test {
 protected:
  ::testing::ScopedTrace trace_{__FILE__, __LINE__,
                                "CONEY_SEED=" + std::to_string(seed_of_this_run())};
  Random random_{seed_of_this_run()};
};

TEST_F(TableProperty, RandomTablesSurviveEncodeAndDecode) {
  for (int round = 0; round < 2000; ++round) {
    const Table table = random_table(random_, 4);
    const auto decoded = decode_table(encoded(table));
    ASSERT_TRUE(decoded);
    ASSERT_EQ(*decoded, table);
  }
}

TEST_F(TableProperty, WalkAndDecodeJudgeDamagedTablesAlike) {
  int refused = 0;
  for (int round = 0; round < 5000; ++round) {
    std::string bytes = encoded(random_table(random_, 4));
    if (bytes.empty()) continue;
    for (std::size_t changes = 1 + random_.below(3); changes > 0; --changes) {
      bytes[random_.below(bytes.size())] = static_cast<char>(random_.bits());
    }
    if (random_.chance(3)) bytes.resize(random_.below(bytes.size() + 1));
    const auto decoded = decode_table(bytes);
    const auto shape = inspect_table(bytes);
    ASSERT_EQ(decoded.has_value(), shape.has_value());
    if (decoded) continue;
    ASSERT_EQ(decoded.error(), shape.error());
    ++refused;
  }
  EXPECT_GT(refused, 100);
}

TEST_F(TableProperty, CanonicalBytesAreWhatCanonicalizeWouldWrite) {
  int canonical = 0;
  for (int round = 0; round < 5000; ++round) {
    Table table = random_table(random_, 3);
    const std::string bytes = encoded(table);
    const auto shape = inspect_table(bytes);
    ASSERT_TRUE(shape);
    table.canonicalize();
    const bool unchanged = encoded(table) == bytes;
    ASSERT_EQ(shape->canonical, unchanged);
    canonical += unchanged;
  }
  EXPECT_GT(canonical, 100);
}

TEST_F(TableProperty, CanonicalizeSortsAndKeepsTheFirstOfEachKey) {
  for (int round = 0; round < 2000; ++round) {
    const Table table = random_table(random_, 2);
    Table sorted = table;
    sorted.canonicalize();
    EXPECT_TRUE(std::is_sorted(sorted.begin(), sorted.end(),
                               [](const auto& a, const auto& b) { return a.first < b.first; }));
    for (const auto& [key, value] : table) {
      ASSERT_NE(sorted.find(key), nullptr);
      EXPECT_EQ(*sorted.find(key), *table.find(key));
    }
    for (std::size_t i = 1; i < sorted.size(); ++i) {
      EXPECT_NE((sorted.begin() + i)->first, (sorted.begin() + i - 1)->first);
    }
  }
}

TEST_F(TableProperty, FindEncodedFindsWhatTableFinds) {
  for (int round = 0; round < 2000; ++round) {
    const Table table = random_table(random_, 3);
    const std::string bytes = encoded(table);
    for (std::string key : {"", "a", "zz", "absent"}) {
      EXPECT_EQ(find_encoded(bytes, key).empty(), table.find(key) == nullptr) << key;
    }
    for (const auto& entry : table) {
      Decoder decoder(find_encoded(bytes, entry.first));
      const auto value = decode_value(decoder);
      ASSERT_TRUE(value);
      EXPECT_TRUE(decoder.at_end());
      EXPECT_EQ(*value, *table.find(entry.first));
    }
  }
}

}  // namespace
}  // namespace amqp::testing
