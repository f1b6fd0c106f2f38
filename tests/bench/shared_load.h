#pragma once
// What publisher threads, consumer threads and the measuring thread share. Each counter has one
// writer; everybody reads.

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace bench {

struct alignas(64) Counters {
  std::atomic<std::uint64_t> published{0};
  std::atomic<std::uint64_t> confirmed{0};
  std::atomic<std::uint64_t> refused{0};   // basic.nack from the broker
  std::atomic<std::uint64_t> returned{0};  // basic.return
  std::atomic<std::uint64_t> delivered{0};
  std::atomic<std::uint64_t> blocked{0};  // connection.blocked
};

inline void add(std::atomic<std::uint64_t>& counter, std::uint64_t amount) {
  counter.store(counter.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
}

struct Totals {
  std::uint64_t published = 0;
  std::uint64_t confirmed = 0;
  std::uint64_t refused = 0;
  std::uint64_t returned = 0;
  std::uint64_t delivered = 0;
  std::uint64_t blocked = 0;
};

class SharedLoad {
 public:
  // `copies`: deliveries per publish. `max_backlog` 0: no limit.
  SharedLoad(int copies, std::int64_t max_backlog) : copies_(copies), max_backlog_(max_backlog) {}

  Counters& new_counters() { return counters_.emplace_back(); }
  // REQUIRES: before any thread runs.
  void on_room(std::function<void()> wake) { wakes_.push_back(std::move(wake)); }

  bool stopped() const { return stop_.load(std::memory_order_relaxed); }
  void stop() { stop_.store(true); }

  Totals totals() const;
  std::int64_t backlog() const;

  // How many messages a publisher may send now; 0 makes publishers wait until half of the limit has
  // been delivered, so that they then send many at once.
  std::int64_t room();
  // A consumer has counted deliveries.
  void delivered() {
    if (paused_.load(std::memory_order_relaxed)) wake_when_there_is_room();
  }

  // The first failure of any thread stops the run.
  void fail(const std::string& why);
  std::string failure() const;

 private:
  void wake_when_there_is_room();

  const int copies_;
  const std::int64_t max_backlog_;
  std::deque<Counters> counters_;
  std::vector<std::function<void()>> wakes_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> paused_{false};
  mutable std::mutex failure_mutex_;
  std::string failure_;
};

}  // namespace bench
