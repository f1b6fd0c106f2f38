#pragma once
// A thread for calculations that would make others wait on the management's: one after the other,
// in order. Any thread may add one; what it uses has to be its own.

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace coney::management {

class Worker {
 public:
  Worker() = default;
  ~Worker() { stop(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // The thread begins with the first. Must not throw. Nothing after stop().
  void add(std::function<void()> calculation);
  // Waits for the one that is being done and drops the others.
  void stop();

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable news_;
  std::deque<std::function<void()>> waiting_;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace coney::management
