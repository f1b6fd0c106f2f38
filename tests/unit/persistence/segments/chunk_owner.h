#pragma once
// What a shard does with a store, in small: it writes chunks of ten messages, releases them, moves
// what it is offered, and knows what has to be there.

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <utility>

#include "tests/unit/persistence/segments/segment_fixture.h"

namespace coney {

class ChunkOwner {
 public:
  static constexpr StoredQueueId kQueue{7};
  static constexpr unsigned kMessages = 10;

  struct Owned {
    LiveChunk chunk;
    bool synced = false;
  };

  explicit ChunkOwner(SegmentStoreFixture& fixture) : fixture_(fixture) {}

  // Positions in steps of ten; `size` bytes each message.
  bool write(std::size_t size = 100) {
    const QueuePosition first = next_;
    next_ += kMessages;
    sizes_[first] = size;
    auto ref = fixture_.write(expected(first));
    if (ref) {
      chunks_[first] = {LiveChunk(*ref), false};
    } else {
      failed_.insert(first);
    }
    return ref.has_value();
  }

  // The one that is so many places behind the oldest.
  void release(std::size_t place) {
    if (chunks_.empty()) return;
    auto chosen = std::next(chunks_.begin(), static_cast<long>(place % chunks_.size()));
    chosen->second.chunk.release_rest();
    chunks_.erase(chosen);
  }

  // A failed operation may hit this read; the next has to succeed.
  void check_one(std::size_t place) {
    if (chunks_.empty()) return;
    auto chosen = std::next(chunks_.begin(), static_cast<long>(place % chunks_.size()));
    auto chunk = fixture_.read(chosen->second.chunk.ref());
    if (!chunk) chunk = fixture_.read(chosen->second.chunk.ref());
    ASSERT_TRUE(chunk) << chunk.error().message;
    EXPECT_EQ(messages_of(**chunk), messages_of(*expected(chosen->first)));
  }
  void check_all() {
    for (std::size_t i = 0; i < chunks_.size(); ++i) check_one(i);
  }

  bool sync() {
    if (!fixture_.sync()) return false;
    for (auto& [first, owned] : chunks_) owned.synced = true;
    return true;
  }

  // Moves what is alive in the files that are offered.
  void serve_offers() {
    while (auto offer = fixture_.compaction.offer_if_any()) {
      for (auto& [first, owned] : chunks_) {
        if (owned.chunk.ref().file == offer->file) move(first, owned);
      }
      fixture_.store().compaction_ended(offer->file);
    }
  }

  // Until a sync succeeds, with the disk well again.
  void settle() {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    bool synced = sync();
    while (!synced && std::chrono::steady_clock::now() < end) {
      serve_offers();
      synced = sync();
    }
    EXPECT_TRUE(synced) << "no sync succeeds any more";
  }

  // After a start: what was synced is there; of the rest, what is found is kept, and what is not
  // wanted any more released.
  void recover() {
    std::map<QueuePosition, LiveChunk> found;
    for (const StoredChunk& chunk : fixture_.scan().chunks) {
      EXPECT_EQ(chunk.queue, kQueue);
      EXPECT_EQ(chunk.count, kMessages);
      const QueuePosition first = chunk.positions.first;
      if (chunks_.contains(first) && !found.contains(first)) {
        found[first] = LiveChunk(chunk.ref);
      } else {
        chunk.ref.file->release(chunk.ref.length);
      }
      if (failed_.contains(first)) failed_found_.insert(first);
    }
    for (auto owned = chunks_.begin(); owned != chunks_.end();) {
      const auto place = found.find(owned->first);
      if (place == found.end()) {
        EXPECT_FALSE(owned->second.synced) << "chunk " << owned->first << " is lost";
        owned = chunks_.erase(owned);
      } else {
        (owned++)->second = {place->second, true};
      }
    }
  }

  const std::map<QueuePosition, Owned>& chunks() const { return chunks_; }
  // Chunks that the store had said were not written, and that a start has found.
  const std::set<QueuePosition>& failed_found() const { return failed_found_; }

 private:
  std::shared_ptr<const Chunk> expected(QueuePosition first) {
    return test_chunk(kQueue, first, kMessages, sizes_[first]);
  }

  void move(QueuePosition first, Owned& owned) {
    auto chunk = fixture_.read(owned.chunk.ref());
    if (!chunk) return;  // at the next offer
    EXPECT_EQ(messages_of(**chunk), messages_of(*expected(first)));
    auto ref = fixture_.write(*chunk);
    if (!ref) return;
    owned.chunk.release_rest();
    owned.chunk = LiveChunk(*ref);  // what was synced stays so: one of both places is on the disk
  }

  SegmentStoreFixture& fixture_;
  std::map<QueuePosition, Owned> chunks_;  // by first position
  std::map<QueuePosition, std::size_t> sizes_;
  std::set<QueuePosition> failed_, failed_found_;
  QueuePosition next_ = 0;
};

}  // namespace coney
