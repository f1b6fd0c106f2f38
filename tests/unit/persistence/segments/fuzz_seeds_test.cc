#include "tests/unit/persistence/fuzz_seeds.h"

#include <gtest/gtest.h>

#include "tests/fuzz/chunk_entry.h"
#include "tests/fuzz/segment_entry.h"

namespace coney {
namespace {

TEST(SegmentFuzzSeeds, Chunk) {
  run_seeds("chunk", fuzz::chunk);
}

TEST(SegmentFuzzSeeds, Segment) {
  run_seeds("segment", fuzz::segment);
}

}  // namespace
}  // namespace coney
