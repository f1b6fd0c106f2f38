// Random histories of a stream, with restarts, against a vector of everything that was published.

#include "broker/stream/stream_core.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/broker/stream/stream_fixture.h"

namespace coney::test {
namespace {

using Kind = StreamStart::Kind;

class StreamModel : public StreamSink {
 public:
  explicit StreamModel(unsigned seed) : random_(seed), core_(std::make_unique<StreamCore>(*this)) {}

  void run(int steps) {
    for (int n = 0; n != steps && !testing::Test::HasFailure(); ++n) step();
    settle_down();
  }
  std::uint64_t delivered = 0;

 private:
  struct Published {
    std::uint64_t time = 0;
    std::string filter;  // empty: none
  };
  struct Reader {
    QueuePosition next = 0;  // the first that it may get
    std::uint64_t from_time = 0;
    QueuePosition timed_until = 0;
    StreamFilter filter;
    std::uint32_t prefetch = 0;
    std::uint32_t unacked = 0;
  };
  struct OnDisk {
    PositionRange positions;
    std::uint64_t bytes = 0;
    StreamPagePtr page;
    bool lost = false;
  };

  // ---- the sink ----
  bool admit(const ConsumerOptions&) override { return !chance(20); }
  StreamPagePtr page(ChunkNumber number) override {
    EXPECT_TRUE(disk_.contains(number));
    if (disk_.at(number).lost || chance(2)) {
      asked_.insert(number);
      return nullptr;
    }
    return disk_.at(number).page;
  }
  void read_ahead(ChunkNumber number) override { EXPECT_TRUE(disk_.contains(number)); }

  void deliver(const ConsumerKey& key, const ConsumerOptions&, QueuePosition offset,
               const MessageRef& message) override {
    ++delivered;
    Reader& reader = readers_.at(key.number);
    EXPECT_EQ(message->body(), std::to_string(offset));
    EXPECT_LT(offset, core_->committed());
    EXPECT_EQ(offset, next_for(reader)) << "consumer " << key.number;
    EXPECT_LT(reader.unacked, reader.prefetch);
    reader.next = offset + 1;
    ++reader.unacked;
  }

  // ---- the naive view ----
  bool is_there(QueuePosition offset) const {
    return offset >= begin_ && !lost_.contains(offset) && offset < core_->committed();
  }
  bool wants(const Reader& reader, QueuePosition offset) const {
    const Published& each = published_[offset];
    if (offset < reader.timed_until && each.time < reader.from_time) return false;
    if (!reader.filter.active()) return true;
    if (each.filter.empty()) return reader.filter.match_unfiltered;
    return std::count(reader.filter.values.begin(), reader.filter.values.end(), each.filter) != 0;
  }
  // end: nothing.
  QueuePosition next_for(const Reader& reader) const {
    QueuePosition at = reader.next;
    while (at < core_->committed() && (!is_there(at) || !wants(reader, at))) ++at;
    return at;
  }

  // ---- what happens ----
  void step() {
    now_ += pick(3);
    switch (pick(12)) {
      case 0:
      case 1:
      case 2:
        return publish();
      case 3:
        return core_->commit(core_->committed() + pick(core_->end() - core_->committed() + 1));
      case 4:
        return seal();
      case 5:
        return subscribe();
      case 6:
      case 7:
        return credit();
      case 8:
        return answer();
      case 9:
        return resume_all();
      case 10:
        return chance(4) ? trim() : resume_all();
      default:
        return chance(10) ? restart() : cancel();
    }
  }

  void publish() {
    for (std::uint64_t n = pick(10); n != 0; --n) {
      const std::string filter = chance(2) ? std::string(1, static_cast<char>('a' + pick(4))) : "";
      const std::uint64_t time = std::max(now_, core_->last_time());
      published_.push_back({time, filter});
      const auto value = filter.empty() ? std::nullopt : std::optional(filter);
      const auto offset =
          core_->append(stream_message(std::to_string(published_.size() - 1), value), now_);
      ASSERT_EQ(offset, published_.size() - 1);
    }
  }

  void seal() {
    const auto sealed = core_->seal(1 + pick(500));
    if (!sealed) return;
    const std::uint64_t bytes = 100 + pick(100);
    core_->set_bytes(sealed->number, bytes);
    disk_[sealed->number] = {{sealed->page->first(), sealed->page->last()}, bytes, sealed->page};
  }

  void subscribe() {
    const auto number = ++last_reader_;
    Reader& reader = readers_[number];
    reader.prefetch = 1 + static_cast<std::uint32_t>(pick(10));
    StreamStart start{Kind(pick(5)), pick(published_.size() + 3)};
    switch (start.kind) {
      case Kind::kFirst:
        break;
      case Kind::kLast:
        reader.next = std::max(core_->committed(), begin_ + 1) - 1;
        break;
      case Kind::kNext:
        reader.next = published_.size();
        break;
      case Kind::kOffset:
        reader.next = start.value;
        break;
      case Kind::kTime:
        start.value = pick(now_ + 3);
        reader.from_time = start.value;
        reader.timed_until = published_.size();
        break;
    }
    if (chance(3)) reader.filter.values = {std::string(1, static_cast<char>('a' + pick(5)))};
    reader.filter.match_unfiltered = chance(2);
    ConsumerOptions options;
    options.prefetch = reader.prefetch;
    core_->subscribe(consumer_key(number), options, {start, reader.filter});
    core_->resume(consumer_key(number));
  }

