#pragma once
// What a thread of the store is to do. One of the store's locks. Any thread posts, one takes; what
// was posted is taken in order, all that is there at once.

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

namespace coney {

// Work: default-constructible lists of requests, with `bool empty() const`.
template <typename Work>
class Mailbox {
 public:
  using Clock = std::chrono::steady_clock;

  struct Taken {
    Work work;
    bool stopping = false;  // and nothing will follow
  };

  // add(work) puts something in. False when it was stopped; then nothing was added.
  template <typename Add>
  bool post(Add add) {
    {
      std::lock_guard lock(mutex_);
      if (stopped_) return false;
      add(work_);
    }
    wake_.notify_one();
    return true;
  }

  // Waits until there is something, the mailbox was stopped, or `until` has come.
  Taken take(std::optional<Clock::time_point> until) {
    std::unique_lock lock(mutex_);
    const auto ready = [this] { return stopped_ || !work_.empty(); };
    if (until) {
      wake_.wait_until(lock, *until, ready);
    } else {
      wake_.wait(lock, ready);
    }
    return {std::exchange(work_, Work()), stopped_};
  }

  // What is there is still taken; nothing is added any more.
  void stop() {
    {
      std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    wake_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  Work work_;
  bool stopped_ = false;
};

}  // namespace coney
