#pragma once
// Memory and disk as the alarms saw them last, for whoever shows them. The main thread writes, any
// thread reads; each number is right, numbers of two looks may be mixed.

#include <atomic>
#include <cstdint>

#include "broker/server/alarms.h"

namespace coney {

// Bytes.
struct ResourceStatus {
  std::uint64_t memory_used = 0;
  std::uint64_t memory_limit = 0;
  std::uint64_t disk_free = 0;
  std::uint64_t disk_free_limit = 0;
  bool memory_alarm = false;
  bool disk_alarm = false;
};

class SharedResourceStatus {
 public:
  void set_memory(std::uint64_t used, const MemoryAlarm& alarm) {
    memory_used_.store(used, std::memory_order_relaxed);
    memory_limit_.store(alarm.limit(), std::memory_order_relaxed);
    memory_alarm_.store(alarm.raised(), std::memory_order_relaxed);
  }
  void set_disk(std::uint64_t free, const DiskAlarm& alarm) {
    disk_free_.store(free, std::memory_order_relaxed);
    disk_free_limit_.store(alarm.limit(), std::memory_order_relaxed);
    disk_alarm_.store(alarm.raised(), std::memory_order_relaxed);
  }
  ResourceStatus read() const {
    return {memory_used_.load(std::memory_order_relaxed),
            memory_limit_.load(std::memory_order_relaxed),
            disk_free_.load(std::memory_order_relaxed),
            disk_free_limit_.load(std::memory_order_relaxed),
            memory_alarm_.load(std::memory_order_relaxed),
            disk_alarm_.load(std::memory_order_relaxed)};
  }

 private:
  std::atomic<std::uint64_t> memory_used_{0}, memory_limit_{0};
  std::atomic<std::uint64_t> disk_free_{0}, disk_free_limit_{0};
  std::atomic<bool> memory_alarm_{false}, disk_alarm_{false};
};

}  // namespace coney