  void credit() {
    for (auto& [number, reader] : readers_) {
      const auto count = static_cast<std::uint32_t>(pick(reader.unacked + 1));
      reader.unacked -= count;
      core_->credit(consumer_key(number), count);
    }
  }

  void answer() {
    for (ChunkNumber number : std::exchange(asked_, {})) {
      const auto at = disk_.find(number);
      if (at == disk_.end()) continue;
      if (at->second.lost) {
        core_->page_lost(number);
      } else {
        core_->page_arrived(number);
      }
    }
  }

  void resume_all() {
    for (auto& [number, reader] : readers_) core_->resume(consumer_key(number));
  }

  void trim() {
    StreamLimits limits;
    if (chance(2)) limits.most_bytes = pick(1500);
    if (chance(2)) limits.max_age = pick(100);
    // What the naive view says is to go: chunk by chunk from the front.
    std::map<ChunkNumber, OnDisk> before = disk_;
    const std::vector<StreamCore::Dropped> dropped = core_->trim(limits, now_);
    for (const StreamCore::Dropped& each : dropped) begin_ = each.positions.last + 1;
    for (const StreamCore::Dropped& each : dropped) {
      const OnDisk& first = before.begin()->second;
      ASSERT_EQ(each.number, before.begin()->first);
      ASSERT_EQ(each.positions, first.positions);
      const bool too_old =
          limits.max_age && published_[each.positions.last].time + *limits.max_age < now_;
      EXPECT_TRUE(first.lost || limits.most_bytes || too_old);
      disk_.erase(each.number);
      before.erase(before.begin());
      core_->page_lost(each.number);
    }
    if (limits.most_bytes && disk_.size() > 1 &&
        disk_.begin()->second.positions.last < core_->committed()) {
      EXPECT_LE(core_->bytes(), *limits.most_bytes);
    }
  }

  void cancel() {
    if (readers_.empty()) return;
    auto at = readers_.begin();
    std::advance(at, pick(readers_.size()));
    EXPECT_TRUE(core_->cancel(consumer_key(at->first)));
    readers_.erase(at);
  }

  // Everything was committed before; consumers are gone. A chunk may not be readable any more.
  void restart() {
    readers_.clear();
    asked_.clear();
    const StreamPage tail = core_->tail();
    const QueuePosition end = core_->end();
    core_ = std::make_unique<StreamCore>(*this);
    std::map<ChunkNumber, OnDisk> disk;
    disk.swap(disk_);
    for (auto& [number, chunk] : disk) {
      const bool known_lost = chunk.lost;
      if (chance(20)) chunk.lost = true;
      if (chunk.lost && !known_lost) {
        for (const StreamMessage& each : chunk.page->messages) lost_.insert(each.offset);
      }
      const ChunkNumber now =
          core_->restore_chunk(chunk.positions, chunk.page->messages.size(), chunk.bytes);
      disk_[now] = chunk;
    }
    for (const StreamMessage& each : tail.messages) core_->restore_tail(each);
    core_->restored(end);
  }

  // Every reader gets all that is there for it.
  void settle_down() {
    core_->commit(core_->end());
    for (std::uint64_t idle = 0, before = delivered; idle != 20; before = delivered) {
      answer();
      resume_all();
      for (auto& [number, reader] : readers_) {
        core_->credit(consumer_key(number), std::exchange(reader.unacked, 0));
      }
      idle = delivered == before ? idle + 1 : 0;
    }
    for (auto& [number, reader] : readers_) {
      EXPECT_EQ(next_for(reader), core_->end()) << "consumer " << number;
    }
  }

  std::uint64_t pick(std::uint64_t below) { return random_() % below; }
  bool chance(std::uint64_t one_in) { return pick(one_in) == 0; }

  std::mt19937_64 random_;
  std::unique_ptr<StreamCore> core_;
  std::uint64_t now_ = 1;
  std::vector<Published> published_;  // by offset
  QueuePosition begin_ = 0;
  std::set<QueuePosition> lost_;
  std::map<ChunkNumber, OnDisk> disk_;
  std::set<ChunkNumber> asked_;
  std::map<ConsumerNumber, Reader> readers_;
  ConsumerNumber last_reader_ = 0;
};

TEST(StreamCoreProperty, ReadersGetWhatIsThereInOrder) {
  std::uint64_t delivered = 0;
  for (unsigned seed = 0; seed != 300 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    StreamModel model(seed);
    model.run(400);
    delivered += model.delivered;
  }
  EXPECT_GT(delivered, 100'000u);
}

}  // namespace
}  // namespace coney::test
