#pragma once
// epoll and an eventfd to wake it, for one thread. wake() may be called from any thread.

#include <sys/epoll.h>

#include <cstdint>
#include <span>

namespace bench {

class EventQueue {
 public:
  EventQueue();
  ~EventQueue();
  EventQueue(const EventQueue&) = delete;
  EventQueue& operator=(const EventQueue&) = delete;

  // `events` as EPOLLIN and so on; `index` comes back in data.u64.
  void add(int fd, std::uint32_t events, std::uint64_t index);
  void change(int fd, std::uint32_t events, std::uint64_t index);
  void remove(int fd);
  // Waits at most this long, with better than a millisecond's resolution where the kernel has it.
  // Wake-ups are not among the events.
  std::span<const epoll_event> wait(std::uint64_t timeout_ns);
  void wake();

 private:
  static constexpr int kMaxEvents = 256;
  static constexpr std::uint64_t kWakeIndex = ~std::uint64_t{0};

  int epoll_ = -1;
  int wake_ = -1;
  bool has_pwait2_ = true;
  epoll_event events_[kMaxEvents];
};

}  // namespace bench
