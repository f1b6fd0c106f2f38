// How fast the write-ahead log takes batches, on a disk that is there.
// usage: log-benchmark [DIRECTORY [SECONDS]]: files go to a new folder in DIRECTORY (the current
// one by default), which is removed at the end.

#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "persistence/file/file.h"
#include "persistence/log/log.h"

namespace coney {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

struct Percentiles {
  explicit Percentiles(std::vector<double> values) : sorted(std::move(values)) {
    std::sort(sorted.begin(), sorted.end());
  }
  double at(double part) const {
    if (sorted.empty()) return 0;
    return sorted[static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1))];
  }
  std::string text() const {
    return fmt::format("p50 {:.0f} us, p90 {:.0f} us, p99 {:.0f} us, max {:.0f} us", at(0.5) * 1e6,
                       at(0.9) * 1e6, at(0.99) * 1e6, at(1) * 1e6);
  }
  std::vector<double> sorted;
};

// Gives files back as soon as it is asked: all that it logged is settled.
class WaitingSink : public LogSink {
 public:
  void written(LogSequence) override {}
  void synced(LogSequence up_to) override {
    std::lock_guard lock(mutex_);
    synced_ = up_to;
    changed_.notify_one();
  }
  void failed(LogSequence, const StorageError& error) override {
    fmt::print(stderr, "log-benchmark: {}\n", error.message);
    std::exit(1);
  }
  void recovered(LogEpoch) override {}
  void epoch(LogEpoch now) override {
    std::lock_guard lock(mutex_);
    epoch_ = now;
  }
  void retire(LogEpoch up_to) override {
    std::lock_guard lock(mutex_);
    retire_ = up_to;
  }

  void wait_for(LogSequence sequence) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return synced_ >= sequence; });
  }
  // What a shard does at the end of its turn.
  void answer(Log& log, LogShard shard) {
    std::lock_guard lock(mutex_);
    if (epoch_ != LogEpoch{}) log.seen_epoch(shard, std::exchange(epoch_, LogEpoch{}));
    if (retire_ != LogEpoch{}) log.moved(shard, std::exchange(retire_, LogEpoch{}));
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  LogSequence synced_{};
  LogEpoch epoch_{}, retire_{};
};

struct BenchedLog {
  explicit BenchedLog(const std::filesystem::path& directory, std::size_t shards) : sinks(shards) {
    std::vector<LogSink*> pointers;
    for (WaitingSink& sink : sinks) pointers.push_back(&sink);
    LogOptions options;
    options.directory = directory;
    auto opened = Log::open(real_file_system(), options, {}, pointers);
    if (!opened) {
      fmt::print(stderr, "log-benchmark: {}\n", opened.error().message);
      std::exit(1);
    }
    log = std::move(*opened);
  }
  std::vector<WaitingSink> sinks;
  std::unique_ptr<Log> log;
};

void bench_batch(std::size_t data_bytes) {
  constexpr int kRecords = 1'000'000;
  std::string data(data_bytes, 'x'), prefix(24, 'p');
  auto start = Clock::now();
  std::size_t bytes = 0;
  for (int done = 0; done < kRecords;) {
    LogBatch batch;
    for (int i = 0; i < 1000; ++i, ++done) {
      batch.publish(StoredQueueId{7}, static_cast<QueuePosition>(done), {prefix, data, nullptr});
    }
    batch.seal();
    bytes += batch.bytes();
  }
  double seconds = seconds_since(start);
  fmt::print("batch: {} B, {:.2f} M publishes/s, {:.0f} MB/s with checksums\n", data_bytes,
             kRecords / seconds / 1e6, static_cast<double>(bytes) / seconds / 1e6);
}

