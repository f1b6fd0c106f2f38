// Random use of a queue whose messages go to a disk that is slow and fails now and then: whatever
// it does, messages come in order, none is lost and none comes twice, and what has left the queue
// is released on the disk. CONEY_SEED repeats a run.

#include <gtest/gtest.h>

#include <cstdlib>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <string>

#include "amqp/properties.h"
#include "broker/queue/queue_core.h"
#include "broker/queue/queue_pages.h"

namespace coney {
namespace {

MessageRef make_message(int number, std::size_t size, bool persistent) {
  std::string body = std::to_string(number) + ":";
  body.resize(std::max(body.size(), size), '.');
  std::string header;
  amqp::encode_content_header(header, body.size(), amqp::PropertyList{});
  MessageBuilder builder("", "q", header, body.size(), persistent);
  builder.append(body);
  return builder.finish();
}

int number_of(const MessageRef& message) {
  return std::stoi(std::string(message->body().substr(0, 12)));
}

const StorageError kFailure{StorageErrorCode::kIo, "the disk of the test failed"};

// Carries out what it was asked when told to, writes and reads each in order.
class SlowDisk final : public QueueDisk {
 public:
  void write(ChunkNumber number, std::shared_ptr<const Chunk> chunk) override {
    writes_.push_back({number, std::move(chunk)});
  }
  void read(ChunkNumber number, const ChunkRef& place) override {
    reads_.push_back({number, place});
  }
  void lost(std::uint64_t messages, const StorageError&) override { lost_ += messages; }

  bool idle() const { return writes_.empty() && reads_.empty(); }

  void write_one(QueuePages& pages, bool fails) {
    if (writes_.empty()) return;
    auto [number, chunk] = std::move(writes_.front());
    writes_.pop_front();
    if (fails) return pages.written(number, kFailure);
    auto file = std::make_shared<SegmentFile>(chunk->header().stream, SegmentNumber{1}, "");
    const auto length = static_cast<std::uint32_t>(chunk->bytes().size());
    file->add(length);
    const ChunkRef place{file, 0, length};
    files_.push_back(file);
    chunks_[file.get()] = chunk;
    pages.written(number, place);
  }

  void read_one(QueuePages& pages, bool fails) {
    if (reads_.empty()) return;
    auto [number, place] = std::move(reads_.front());
    reads_.pop_front();
    if (fails) return pages.read(number, kFailure);
    pages.read(number, chunks_.at(place.file.get()));
  }

  std::uint64_t live_bytes() const {
    std::uint64_t bytes = 0;
    for (const auto& file : files_) bytes += file->live_bytes();
    return bytes;
  }
  std::size_t chunks() const { return chunks_.size(); }
  // Of those that have something alive, the n-th, counting round.
  std::shared_ptr<SegmentFile> any_live_file(std::size_t n) const {
    std::vector<std::shared_ptr<SegmentFile>> live;
    for (const auto& file : files_) {
      if (file->live_bytes() != 0) live.push_back(file);
    }
    return live.empty() ? nullptr : live[n % live.size()];
  }
  std::uint64_t messages_lost() const { return lost_; }

 private:
  struct Write {
    ChunkNumber number;
    std::shared_ptr<const Chunk> chunk;
  };
  struct Read {
    ChunkNumber number;
    ChunkRef place;
  };
  std::deque<Write> writes_;
  std::deque<Read> reads_;
  std::vector<std::shared_ptr<SegmentFile>> files_;
  std::map<SegmentFile*, std::shared_ptr<const Chunk>> chunks_;
  std::uint64_t lost_ = 0;
};

class World final : public QueueSink {
 public:
  explicit World(std::uint64_t seed) : random_(seed) {}

  bool admit(const ConsumerOptions&) override { return false; }
  void dead_letter(DeadLetter) override {}
  void deliver(const ConsumerKey&, const ConsumerOptions&, QueuePosition, const MessageFacts&,
               MessageRef) override {}

