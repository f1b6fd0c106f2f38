#include "broker/queue/queue_pages.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "amqp/properties.h"
#include "broker/queue/queue_core.h"

namespace coney {
namespace {

MessageRef message(std::size_t size) {
  const std::string body(size, 'x');
  std::string header;
  amqp::encode_content_header(header, body.size(), amqp::PropertyList{});
  MessageBuilder builder("", "q", header, body.size(), true);
  builder.append(body);
  return builder.finish();
}

// A queue of persistent messages, and a disk that does at once what it is asked to do.
class QueuePagesTest : public testing::Test, public QueueSink, public QueueDisk {
 protected:
  bool admit(const ConsumerOptions&) override { return admits_; }
  void dead_letter(DeadLetter) override {}
  void deliver(const ConsumerKey&, const ConsumerOptions&, QueuePosition, const MessageFacts&,
               MessageRef) override {
    ++delivered_;
  }
  void write(ChunkNumber number, std::shared_ptr<const Chunk> chunk) override {
    auto file = std::make_shared<SegmentFile>(chunk->header().stream, SegmentNumber{1}, "");
    const auto length = static_cast<std::uint32_t>(chunk->bytes().size());
    file->add(length);
    files_.push_back(file);
    chunks_[file.get()] = std::move(chunk);
    written_.push_back({number, ChunkRef{file, 0, length}});
  }
  void read(ChunkNumber number, const ChunkRef& place) override {
    to_read_.push_back({number, place});
  }
  void lost(std::uint64_t messages, const StorageError&) override { lost_ += messages; }

