// Every seed of the fuzzer of whole connections, and every input that once broke something.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/fuzz/connection_entry.h"

namespace coney {
namespace {

// Each seed whole, in single octets, and cut off in some places.
TEST(FuzzSeeds, Connection) {
  const auto folder = std::filesystem::path(CONEY_SOURCE_DIR) / "tests/fuzz/seeds/connection";
  constexpr std::size_t kCuts = 40;
  std::size_t seeds = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    std::ifstream stream(file.path(), std::ios::binary);
    std::string input{std::istreambuf_iterator<char>(stream), {}};
    ASSERT_GT(input.size(), fuzz::kScriptHead) << file.path();
    fuzz::connection(input);
    for (std::size_t n = 1; n <= kCuts; ++n) {
      fuzz::connection(input.substr(0, input.size() * n / (kCuts + 1)));
    }
    input[1] = 1;
    if (input.size() < 1000) fuzz::connection(input);
    ++seeds;
  }
  EXPECT_GE(seeds, 50u);
}

}  // namespace
}  // namespace coney
