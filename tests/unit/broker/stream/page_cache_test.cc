#include "broker/stream/page_cache.h"

#include <gtest/gtest.h>

#include "tests/unit/broker/stream/stream_fixture.h"

namespace coney::test {
namespace {

const QueueId kQueue{ShardId{0}, 1, 1};
const QueueId kOther{ShardId{0}, 1, 2};

StreamPagePtr page_of(std::size_t body_bytes) {
  return std::make_shared<StreamPage>(
      StreamPage{{{0, 0, stream_message(std::string(body_bytes, 'x'))}}});
}

TEST(PageCache, FindsWhatWasPutByStreamAndChunk) {
  PageCache cache;
  const StreamPagePtr page = page_of(10);
  cache.put(kQueue, ChunkNumber{1}, page);
  EXPECT_EQ(cache.find(kQueue, ChunkNumber{1}), page);
  EXPECT_EQ(cache.find(kQueue, ChunkNumber{2}), nullptr);
  EXPECT_EQ(cache.find(kOther, ChunkNumber{1}), nullptr);
}

TEST(PageCache, WhatWasUsedLongestAgoGoesFirst) {
  PageCache cache(3500);
  for (std::uint64_t n = 1; n <= 3; ++n) cache.put(kQueue, ChunkNumber{n}, page_of(1000));
  EXPECT_TRUE(cache.find(kQueue, ChunkNumber{1}));
  cache.put(kQueue, ChunkNumber{4}, page_of(1000));
  EXPECT_TRUE(cache.has(kQueue, ChunkNumber{1}));
  EXPECT_FALSE(cache.has(kQueue, ChunkNumber{2}));
  EXPECT_LE(cache.bytes(), 3500u);
}

TEST(PageCache, ALargePageIsKeptUntilTheNextComes) {
  PageCache cache(100);
  cache.put(kQueue, ChunkNumber{1}, page_of(1000));
  EXPECT_TRUE(cache.find(kQueue, ChunkNumber{1}));
  cache.put(kQueue, ChunkNumber{2}, page_of(1000));
  EXPECT_FALSE(cache.find(kQueue, ChunkNumber{1}));
  EXPECT_TRUE(cache.find(kQueue, ChunkNumber{2}));
}

TEST(PageCache, WhatNobodyUsesGoesWithTime) {
  PageCache cache;
  cache.put(kQueue, ChunkNumber{1}, page_of(10));
  cache.put(kQueue, ChunkNumber{2}, page_of(10));
  cache.age();
  EXPECT_TRUE(cache.find(kQueue, ChunkNumber{2}));
  cache.age();
  EXPECT_FALSE(cache.has(kQueue, ChunkNumber{1}));
  EXPECT_TRUE(cache.has(kQueue, ChunkNumber{2}));
  cache.age();
  EXPECT_EQ(cache.bytes(), 0u);
}

}  // namespace
}  // namespace coney::test
