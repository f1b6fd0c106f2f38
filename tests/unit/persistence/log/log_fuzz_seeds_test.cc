#include <gtest/gtest.h>

#include "tests/fuzz/log_entry.h"
#include "tests/unit/persistence/fuzz_seeds.h"

namespace coney {
namespace {

TEST(LogFuzzSeeds, Log) {
  run_seeds("log", fuzz::log);
}

}  // namespace
}  // namespace coney