  void finish_writes() {
    for (auto& [number, place] : std::exchange(written_, {})) pages_.written(number, place);
  }
  void finish_reads() {
    for (auto& [number, place] : std::exchange(to_read_, {})) {
      pages_.read(number, chunks_.at(place.file.get()));
    }
  }
  // Chunks of one message each, none of which is needed soon.
  void page_out(int chunks) {
    for (int n = 0; n != 20'000; ++n) core_.publish(message(10), true);
    const std::uint64_t keep = lane_.resident_bytes();
    for (int n = 0; n != chunks; ++n) core_.publish(message(300'000), true);
    for (int n = 0; n != chunks; ++n) pages_.page_out(keep);
    finish_writes();
  }

  std::vector<std::shared_ptr<SegmentFile>> files_;
  std::map<SegmentFile*, std::shared_ptr<const Chunk>> chunks_;
  std::vector<std::pair<ChunkNumber, ChunkRef>> written_, to_read_;
  std::uint64_t lost_ = 0, delivered_ = 0;
  bool admits_ = false;
  QueueCore core_{*this};
  MessageLane& lane_ = core_.lane(0);
  QueuePages pages_{lane_, *this, StoredQueueId{1}};
};

TEST_F(QueuePagesTest, WhatIsMovedToAnotherFileDoesNotStayInMemory) {
  page_out(3);
  ASSERT_EQ(files_.size(), 3u);
  const auto old = files_[1];
  pages_.leave(old);
  EXPECT_TRUE(pages_.is_leaving(old));
  finish_reads();
  finish_writes();
  EXPECT_FALSE(pages_.is_leaving(old));
  pages_.left(old);
  EXPECT_EQ(old->live_bytes(), 0u);
  // This disk has the only reference.
  for (const auto& [file, chunk] : chunks_) EXPECT_EQ(chunk.use_count(), 1);
}

TEST_F(QueuePagesTest, MovedMessagesAreReadFromTheirNewFile) {
  page_out(1);
  pages_.leave(files_[0]);
  finish_reads();
  finish_writes();
  pages_.left(files_[0]);
  chunks_.erase(files_[0].get());
  while (core_.get(true)) {
  }
  pages_.read_ahead();
  finish_reads();
  pages_.read_ahead();
  EXPECT_TRUE(core_.get(true));
  EXPECT_EQ(lost_, 0u);
}

// A crash may leave the old place, with all that has left.
TEST_F(QueuePagesTest, WhatLeftBeforeAMoveIsAGapAsLongAsTheOldPlaceIsThere) {
  for (int n = 0; n != 10; ++n) core_.publish(message(10), true);
  pages_.store(lane_.end());
  finish_writes();
  EXPECT_FALSE(pages_.has_gaps());
  for (int n = 0; n != 5; ++n) core_.get(true);
  for (const PositionRun& run : std::exchange(lane_.departures(), {})) pages_.departed(run);
  EXPECT_TRUE(pages_.has_gaps());
  pages_.leave(files_[0]);
  finish_reads();
  finish_writes();
  EXPECT_TRUE(pages_.has_gaps());
  pages_.left(files_[0]);
  EXPECT_TRUE(pages_.has_gaps());
  chunks_.erase(files_[0].get());
  files_[0].reset();
  EXPECT_FALSE(pages_.has_gaps());
}

TEST_F(QueuePagesTest, TheNextMessageStaysHoweverLargeItIs) {
  for (int n = 0; n != 3; ++n) core_.publish(message(300'000), true);
  pages_.page_out(1000);
  EXPECT_EQ(lane_.first_paged().first, 1u);
  EXPECT_FALSE(core_.is_stalled());
}

TEST_F(QueuePagesTest, WhatStandsBetweenTrackedMessagesGoesAlongWithThem) {
  for (int n = 0; n != 100; ++n) core_.publish(message(10), n % 2 == 1);
  pages_.store(lane_.end());
  ASSERT_EQ(written_.size(), 1u);
  const ChunkHeader& header = chunks_.at(files_[0].get())->header();
  EXPECT_EQ(header.positions, (PositionRange{1, 99}));
  EXPECT_EQ(header.count, 99u);
  EXPECT_EQ(header.left_out, 49u);
  EXPECT_EQ(header.stream, SegmentStream::kDurable);
  finish_writes();
  pages_.page_out(0);
  pages_.read_ahead();
  finish_reads();
  pages_.read_ahead();
  for (QueuePosition at = 0; at != 100; ++at) EXPECT_EQ(core_.get(true)->position, at);
  for (const PositionRun& run : lane_.departures()) pages_.departed(run);
  EXPECT_TRUE(pages_.empty());
  EXPECT_EQ(files_[0]->live_bytes(), 0u);
}

TEST_F(QueuePagesTest, ManyMessagesBetweenTwoTrackedOnesStayOutOfTheirChunks) {
  core_.publish(message(10), true);
  for (int n = 0; n != 10'000; ++n) core_.publish(message(100), false);
  core_.publish(message(10), true);
  pages_.store(lane_.end());
  ASSERT_EQ(written_.size(), 2u);
  for (const auto& [file, chunk] : chunks_) EXPECT_EQ(chunk->header().count, 1u);
}

TEST_F(QueuePagesTest, ARestartBringsBackNothingButWhatWasTracked) {
  for (int n = 0; n != 9; ++n) core_.publish(message(10), n % 2 == 0);
  pages_.store(lane_.end());
  const auto [number, place] = written_.at(0);
  QueueCore again(*this);
  MessageLane& lane = again.lane(0);
  QueuePages pages(lane, *this, StoredQueueId{1});
  lane.restore(0, 9);
  pages.restore({place, {0, 8}, 5, 9, {}, {}}, 0);
  lane.restored();
  to_read_.clear();
  pages.read_ahead();
  ASSERT_EQ(to_read_.size(), 1u);
  pages.read(to_read_[0].first, chunks_.at(place.file.get()));
  pages.read_ahead();
  EXPECT_EQ(again.ready_count(), 5u);
  for (QueuePosition at = 0; at != 10; at += 2) EXPECT_EQ(again.get(true)->position, at);
  for (const PositionRun& run : lane.departures()) pages.departed(run);
  EXPECT_TRUE(pages.empty());
}

TEST_F(QueuePagesTest, CountsOfMessagesThatChunksHaveAreTold) {
  for (int n = 0; n != 4; ++n) core_.publish(message(10), true);
  pages_.store(lane_.end());
  finish_writes();
  for (int n = 0; n != 3; ++n) core_.get(false);
  core_.requeue(1, 2, Return::kFailed);
  EXPECT_EQ(pages_.counts(), (std::vector<CountedRange>{{{1, 2}, {1, 1}}}));
}

TEST_F(QueuePagesTest, DamagedChunkIsGivenUpAndTheRestGoesOn) {
  page_out(2);
  while (core_.get(true)) {
  }
  pages_.read_ahead();
  ASSERT_EQ(to_read_.size(), 2u);
  pages_.read(to_read_[0].first, StorageError{StorageErrorCode::kCorrupt, "damaged"});
  to_read_.erase(to_read_.begin());
  finish_reads();
  pages_.read_ahead();
  EXPECT_EQ(lost_, 1u);
  EXPECT_TRUE(core_.get(true));
  EXPECT_FALSE(core_.get(true));
}

TEST_F(QueuePagesTest, ConsumersGetWhatStandsBehindADamagedChunk) {
  page_out(1);
  core_.publish(message(10), true);
  while (core_.get(true)) {
  }
  admits_ = true;
  core_.subscribe({}, {.no_ack = true});
  core_.resume({});
  pages_.read_ahead();
  ASSERT_EQ(to_read_.size(), 1u);
  pages_.read(to_read_[0].first, StorageError{StorageErrorCode::kCorrupt, "damaged"});
  pages_.read_ahead();
  EXPECT_EQ(delivered_, 1u);
}

// A hole in a chunk says that its message has left, whatever becomes of the transaction.
TEST_F(QueuePagesTest, NoChunkIsWrittenAroundWhatLeavesInAnOpenTransaction) {
  for (int n = 0; n != 10; ++n) core_.publish(message(10), true);
  for (int n = 0; n != 6; ++n) core_.get(false);
  core_.acknowledge(3, 2);
  core_.acknowledge(1, 1);
  for (const PositionRun& run : std::exchange(lane_.departures(), {})) pages_.departing(run);
  pages_.store(lane_.end());
  std::vector<PositionRange> chunks;
  for (const auto& [number, place] : written_) {
    chunks.push_back(chunks_.at(place.file.get())->header().positions);
  }
  EXPECT_EQ(chunks, (std::vector<PositionRange>{{0, 0}, {2, 2}, {5, 9}}));
}

// ---- messages that are taken out of the middle ----

// Removes, pages out and in, and delivers at random; what is left is always what a list has.
class RemovalTest : public QueuePagesTest {
 protected:
  void publish() {
    const std::size_t size = 10 + random_() % 3000;
    const QueuePosition at = core_.publish(message(size), random_() % 4 != 0);
    model_[at] = size;
  }
  void settle_departures() {
    for (const PositionRun& run : std::exchange(lane_.departures(), {})) pages_.departed(run);
  }
  void work_on_disk() {
    settle_departures();
    finish_writes();
    finish_reads();
    while (lane_.is_paged()) {
      pages_.read_ahead();
      if (lane_.departures().empty()) break;
      settle_departures();
    }
    pages_.page_out(40'000);
    finish_writes();
  }
  void remove_some() {
    std::vector<ReadyMessage> wanted;
    for (const auto& each : model_) {
      if (random_() % 5 == 0) wanted.push_back({each.first, each.second, true});
    }
    std::uint64_t removed = core_.remove(0, wanted);
    for (const PositionRun& run : pages_.remove(wanted)) removed += run.count;
    EXPECT_EQ(removed, wanted.size());
    for (const ReadyMessage& each : wanted) model_.erase(each.position);
    EXPECT_TRUE(pages_.remove(wanted).empty()) << "they are gone";
    settle_departures();
  }
  void take_some() {
    for (std::uint64_t n = random_() % 200; n != 0; --n) {
      const auto got = core_.get(true);
      if (!got) break;
      ASSERT_EQ(got->position, model_.begin()->first);
      EXPECT_EQ(got->message->body().size(), model_.begin()->second);
      model_.erase(model_.begin());
    }
  }
  void check() {
    std::uint64_t bytes = 0;
    for (const auto& each : model_) bytes += each.second;
    ASSERT_EQ(core_.ready_count(), model_.size());
    ASSERT_EQ(core_.ready_bytes(), bytes);
    ASSERT_EQ(core_.unacked_count(), 0u);
  }

  std::mt19937 random_{4711};
  std::map<QueuePosition, std::size_t> model_;
};

TEST_F(RemovalTest, WhatIsRemovedDoesNotComeBackFromDisk) {
  for (int round = 0; round != 400; ++round) {
    for (std::uint64_t n = random_() % 120; n != 0; --n) publish();
    if (random_() % 3 == 0) take_some();
    if (random_() % 3 != 0) work_on_disk();
    if (random_() % 4 == 0) remove_some();
    check();
    if (HasFatalFailure()) return;
  }
  EXPECT_FALSE(files_.empty()) << "some of it has been on disk";
  while (!model_.empty() && !HasFatalFailure()) {
    take_some();
    work_on_disk();
    check();
  }
  EXPECT_EQ(lost_, 0u);
  EXPECT_TRUE(pages_.empty());
  for (const auto& file : files_) EXPECT_EQ(file->live_bytes(), 0u);
}

TEST_F(QueuePagesTest, ChunkOfWhichAllIsRemovedGoes) {
  page_out(3);
  const auto end = lane_.end();
  std::vector<ReadyMessage> middle{{end - 2, 300'000, true}};
  EXPECT_EQ(pages_.remove(middle), (std::vector<PositionRun>{{end - 2, 1}}));
  EXPECT_EQ(files_[1]->live_bytes(), 0u);
  EXPECT_EQ(lane_.paged_count(), 2u);
  EXPECT_EQ(lane_.paged_bytes(), 600'000u);
  EXPECT_EQ(pages_.live_positions().back(), (PositionRange{end - 1, end - 1}));
}

}  // namespace
}  // namespace coney
