#pragma once
// The few settings that may change while the node runs, until it is started again: what command
// line tools set on a live node. Any thread; one of the few objects with a mutex, it is taken when
// a client logs in and when an operator looks.

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "broker/config/config.h"

namespace coney {

// Fields as in Config.
struct LiveValues {
  std::uint16_t channel_max = 0;
  std::vector<std::string> loopback_users;
  std::optional<std::chrono::milliseconds> consumer_timeout;
  ResourceLimit memory_high_watermark, disk_free_limit;

  explicit LiveValues(const Config& config)
      : channel_max(config.channel_max),
        loopback_users(config.loopback_users),
        consumer_timeout(config.consumer_timeout),
        memory_high_watermark(config.memory_high_watermark),
        disk_free_limit(config.disk_free_limit) {}
  bool operator==(const LiveValues&) const = default;
};

class LiveSettings {
 public:
  explicit LiveSettings(const Config& config) : values_(config) {}

  LiveValues read() const {
    std::lock_guard lock(mutex_);
    return values_;
  }
  std::optional<std::chrono::milliseconds> consumer_timeout() const {
    std::lock_guard lock(mutex_);
    return values_.consumer_timeout;
  }
  void write(const LiveValues& values) {
    std::lock_guard lock(mutex_);
    values_ = values;
  }

 private:
  mutable std::mutex mutex_;
  LiveValues values_;
};

}  // namespace coney
