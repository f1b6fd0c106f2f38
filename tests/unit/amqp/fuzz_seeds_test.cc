// Every seed of the fuzzers, and every input that once broke something, as an ordinary test.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/fuzz/frame_entry.h"
#include "tests/fuzz/methods_entry.h"
#include "tests/fuzz/properties_entry.h"
#include "tests/fuzz/table_entry.h"

namespace amqp::testing {
namespace {

std::filesystem::path seeds_of(const char* target) {
  return std::filesystem::path(CONEY_SOURCE_DIR) / "tests" / "fuzz" / "seeds" / target;
}

// Calls `entry` with every seed; an entry that finds a fault ends the program and names it.
template <typename Entry>
void run_seeds(const char* target, Entry entry) {
  std::size_t seeds = 0;
  for (const auto& file : std::filesystem::directory_iterator(seeds_of(target))) {
    SCOPED_TRACE(file.path().string());
    std::ifstream stream(file.path(), std::ios::binary);
    const std::string input{std::istreambuf_iterator<char>(stream), {}};
    entry(input);
    for (std::size_t size = 0; size < input.size(); ++size) entry(input.substr(0, size));
    ++seeds;
  }
  EXPECT_GE(seeds, 5u) << target;
}

TEST(FuzzSeeds, Frame) {
  run_seeds("frame", fuzz::frame);
}

TEST(FuzzSeeds, Table) {
  run_seeds("table", fuzz::table);
}

TEST(FuzzSeeds, Properties) {
  run_seeds("properties", fuzz::properties);
}

TEST(FuzzSeeds, Methods) {
  run_seeds("methods", fuzz::methods);
}

}  // namespace
}  // namespace amqp::testing
