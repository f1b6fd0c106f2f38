#pragma once
// How a queue knows, without asking, whether a consumer can take another message: counters that the
// queue's shard and the connection's shard share. Lock-free; whoever finds a gate closed leaves a
// mark, and the connection sends a resume when it sees the mark and has room again.

#include <atomic>
#include <cstdint>
#include <memory>

namespace coney {

// Bytes on their way to one connection: in mail and in its output buffer.
class DeliveryWindow {
 public:
  static constexpr std::int64_t kLimit = 1 << 20;

  // Queue's side.
  bool open() {
    if (has_room()) return true;
    starved_.store(true, std::memory_order_seq_cst);
    return on_the_way() < kLimit;  // again, now that the mark is visible
  }
  void mailed(std::int64_t bytes) { in_mail_.fetch_add(bytes, std::memory_order_relaxed); }

  // Connection's side.
  void received(std::int64_t bytes) { in_mail_.fetch_sub(bytes, std::memory_order_relaxed); }
  void grown_to(std::int64_t bytes) { buffered_.store(bytes, std::memory_order_relaxed); }
  void set_buffered(std::int64_t bytes) { buffered_.store(bytes, std::memory_order_seq_cst); }
  // True once after a queue found the window closed, when half of it is free again.
  bool take_starved() {
    if (!starved_.load(std::memory_order_seq_cst) || on_the_way() >= kLimit / 2) return false;
    return starved_.exchange(false, std::memory_order_seq_cst);
  }

 private:
  bool has_room() const {
    return buffered_.load(std::memory_order_relaxed) + in_mail_.load(std::memory_order_relaxed) <
           kLimit;
  }
  std::int64_t on_the_way() const {
    return buffered_.load(std::memory_order_seq_cst) + in_mail_.load(std::memory_order_seq_cst);
  }

  std::atomic<std::int64_t> buffered_{0};
  std::atomic<std::int64_t> in_mail_{0};
  std::atomic<bool> starved_{false};
};

// basic.qos with global=true: unacknowledged messages over all consumers of one channel. Counts
// what was taken, not what is left: what is in mail stays counted whatever the limit becomes.
class ChannelLimit {
 public:
  std::int32_t limit() const { return limit_.load(std::memory_order_relaxed); }
  bool active() const { return limit_.load(std::memory_order_relaxed) != 0; }

  // Queue's side: takes one; false leaves a mark.
  bool take() {
    for (int attempt = 0; attempt != 2; ++attempt) {
      std::int32_t taken = taken_.load(std::memory_order_seq_cst);
      while (taken < limit_.load(std::memory_order_seq_cst)) {
        if (taken_.compare_exchange_weak(taken, taken + 1)) return true;
      }
      starved_.store(true, std::memory_order_seq_cst);
    }
    return false;
  }

  // Channel's side. 0: no limit.
  void set(std::int32_t limit) { limit_.store(limit, std::memory_order_seq_cst); }
  // Messages that were delivered while there was no limit.
  void count(std::int32_t messages) { taken_.fetch_add(messages, std::memory_order_seq_cst); }
  void give_back(std::int32_t count) { taken_.fetch_sub(count, std::memory_order_seq_cst); }
  bool take_starved() {
    return starved_.load(std::memory_order_seq_cst) && starved_.exchange(false);
  }

 private:
  std::atomic<bool> starved_{false};
  std::atomic<std::int32_t> limit_{0};
  std::atomic<std::int32_t> taken_{0};
};

struct ConsumerGate {
  std::shared_ptr<DeliveryWindow> window;  // of the connection
  std::shared_ptr<ChannelLimit> limit;     // of the channel
};

}  // namespace coney
