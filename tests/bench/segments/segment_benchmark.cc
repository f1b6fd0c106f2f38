// How fast messages are paged out to segments, read back, and found again at a start, on a disk
// that is there.
// usage: segment-benchmark [DIRECTORY [MILLION_MESSAGES [BYTES]]]: files go to a new folder in
// DIRECTORY (the current one by default), which is removed at the end.

#include <fmt/format.h>
#include <stdlib.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "persistence/segments/segment_scan.h"
#include "persistence/segments/segment_store.h"

namespace coney {
namespace {

using Clock = std::chrono::steady_clock;

constexpr StoredQueueId kQueue{1};
constexpr std::size_t kPrefixBytes = 9;
constexpr std::uint64_t kMostInFlight = 16 << 20;
constexpr std::size_t kReadAhead = 4;  // chunks

[[noreturn]] void fail(const StorageError& error) {
  fmt::print(stderr, "segment-benchmark: {}\n", error.message);
  std::exit(1);
}

// One caller that waits for what it asked.
class WaitingSink : public SegmentSink {
 public:
  void chunk_written(SegmentCookie cookie, StorageResult<ChunkRef> where) override {
    if (!where) fail(where.error());
    std::lock_guard lock(mutex_);
    if (refs_.size() <= cookie) refs_.resize(cookie + 1);
    refs_[cookie] = std::move(*where);
    ++written_;
    changed_.notify_one();
  }
  void chunk_read(SegmentCookie, StorageResult<std::shared_ptr<const Chunk>> chunk) override {
    if (!chunk) fail(chunk.error());
    std::lock_guard lock(mutex_);
    read_.push_back(std::move(*chunk));
    changed_.notify_one();
  }
  void segments_synced(SegmentCookie, StorageResult<void> result) override {
    if (!result) fail(result.error());
    std::lock_guard lock(mutex_);
    synced_ = true;
    changed_.notify_one();
  }

  void wait_until_written(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return written_ >= count; });
  }
  void wait_for_room(const SegmentStore& store) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return store.bytes_in_flight() < kMostInFlight; });
  }
  void wait_until_synced() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return synced_; });
  }
  std::shared_ptr<const Chunk> wait_for_chunk() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return taken_ < read_.size(); });
    return std::move(read_[taken_++]);
  }
  std::vector<ChunkRef> take_refs() {
    std::lock_guard lock(mutex_);
    written_ = 0;
    taken_ = 0;
    read_.clear();
    return std::move(refs_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<ChunkRef> refs_;
  std::vector<std::shared_ptr<const Chunk>> read_;
  std::size_t written_ = 0, taken_ = 0;
  bool synced_ = false;
};

class NoCompaction : public CompactionSink {
 public:
  void compact(std::shared_ptr<SegmentFile>, std::vector<StoredChunk>) override {}
  void trouble(const StorageError& error) override { fail(error); }
};

class Benchmark {
 public:
  Benchmark(const std::filesystem::path& directory, std::uint64_t messages, std::size_t bytes)
      : paths_(directory), messages_(messages), body_(bytes, 'x') {}

  void run() {
    open();
    for (const SegmentStream stream : {SegmentStream::kSpill, SegmentStream::kDurable}) {
      const char* name = stream == SegmentStream::kSpill ? "spill" : "durable";
      report(fmt::format("{}: written", name), [&] { write(stream); });
      refs_ = sink_.take_refs();
      report(fmt::format("{}: read back", name), [&] { read(); });
      if (stream == SegmentStream::kSpill) release();
      refs_.clear();
    }
    store_.reset();
    scan("start, closed files");
    std::filesystem::resize_file(largest(), std::filesystem::file_size(largest()) - 1);
    scan("start, one file's directory lost");
  }

 private:
  void open() {
    auto store = SegmentStore::open(real_file_system(), paths_, SegmentScan(), compaction_);
    if (!store) fail(store.error());
    store_ = std::move(*store);
  }

  template <typename Work>
  void report(const std::string& what, Work work) {
    const auto start = Clock::now();
    chunks_ = 0;
    work();
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    const auto count = static_cast<double>(messages_);
    const double bytes = count * static_cast<double>(body_.size() + kPrefixBytes);
    fmt::print("{:<20} {:6.2f} s {:9.0f} messages/s {:7.0f} MB/s {:7.0f} chunks/s\n", what, seconds,
               count / seconds, bytes / seconds / 1e6, static_cast<double>(chunks_) / seconds);
  }

  void write(SegmentStream stream) {
    const std::string prefix(kPrefixBytes, 'p');
    ChunkBuilder builder;
    for (QueuePosition position = 0; position < messages_; ++position) {
      builder.add(position, true, {}, prefix, body_);
      if (builder.full()) write_chunk(builder, stream);
    }
    if (!builder.empty()) write_chunk(builder, stream);
    sink_.wait_until_written(chunks_);
    if (stream != SegmentStream::kDurable) return;
    store_->sync(sink_, 0);
    sink_.wait_until_synced();
  }

  void write_chunk(ChunkBuilder& builder, SegmentStream stream) {
    store_->write(std::make_shared<const Chunk>(builder.finish(kQueue, stream)), sink_, chunks_++);
    sink_.wait_for_room(*store_);
  }

  void read() {
    std::uint64_t messages = 0;
    std::size_t asked = 0;
    for (; chunks_ < refs_.size(); ++chunks_) {
      while (asked < refs_.size() && asked < chunks_ + kReadAhead) {
        store_->read(refs_[asked++], sink_, 0);
      }
      const auto chunk = sink_.wait_for_chunk();
      ChunkReader reader = chunk->read();
      for (ChunkEntry entry; reader.next(entry);) messages += entry.payload.back() == 'x';
    }
    if (messages != messages_) fail({StorageErrorCode::kCorrupt, "messages are missing"});
  }

  void release() {
    for (const ChunkRef& ref : refs_) LiveChunk(ref).release_rest();
  }

  void scan(const char* what) {
    const auto start = Clock::now();
    const auto found = scan_segments(real_file_system(), paths_);
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    if (!found) fail(found.error());
    fmt::print("{:<33} {:8.2f} ms: {} messages in {} chunks in {} files, {} faults\n", what,
               seconds * 1e3, found->report.messages, found->report.chunks, found->report.files,
               found->report.errors.size());
  }

  std::filesystem::path largest() const {
    std::filesystem::path largest;
    for (const auto& file : std::filesystem::directory_iterator(paths_.segments_path())) {
      if (largest.empty() || file.file_size() > std::filesystem::file_size(largest)) {
        largest = file.path();
      }
    }
    return largest;
  }

  const DataDirectoryPaths paths_;
  const std::uint64_t messages_;
  const std::string body_;
  NoCompaction compaction_;
  WaitingSink sink_;
  std::unique_ptr<SegmentStore> store_;
  std::vector<ChunkRef> refs_;
  std::size_t chunks_ = 0;
};

}  // namespace
}  // namespace coney

int main(int argc, char** argv) {
  std::string directory =
      (std::filesystem::absolute(argc > 1 ? argv[1] : ".") / "segment-benchmark-XXXXXX").string();
  if (!::mkdtemp(directory.data())) {
    fmt::print(stderr, "segment-benchmark: cannot make {}\n", directory);
    return 1;
  }
  const std::uint64_t millions = argc > 2 ? std::stoull(argv[2]) : 10;
  const std::size_t bytes = argc > 3 ? std::stoull(argv[3]) : 100;
  coney::Benchmark(directory, millions * 1'000'000, bytes).run();
  std::filesystem::remove_all(directory);
  return 0;
}
