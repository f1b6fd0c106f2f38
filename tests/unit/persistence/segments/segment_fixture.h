#pragma once
// What the tests of the segment store share: chunks to write, and sinks that can be waited for.

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "persistence/segments/segment_scan.h"
#include "persistence/segments/segment_store.h"

namespace coney {

// Until it holds, or the test has waited for very long.
class Waiting {
 public:
  template <typename Change>
  void change(Change change) {
    {
      std::lock_guard lock(mutex_);
      change();
    }
    changed_.notify_all();
  }
  template <typename Holds>
  bool until(Holds holds) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(60), holds);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
};

class TestSink : public SegmentSink {
 public:
  using Written = StorageResult<ChunkRef>;
  using Read = StorageResult<std::shared_ptr<const Chunk>>;

  void chunk_written(SegmentCookie cookie, Written where) override {
    waiting_.change([&] { written_.insert_or_assign(cookie, std::move(where)); });
  }
  void chunk_read(SegmentCookie cookie, Read chunk) override {
    waiting_.change([&] { read_.insert_or_assign(cookie, std::move(chunk)); });
  }
  void segments_synced(SegmentCookie cookie, StorageResult<void> result) override {
    waiting_.change([&] { synced_.insert_or_assign(cookie, std::move(result)); });
  }

  Written written(SegmentCookie cookie) { return take(written_, cookie); }
  Read read(SegmentCookie cookie) { return take(read_, cookie); }
  StorageResult<void> synced(SegmentCookie cookie) { return take(synced_, cookie); }

 private:
  template <typename Result>
  Result take(std::map<SegmentCookie, Result>& from, SegmentCookie cookie) {
    const bool came = waiting_.until([&] { return from.contains(cookie); });
    EXPECT_TRUE(came) << "no answer for " << cookie;
    if (!came) return StorageError{StorageErrorCode::kIo, "no answer"};
    return std::move(from.extract(cookie).mapped());
  }

  Waiting waiting_;
  std::map<SegmentCookie, Written> written_;
  std::map<SegmentCookie, Read> read_;
  std::map<SegmentCookie, StorageResult<void>> synced_;
};

struct Offer {
  std::shared_ptr<SegmentFile> file;
  std::vector<StoredChunk> chunks;
};

class TestCompaction : public CompactionSink {
 public:
  void compact(std::shared_ptr<SegmentFile> file, std::vector<StoredChunk> chunks) override {
    waiting_.change([&] { offers_.push_back({std::move(file), std::move(chunks)}); });
  }
  void trouble(const StorageError& error) override {
    waiting_.change([&] { troubles_.push_back(error.message); });
  }

  Offer offer() {
    const bool came = waiting_.until([&] { return !offers_.empty(); });
    EXPECT_TRUE(came) << "no offer";
    Offer first;
    waiting_.change([&] {
      if (offers_.empty()) return;
      first = std::move(offers_.front());
      offers_.erase(offers_.begin());
    });
    return first;
  }
  std::optional<Offer> offer_if_any() {
    if (offers() == 0) return std::nullopt;
    return offer();
  }
  // What has come by now. The store's threads may be busy with the next.
  std::size_t offers() {
    std::size_t count = 0;
    waiting_.change([&] { count = offers_.size(); });
    return count;
  }
  std::size_t troubles() {
    std::size_t count = 0;
    waiting_.change([&] { count = troubles_.size(); });
    return count;
  }
  void await_trouble(std::size_t count = 1) {
    EXPECT_TRUE(waiting_.until([&] { return troubles_.size() >= count; }));
  }

 private:
  Waiting waiting_;
  std::vector<Offer> offers_;
  std::vector<std::string> troubles_;
};

// `count` messages from `first` on, each with its position and the queue in it.
inline std::string test_payload(StoredQueueId queue, QueuePosition position, std::size_t size) {
  std::string payload =
      std::to_string(static_cast<std::uint64_t>(queue)) + ":" + std::to_string(position) + ":";
  payload.resize(std::max(size, payload.size()), 'x');
  return payload;
}

inline std::shared_ptr<const Chunk> test_chunk(StoredQueueId queue, QueuePosition first,
                                               unsigned count = 10, std::size_t size = 100,
                                               SegmentStream stream = SegmentStream::kDurable) {
  ChunkBuilder builder;
  for (QueuePosition position = first; position < first + count; ++position) {
    builder.add(position, true, {}, "", test_payload(queue, position, size));
  }
  return std::make_shared<const Chunk>(builder.finish(queue, stream));
}

// The messages, not the header: the store has put the place there.
inline std::string_view messages_of(const Chunk& chunk) {
  return chunk.payload();
}

// A store in a directory, and what a shard would have.
class SegmentStoreFixture {
 public:
  SegmentStoreFixture(FileSystem& files, std::filesystem::path directory,
                      SegmentOptions options = {})
      : files_(files), paths_(std::move(directory)), options_(options) {}

  // Like a start: scans and opens. The errors of a scan are in scan().report.
  StorageResult<void> open() {
    store_.reset();
    auto scan = scan_segments(files_, paths_);
    if (!scan) return scan.error();
    scan_ = std::move(*scan);
    auto store = SegmentStore::open(files_, paths_, scan_, compaction, options_);
    if (!store) return store.error();
    store_ = std::move(*store);
    return {};
  }
  void close() { store_.reset(); }

  SegmentStore& store() { return *store_; }
  SegmentScan& scan() { return scan_; }

  StorageResult<ChunkRef> write(std::shared_ptr<const Chunk> chunk) {
    store_->write(std::move(chunk), sink, ++cookie_);
    return sink.written(cookie_);
  }
  StorageResult<std::shared_ptr<const Chunk>> read(const ChunkRef& ref) {
    store_->read(ref, sink, ++cookie_);
    return sink.read(cookie_);
  }
  StorageResult<void> sync(std::shared_ptr<SegmentFile> moved_from = nullptr) {
    store_->sync(sink, ++cookie_, std::move(moved_from));
    return sink.synced(cookie_);
  }

  TestSink sink;
  TestCompaction compaction;

 private:
  FileSystem& files_;
  const DataDirectoryPaths paths_;
  const SegmentOptions options_;
  SegmentScan scan_;
  std::unique_ptr<SegmentStore> store_;
  SegmentCookie cookie_ = 0;
};

}  // namespace coney
