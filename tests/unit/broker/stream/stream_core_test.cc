#include "broker/stream/stream_core.h"

#include <gtest/gtest.h>

#include "tests/unit/broker/stream/stream_fixture.h"

namespace coney::test {
namespace {

using Kind = StreamStart::Kind;

class StreamCoreTest : public testing::Test, public StreamFixture {
 protected:
  void publish_all(const std::vector<std::string>& bodies) {
    for (const std::string& body : bodies) publish(body);
  }
};

TEST_F(StreamCoreTest, ConsumerGetsNothingBeforeItIsResumed) {
  publish("a");
  ConsumerOptions options;
  options.prefetch = 10;
  core.subscribe(consumer_key(1), options, {{Kind::kFirst}, {}});
  publish("b");
  EXPECT_EQ(deliveries(), Log{});
  core.resume(consumer_key(1));
  EXPECT_EQ(deliveries(), (Log{"1:a", "1:b"}));
}

TEST_F(StreamCoreTest, EveryConsumerReadsEverything) {
  publish_all({"a", "b"});
  consume(1, {Kind::kFirst});
  consume(2, {Kind::kFirst});
  EXPECT_EQ(deliveries(), (Log{"1:a", "1:b", "2:a", "2:b"}));
  publish("c");
  EXPECT_EQ(deliveries(), (Log{"1:c", "2:c"}));
  EXPECT_EQ(core.count(), 3u);
}

TEST_F(StreamCoreTest, StartsWhereItIsTold) {
  publish_all({"a", "b", "c"});
  consume(1, {Kind::kLast});
  consume(2, {Kind::kNext});
  consume(3, {Kind::kOffset, 1});
  consume(4, {Kind::kOffset, 4});
  EXPECT_EQ(deliveries(), (Log{"1:c", "3:b", "3:c"}));
  publish_all({"d", "e"});
  EXPECT_EQ(deliveries(), (Log{"1:d", "2:d", "3:d", "1:e", "2:e", "3:e", "4:e"}));
}

TEST_F(StreamCoreTest, LastOfAnEmptyStreamIsNext) {
  consume(1, {Kind::kLast});
  publish("a");
  EXPECT_EQ(deliveries(), Log{"1:a"});
}

TEST_F(StreamCoreTest, TimeFindsTheFirstThatCameThenOrLater) {
  for (now = 10; now <= 60; now += 10) {
    publish(std::to_string(now));
    if (now % 20 == 0) seal();
  }
  consume(1, {Kind::kTime, 30});
  EXPECT_EQ(deliveries(), (Log{"1:30", "1:40", "1:50", "1:60"}));
  consume(2, {Kind::kTime, 55});
  EXPECT_EQ(deliveries(), Log{"2:60"});
  consume(3, {Kind::kTime, 0});
  EXPECT_EQ(deliveries().size(), 6u);
  consume(4, {Kind::kTime, 1000});  // later than all: what comes next
  EXPECT_EQ(deliveries(), Log{});
  publish("x");
  EXPECT_EQ(deliveries(), (Log{"1:x", "2:x", "3:x", "4:x"}));
}

TEST_F(StreamCoreTest, TimeIsLookedForInChunksOnceTheirPagesAreThere) {
  core.restore_chunk({0, 1}, 2, 100);
  core.restore_chunk({2, 3}, 2, 100);
  core.restored(4);
  for (std::uint64_t n = 0; n != 2; ++n) {
    auto page = std::make_shared<StreamPage>();
    for (QueuePosition offset = 2 * n; offset != 2 * n + 2; ++offset) {
      page->messages.push_back({offset, 100 + offset, stream_message(std::to_string(offset))});
    }
    pages[ChunkNumber{n + 1}] = page;
  }
  consume(1, {Kind::kTime, 101});
  while (!asked.empty()) arrive(*asked.begin());
  EXPECT_EQ(deliveries(), (Log{"1:1", "1:2", "1:3"}));
}

TEST_F(StreamCoreTest, TimeNeverGoesBack) {
  now = 50;
  publish("a");
  now = 20;
  publish("b");
  EXPECT_EQ(core.tail().messages[1].time, 50u);
}

TEST_F(StreamCoreTest, PrefetchIsCreditThatSettlingGivesBack) {
  publish_all({"a", "b", "c", "d"});
  consume(1, {Kind::kFirst}, 2);
  EXPECT_EQ(deliveries(), (Log{"1:a", "1:b"}));
  core.credit(consumer_key(1), 1);
  EXPECT_EQ(deliveries(), Log{"1:c"});
  core.credit(consumer_key(1), 5);  // no more than it has
  EXPECT_EQ(deliveries(), Log{"1:d"});
  publish_all({"e", "f"});
  EXPECT_EQ(deliveries(), Log{"1:e"});
}

TEST_F(StreamCoreTest, ARefusedConsumerWaitsForResume) {
  admits = false;
  consume(1, {Kind::kFirst});
  publish_all({"a", "b"});
  admits = true;
  publish("c");
  EXPECT_EQ(deliveries(), Log{});
  core.resume(consumer_key(1));
  EXPECT_EQ(deliveries(), (Log{"1:a", "1:b", "1:c"}));
}

TEST_F(StreamCoreTest, NothingIsDeliveredBeforeItIsCommitted) {
  consume(1, {Kind::kFirst});
  core.append(stream_message("a"), now);
  core.append(stream_message("b"), now);
  core.append(stream_message("c"), now);
  EXPECT_EQ(deliveries(), Log{});
  EXPECT_EQ(core.readable(), 0u);
  core.commit(1);
  EXPECT_EQ(deliveries(), Log{"1:a"});
  EXPECT_EQ(core.readable(), 1u);
  seal();  // in a chunk it is not committed either
  core.credit(consumer_key(1), 1);
  EXPECT_EQ(deliveries(), Log{});
  core.commit(3);
  EXPECT_EQ(deliveries(), (Log{"1:b", "1:c"}));
  EXPECT_EQ(core.readable(), 3u);
}

TEST_F(StreamCoreTest, NextIsBehindWhatIsNotCommittedYet) {
  core.append(stream_message("a"), now);
  consume(1, {Kind::kNext});
  publish("b");
  EXPECT_EQ(deliveries(), Log{"1:b"});
}

TEST_F(StreamCoreTest, ACancelledConsumerGetsNothingMore) {
  consume(1, {Kind::kFirst});
  EXPECT_TRUE(core.cancel(consumer_key(1)));
  EXPECT_FALSE(core.cancel(consumer_key(1)));
  publish("a");
  EXPECT_EQ(deliveries(), Log{});
}

// ---- chunks ----

TEST_F(StreamCoreTest, ReadsOnFromChunkToChunkToTail) {
  publish_all({"a", "b"});
  seal();
  publish_all({"c", "d"});
  seal();
  publish("e");
  consume(1, {Kind::kFirst});
  EXPECT_EQ(deliveries(), (Log{"1:a", "1:b", "1:c", "1:d", "1:e"}));
}

TEST_F(StreamCoreTest, AChunkThatIsNotAtHandIsAskedForOnceAndAwaited) {
  publish_all({"a", "b"});
  const ChunkNumber number = seal(false);
  publish("c");
  consume(1, {Kind::kFirst});
  consume(2, {Kind::kOffset, 1});
  core.credit(consumer_key(1), 1);
  EXPECT_EQ(deliveries(), Log{});
  EXPECT_EQ(asked, std::set{number});
  EXPECT_EQ(asks, 2);
  arrive(number);
  EXPECT_EQ(deliveries(), (Log{"1:a", "1:b", "1:c", "2:b", "2:c"}));
}

TEST_F(StreamCoreTest, TheNextChunkIsReadAhead) {
  publish("a");
  seal();
  publish("b");
  const ChunkNumber second = seal();
  consume(1, {Kind::kFirst}, 1);
  EXPECT_EQ(deliveries(), Log{"1:a"});
  EXPECT_EQ(ahead, std::set{second});
}

TEST_F(StreamCoreTest, ALostChunkIsPassedOver) {
  publish_all({"a", "b"});
  const ChunkNumber number = seal(false);
  publish("c");
  consume(1, {Kind::kFirst});
  core.page_lost(number);
  EXPECT_EQ(deliveries(), Log{"1:c"});
  EXPECT_EQ(core.count(), 1u);
}

TEST_F(StreamCoreTest, TimeIsFoundAroundLostChunks) {
  for (now = 1; now <= 7; ++now) {
    publish(std::to_string(now));
    const ChunkNumber number = seal();
    if (now >= 3 && now <= 5) core.page_lost(number);
  }
  for (std::uint64_t time = 1; time <= 7; ++time) {
    consume(static_cast<ConsumerNumber>(time), {Kind::kTime, time}, 1);
  }
  EXPECT_EQ(deliveries(), (Log{"1:1", "2:2", "3:6", "4:6", "5:6", "6:6", "7:7"}));
}

TEST_F(StreamCoreTest, SealingTakesAChunksWorth) {
  const std::string body(1000, 'x');
  for (int n = 0; n != 10; ++n) publish(body);
  EXPECT_TRUE(core.tail_is_full(3000));
  const auto sealed = core.seal(3000);
  ASSERT_TRUE(sealed);
  EXPECT_EQ(sealed->page->messages.size(), 3u);
  EXPECT_EQ(core.tail().first(), 3u);
  EXPECT_EQ(core.count(), 10u);
  const auto rest = core.seal(SIZE_MAX, 5);  // in front of an open transaction
  ASSERT_TRUE(rest);
  EXPECT_EQ(rest->page->last(), 4u);
  EXPECT_FALSE(core.seal(SIZE_MAX, 5));
}

// ---- filters ----

TEST_F(StreamCoreTest, FilterTakesItsValuesAndNothingElse) {
  publish("a", "red");
  publish("b", "blue");
  publish("c");
  seal();
  publish("d", "red");
  consume(1, {Kind::kFirst}, 10, {{"red"}, false});
  consume(2, {Kind::kFirst}, 10, {{"blue", "red"}, false});
  consume(3, {Kind::kFirst}, 10, {{"blue"}, true});
  EXPECT_EQ(deliveries(), (Log{"1:a", "1:d", "2:a", "2:b", "2:d", "3:b", "3:c"}));
}

TEST_F(StreamCoreTest, WhatIsPassedOverTakesNoCredit) {
  for (int n = 0; n != 10; ++n) publish(std::to_string(n), n % 5 == 4 ? "yes" : "no");
  consume(1, {Kind::kFirst}, 1, {{"yes"}, false});
  EXPECT_EQ(deliveries(), Log{"1:4"});
  core.credit(consumer_key(1), 1);
  EXPECT_EQ(deliveries(), Log{"1:9"});
}

TEST_F(StreamCoreTest, AChunkKnownToHaveNoneIsNotReadAgain) {
  publish("a", "red");
  const ChunkNumber first = seal();
  publish("b", "blue");
  seal();
  consume(1, {Kind::kFirst}, 10, {{"blue"}, false});
  there.erase(first);  // out of memory again
  consume(2, {Kind::kFirst}, 10, {{"blue"}, false});
  EXPECT_EQ(deliveries(), (Log{"1:b", "2:b"}));
  EXPECT_EQ(asks, 0);
}

// ---- retention ----

class StreamRetention : public StreamCoreTest {
 protected:
  // Of one message each, at times 1, 2, ...
  void chunks(int count) {
    for (int n = 0; n != count; ++n) {
      ++time_;
      now = time_;
      publish(std::string(100, 'x'));
      core.set_bytes(seal(), 1000);
    }
  }
  std::uint64_t time_ = 0;
};

TEST_F(StreamRetention, DropsTheOldestUntilTheRestFits) {
  chunks(5);
  const auto dropped = core.trim({.most_bytes = 3000}, 0);
  ASSERT_EQ(dropped.size(), 2u);
  EXPECT_EQ(dropped[1].positions, (PositionRange{1, 1}));
  EXPECT_EQ(core.begin(), 2u);
  EXPECT_EQ(core.count(), 3u);
  EXPECT_EQ(core.bytes(), 3000u);
}

TEST_F(StreamRetention, TheNewestChunkStaysUnlessThereIsATail) {
  chunks(2);
  EXPECT_EQ(core.trim({.most_bytes = 1}, 0).size(), 1u);
  EXPECT_TRUE(core.trim({.most_bytes = 1}, 0).empty());
  publish("tail");
  EXPECT_EQ(core.trim({.most_bytes = 1}, 0).size(), 1u);
  EXPECT_EQ(core.count(), 1u);
  EXPECT_EQ(core.end(), 3u);
}

TEST_F(StreamRetention, DropsWhatIsTooOld) {
  chunks(5);
  EXPECT_EQ(core.trim({.max_age = 10}, 13).size(), 2u);
  EXPECT_EQ(core.begin(), 2u);
}

TEST_F(StreamRetention, AsksForTheAgeThatItDoesNotKnow) {
  core.restore_chunk({0, 1}, 2, 100);
  core.restored(2);
  publish("tail");
  EXPECT_TRUE(core.trim({.max_age = 10}, 100).empty());
  EXPECT_EQ(asks, 1);
  pages[ChunkNumber{1}] = std::make_shared<StreamPage>(
      StreamPage{{{0, 5, stream_message("a")}, {1, 6, stream_message("b")}}});
  arrive(ChunkNumber{1});
  EXPECT_TRUE(core.trim({.max_age = 10}, 16).empty());
  EXPECT_EQ(core.trim({.max_age = 10}, 17).size(), 1u);
}

TEST_F(StreamRetention, AConsumerOfWhatIsGoneGoesOnBehindIt) {
  chunks(3);
  consume(1, {Kind::kFirst}, 1);
  EXPECT_EQ(offsets[1], (std::vector<QueuePosition>{0}));
  core.trim({.most_bytes = 1000}, 0);
  core.credit(consumer_key(1), 1);
  consume(2, {Kind::kOffset, 0});
  EXPECT_EQ(offsets[1], (std::vector<QueuePosition>{0, 2}));
  EXPECT_EQ(offsets[2], (std::vector<QueuePosition>{2}));
}

TEST_F(StreamRetention, AConsumerThatWaitsForWhatIsDroppedGoesOn) {
  chunks(2);
  there.clear();
  consume(1, {Kind::kFirst});
  publish("tail");
  for (const auto& each : core.trim({.most_bytes = 1}, 0)) core.page_lost(each.number);
  EXPECT_EQ(offsets[1], (std::vector<QueuePosition>{2}));
}

TEST_F(StreamRetention, WhatIsNotCommittedStays) {
  core.append(stream_message("a"), now);
  core.set_bytes(seal(), 1000);
  core.append(stream_message("b"), now);
  EXPECT_TRUE(core.trim({.most_bytes = 1}, 0).empty());
  core.commit(1);
  EXPECT_EQ(core.trim({.most_bytes = 1}, 0).size(), 1u);
}

// ---- restart ----

TEST_F(StreamCoreTest, OffsetsGoOnBehindARestart) {
  core.restore_chunk({5, 9}, 5, 100);
  core.restore_tail({10, 7, stream_message("x")});
  core.restored(12);
  EXPECT_EQ(core.begin(), 5u);
  EXPECT_EQ(core.count(), 6u);
  consume(1, {Kind::kLast});
  consume(2, {Kind::kOffset, 10});
  EXPECT_EQ(deliveries(), Log{"2:x"});
  publish("y");
  EXPECT_EQ(deliveries(), (Log{"1:y", "2:y"}));
  EXPECT_EQ(offsets[2], (std::vector<QueuePosition>{10, 12}));
}

}  // namespace
}  // namespace coney::test
