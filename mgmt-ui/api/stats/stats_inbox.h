#pragma once
// The way from the shards to the management's thread: what they tell is put here, and read there in
// one go.

#include <atomic>
#include <functional>
#include <mutex>
#include <vector>

#include "broker/stats/stats_receiver.h"

namespace coney::management {

class StatsInbox final : public StatsReceiver {
 public:
  // `wake` is called on a shard's thread when there is something to read and nothing was before; it
  // must not wait.
  explicit StatsInbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  void take(std::vector<StatsEvent> events) override {
    bool was_empty = false;
    {
      const std::lock_guard lock(mutex_);
      was_empty = batches_.empty();
      batches_.push_back(std::move(events));
    }
    unread_.fetch_add(1, std::memory_order_relaxed);
    if (was_empty) wake_();
  }
  bool keeps_up() const override { return unread_.load(std::memory_order_relaxed) < kMostUnread; }

  // The management's thread. What was told, in its order.
  std::vector<std::vector<StatsEvent>> read() {
    std::vector<std::vector<StatsEvent>> batches;
    {
      const std::lock_guard lock(mutex_);
      batches.swap(batches_);
    }
    unread_.fetch_sub(static_cast<std::uint32_t>(batches.size()), std::memory_order_relaxed);
    return batches;
  }

 private:
  static constexpr std::uint32_t kMostUnread = 64;

  const std::function<void()> wake_;
  std::mutex mutex_;
  std::vector<std::vector<StatsEvent>> batches_;  // guarded by mutex_
  std::atomic<std::uint32_t> unread_{0};
};

}  // namespace coney::management