  void run(int steps) {
    for (int step = 0; step != steps && !testing::Test::HasFailure(); ++step) {
      SCOPED_TRACE("step " + std::to_string(step));
      act(step / 4'000 % 2 == 0);
    }
    drain();
    EXPECT_GT(disk_.chunks(), static_cast<std::size_t>(steps) / 1'000);
    EXPECT_GT(stalls_, 20u);
  }

 private:
  std::uint32_t below(std::size_t bound) { return static_cast<std::uint32_t>(random_() % bound); }

  void act(bool growing) {
    const std::uint32_t dice = below(100);
    if (dice < (growing ? 60u : 20u)) return publish();
    if (dice < 80) return get();
    if (dice < 86) return settle(below(4) == 0);
    if (dice < 88) {
      pages_.page_out(below(20'000));
    } else if (dice < 92) {
      disk_.write_one(pages_, below(8) == 0);
    } else if (dice < 96) {
      disk_.read_one(pages_, below(8) == 0);
    } else if (dice < 98) {
      pages_.retry();
    } else if (dice == 98) {
      below(2) == 0 ? store() : compact();
    } else if (below(300) == 0) {
      purge();
    }
    changed();
  }

  void publish() {
    const int number = next_++;
    const bool persistent = below(3) != 0;
    const std::size_t size = below(200) == 0 ? 300'000 : below(2'000);
    const QueuePosition at = core_.publish(make_message(number, size, persistent), persistent);
    ready_[at] = {number, false};
    changed();
  }

  void get() {
    const bool no_ack = below(2) == 0;
    const auto got = core_.get(no_ack);
    if (!got) {
      if (!ready_.empty()) ++stalls_;
      return changed();
    }
    ASSERT_FALSE(ready_.empty());
    const auto [position, expected] = *ready_.begin();
    EXPECT_EQ(got->position, position);
    EXPECT_EQ(number_of(got->message), expected.number);
    EXPECT_EQ(got->facts.redelivered, expected.redelivered);
    ready_.erase(ready_.begin());
    if (!no_ack) unacked_[position] = expected;
    changed();
  }

  void settle(bool requeue) {
    if (unacked_.empty()) return;
    const auto first = std::next(unacked_.begin(), below(unacked_.size()));
    const QueuePosition position = first->first;
    if (requeue) {
      ready_[position] = {first->second.number, true};
      core_.requeue(position, 1, Return::kFailed);
    } else {
      core_.acknowledge(position, 1);
    }
    unacked_.erase(first);
    changed();
  }

  void purge() {
    EXPECT_EQ(core_.purge(), ready_.size());
    ready_.clear();
  }

  void store() {
    const QueuePosition end = lane_.end() - below(std::min<std::size_t>(lane_.end(), 500) + 1);
    pages_.store(end);
    while (!pages_.stores(end)) {
      disk_.write_one(pages_, below(8) == 0);
      if (below(4) == 0) pages_.retry();
    }
    check_live_positions();
  }

  // Ends what was begun the time before, then has everything leave some file.
  void compact() {
    if (leaving_ && !pages_.is_leaving(leaving_)) {
      pages_.left(leaving_);
      left_ += leaving_->live_bytes() == 0 ? 1 : 0;
      leaving_.reset();
    }
    if (leaving_) return;
    leaving_ = disk_.any_live_file(below(1'000));
    if (leaving_) pages_.leave(leaving_);
  }

  void changed() {
    take_departures();
    while (lane_.is_paged()) {
      pages_.read_ahead();
      if (lane_.departures().empty()) break;
      take_departures();
    }
    EXPECT_EQ(core_.ready_count(), ready_.size());
    EXPECT_EQ(core_.unacked_count(), unacked_.size());
  }

  void take_departures() {
    for (const PositionRun& run : lane_.departures()) pages_.departed(run);
    lane_.departures().clear();
  }

  // Every message that the disk could have is named, and none that has left.
  void check_live_positions() {
    std::set<QueuePosition> live;
    for (const auto& [position, message] : ready_) live.insert(position);
    for (const auto& [position, message] : unacked_) live.insert(position);
    QueuePosition last = 0;
    for (const PositionRange& range : pages_.live_positions()) {
      EXPECT_TRUE(last == 0 || range.first > last);
      last = range.last;
      if (range.first == range.last) {
        EXPECT_TRUE(live.contains(range.first)) << range.first;
      }
    }
  }

  void drain() {
    for (int idle = 0; (!ready_.empty() || !disk_.idle()) && idle < 200'000; ++idle) {
      get();
      pages_.retry();
      disk_.write_one(pages_, false);
      disk_.read_one(pages_, false);
      changed();
    }
    EXPECT_TRUE(ready_.empty());
    while (!unacked_.empty()) settle(false);
    if (leaving_) pages_.left(leaving_);
    EXPECT_GT(left_, 20u);
    EXPECT_TRUE(pages_.empty());
    EXPECT_EQ(disk_.live_bytes(), 0u);
    EXPECT_EQ(disk_.messages_lost(), 0u);
    EXPECT_EQ(core_.ready_bytes(), 0u);
    EXPECT_EQ(lane_.resident_bytes(), 0u);
  }

  struct Expected {
    int number = 0;
    bool redelivered = false;
  };

  std::mt19937_64 random_;
  SlowDisk disk_;
  QueueCore core_{*this};
  MessageLane& lane_ = core_.lane(0);
  QueuePages pages_{lane_, disk_, StoredQueueId{1}};
  std::map<QueuePosition, Expected> ready_, unacked_;
  int next_ = 0;
  std::uint64_t stalls_ = 0;
  std::shared_ptr<SegmentFile> leaving_;
  std::uint64_t left_ = 0;
};

TEST(QueuePagesModel, NothingIsLostOrOutOfOrderWhateverTheDiskDoes) {
  const char* given = std::getenv("CONEY_SEED");
  const std::uint64_t seed = given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  SCOPED_TRACE("CONEY_SEED=" + std::to_string(seed));
  World(seed).run(40'000);
}

}  // namespace
}  // namespace coney