void bench_disk(const std::filesystem::path& directory, double seconds) {
  auto file = real_file_system().open(directory / "plain", OpenMode::kCreate).value();
  std::string page(4096, 'x');
  constexpr std::uint64_t kPages = 8192;
  std::string all(kPages * page.size(), '\0');
  if (!file->write_at(0, all) || !file->sync()) std::exit(1);
  std::vector<double> latencies;
  auto start = Clock::now();
  for (std::uint64_t i = 0; seconds_since(start) < seconds; ++i) {
    auto before = Clock::now();
    if (!file->write_at(i % kPages * page.size(), page) || !file->sync()) std::exit(1);
    latencies.push_back(seconds_since(before));
  }
  fmt::print("disk: 4 KiB written and fdatasync, {:.0f}/s, {}\n",
             static_cast<double>(latencies.size()) / seconds, Percentiles(latencies).text());
}

void bench_window_of_one(const std::filesystem::path& directory, double seconds) {
  BenchedLog bench(directory, 1);
  std::vector<double> latencies;
  auto start = Clock::now();
  for (QueuePosition i = 0; seconds_since(start) < seconds; ++i) {
    LogBatch batch;
    batch.publish(StoredQueueId{1}, i, {"prefix", "sixteen bytes...", nullptr});
    auto before = Clock::now();
    bench.sinks[0].wait_for(bench.log->submit(0, std::move(batch), LogWish::kSynced));
    latencies.push_back(seconds_since(before));
    bench.sinks[0].answer(*bench.log, 0);
  }
  fmt::print("log: one batch at a time, {:.0f}/s, {}\n",
             static_cast<double>(latencies.size()) / seconds, Percentiles(latencies).text());
}

// Two shards that each have one batch of many messages on the way and build the next meanwhile.
void bench_throughput(const std::filesystem::path& directory, double seconds,
                      std::size_t data_bytes, int per_batch) {
  BenchedLog bench(directory, 2);
  std::vector<std::uint64_t> records(2);
  auto start = Clock::now();
  auto shard_loop = [&](LogShard shard) {
    std::string data(data_bytes, 'x'), prefix(24, 'p');
    LogSequence last{};
    for (QueuePosition position = 0; seconds_since(start) < seconds;) {
      LogBatch batch;
      for (int i = 0; i < per_batch; ++i) {
        batch.publish(StoredQueueId{shard + 1}, position++, {prefix, data, nullptr});
      }
      records[shard] += batch.records();
      LogSequence sequence = bench.log->submit(shard, std::move(batch), LogWish::kSynced);
      bench.sinks[shard].wait_for(last);
      last = sequence;
      bench.sinks[shard].answer(*bench.log, shard);
    }
  };
  std::thread other(shard_loop, 1);
  shard_loop(0);
  other.join();
  (void)bench.log->close();
  double elapsed = seconds_since(start);
  LogStatus status = bench.log->status();
  fmt::print(
      "log: 2 shards, {} B, batches of {}: {:.0f} records/s, {:.0f} commits/s, {:.0f} MB/s\n",
      data_bytes, per_batch, static_cast<double>(records[0] + records[1]) / elapsed,
      static_cast<double>(status.commits) / elapsed,
      static_cast<double>(status.written_bytes) / elapsed / 1e6);
}

int run(int count, char** arguments) {
  std::filesystem::path base = count > 1 ? arguments[1] : ".";
  double seconds = count > 2 ? std::atof(arguments[2]) : 3;
  std::string pattern = (base / "log-benchmark-XXXXXX").string();
  if (!::mkdtemp(pattern.data())) {
    fmt::print(stderr, "log-benchmark: cannot make a directory in {}\n", base.string());
    return 1;
  }
  std::filesystem::path directory = pattern;
  int number = 0;
  auto fresh = [&] { return directory / std::to_string(++number); };
  for (std::size_t bytes : {16u, 100u, 1024u}) bench_batch(bytes);
  bench_disk(directory, seconds);
  bench_window_of_one(fresh(), seconds);
  bench_throughput(fresh(), seconds, 16, 1);
  bench_throughput(fresh(), seconds, 16, 1000);
  bench_throughput(fresh(), seconds, 1024, 500);
  std::filesystem::remove_all(directory);
  return 0;
}

}  // namespace
}  // namespace coney

int main(int count, char** arguments) {
  return coney::run(count, arguments);
}
