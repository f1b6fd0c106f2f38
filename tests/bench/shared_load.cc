#include "tests/bench/shared_load.h"

#include <algorithm>
#include <limits>

namespace bench {

Totals SharedLoad::totals() const {
  Totals totals;
  for (const Counters& counters : counters_) {
    totals.published += counters.published.load(std::memory_order_relaxed);
    totals.confirmed += counters.confirmed.load(std::memory_order_relaxed);
    totals.refused += counters.refused.load(std::memory_order_relaxed);
    totals.returned += counters.returned.load(std::memory_order_relaxed);
    totals.delivered += counters.delivered.load(std::memory_order_relaxed);
    totals.blocked += counters.blocked.load(std::memory_order_relaxed);
  }
  return totals;
}

std::int64_t SharedLoad::backlog() const {
  const Totals now = totals();
  return static_cast<std::int64_t>(now.published) * copies_ -
         static_cast<std::int64_t>(now.delivered);
}

std::int64_t SharedLoad::room() {
  if (max_backlog_ <= 0) return std::numeric_limits<std::int64_t>::max();
  std::int64_t left = max_backlog_ - backlog();
  if (left < copies_) {
    paused_.store(true);
    // What was delivered before this store saw no pause and will wake nobody.
    left = max_backlog_ - backlog();
  }
  if (paused_.load() && left < max_backlog_ / 2) return 0;
  paused_.store(false);
  return left / copies_;
}

void SharedLoad::wake_when_there_is_room() {
  if (backlog() > max_backlog_ / 2) return;
  if (!paused_.exchange(false)) return;
  for (const auto& wake : wakes_) wake();
}

void SharedLoad::fail(const std::string& why) {
  {
    const std::lock_guard lock(failure_mutex_);
    if (failure_.empty()) failure_ = why;
  }
  stop();
}

std::string SharedLoad::failure() const {
  const std::lock_guard lock(failure_mutex_);
  return failure_;
}

}  // namespace bench
