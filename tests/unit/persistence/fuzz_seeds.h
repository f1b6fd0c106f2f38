#pragma once
// Every seed of a fuzzer, and every input that once broke something, as a test; and as many inputs
// again as chance makes of them.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

namespace coney {

// An entry that finds a fault ends the program and says what does not hold.
template <typename Entry>
void run_seeds(const char* target, Entry entry) {
  const auto folder = std::filesystem::path(CONEY_SOURCE_DIR) / "tests/fuzz/seeds" / target;
  std::mt19937 random(17);
  std::size_t seeds = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    SCOPED_TRACE(file.path().string());
    std::ifstream stream(file.path(), std::ios::binary);
    const std::string input{std::istreambuf_iterator<char>(stream), {}};
    entry(input);
    for (std::size_t size = 0; size < input.size(); ++size) entry(input.substr(0, size));
    for (unsigned i = 0; i < 1000 && !input.empty(); ++i) {
      std::string changed = input;
      for (unsigned n = random() % 4 + 1; n > 0; --n) {
        changed[random() % changed.size()] = static_cast<char>(random());
      }
      entry(changed);
    }
    ++seeds;
  }
  EXPECT_GE(seeds, 5u) << target;
}

}  // namespace coney
