#include "mgmt-ui/api/work/worker.h"

#include <pthread.h>

#include <utility>

namespace coney::management {

void Worker::add(std::function<void()> calculation) {
  std::lock_guard lock(mutex_);
  if (stopped_) return;
  waiting_.push_back(std::move(calculation));
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  news_.notify_one();
}

void Worker::stop() {
  std::deque<std::function<void()>> dropped;
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
    dropped.swap(waiting_);
    news_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void Worker::run() {
  ::pthread_setname_np(::pthread_self(), "calculation");
  while (true) {
    std::function<void()> next;
    {
      std::unique_lock lock(mutex_);
      news_.wait(lock, [this] { return stopped_ || !waiting_.empty(); });
      if (stopped_) return;
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    next();
  }
}

}  // namespace coney::management
