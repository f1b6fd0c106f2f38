#pragma once
// Where the other threads put a shard's mail. One of the few objects with a mutex: it is held for
// the time of moving a batch.

#include <atomic>
#include <mutex>
#include <vector>

#include "broker/shard/mail.h"

namespace coney {

class Inbox {
 public:
  // Any thread. Empties `batch`, which may come back with memory of another one. True when the
  // inbox was empty: the owner is to be woken. REQUIRES: `batch` is not empty.
  bool append(std::vector<Mail>& batch);

  // Any thread; one load. Mail that was appended before something this thread has learnt of (by
  // other mail, through a socket) is seen.
  bool has_mail() const { return has_mail_.load(std::memory_order_acquire); }

  // The owner's thread. REQUIRES: `into` is empty; its memory goes into the inbox.
  void take(std::vector<Mail>& into);

 private:
  std::mutex mutex_;
  std::vector<Mail> mail_;  // guarded by mutex_
  std::atomic<bool> has_mail_{false};
};

}  // namespace coney
