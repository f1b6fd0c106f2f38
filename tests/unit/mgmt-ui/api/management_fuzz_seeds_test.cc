#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "tests/fuzz/http_entry.h"
#include "tests/fuzz/management_entry.h"

namespace coney {
namespace {

// Each seed of the fuzzer, cut short, and with bytes changed by chance.
void feed_seeds(const std::string& target, void (*entry)(std::string_view)) {
  constexpr int kCuts = 40;
  constexpr int kChanged = 150;
  const auto folder = std::filesystem::path(CONEY_SOURCE_DIR) / "tests/fuzz/seeds" / target;
  std::mt19937 random(17);
  std::size_t seeds = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    SCOPED_TRACE(file.path().string());
    std::ifstream stream(file.path(), std::ios::binary);
    const std::string input{std::istreambuf_iterator<char>(stream), {}};
    entry(input);
    for (int n = 0; n < kCuts; ++n) entry(input.substr(0, random() % input.size()));
    for (int n = 0; n < kChanged; ++n) {
      std::string changed = input;
      for (unsigned left = random() % 4 + 1; left > 0; --left) {
        changed[random() % changed.size()] = static_cast<char>(random());
      }
      entry(changed);
    }
    ++seeds;
  }
  EXPECT_GE(seeds, 5u);
}

TEST(ManagementFuzzSeeds, AreAnsweredOrRefused) {
  feed_seeds("management", fuzz::management);
}

TEST(ManagementFuzzSeeds, OfConnectionsAreServed) {
  feed_seeds("http", fuzz::http);
}

}  // namespace
}  // namespace coney
