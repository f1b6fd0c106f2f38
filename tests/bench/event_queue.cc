#include "tests/bench/event_queue.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tests/bench/failure.h"

namespace bench {

EventQueue::EventQueue()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)), wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (epoll_ < 0 || wake_ < 0) throw Failure("epoll: {}", std::strerror(errno));
  add(wake_, EPOLLIN, kWakeIndex);
}

EventQueue::~EventQueue() {
  ::close(wake_);
  ::close(epoll_);
}

void EventQueue::add(int fd, std::uint32_t events, std::uint64_t index) {
  epoll_event event{.events = events, .data = {.u64 = index}};
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) {
    throw Failure("epoll_ctl: {}", std::strerror(errno));
  }
}

void EventQueue::change(int fd, std::uint32_t events, std::uint64_t index) {
  epoll_event event{.events = events, .data = {.u64 = index}};
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event);
}

void EventQueue::remove(int fd) {
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
}

std::span<const epoll_event> EventQueue::wait(std::uint64_t timeout_ns) {
  int count = -1;
  if (has_pwait2_) {
    const timespec timeout{.tv_sec = static_cast<time_t>(timeout_ns / 1'000'000'000),
                           .tv_nsec = static_cast<long>(timeout_ns % 1'000'000'000)};
    count = ::epoll_pwait2(epoll_, events_, kMaxEvents, &timeout, nullptr);
    if (count < 0 && errno == ENOSYS) has_pwait2_ = false;
  }
  if (!has_pwait2_) {
    count = ::epoll_wait(epoll_, events_, kMaxEvents, static_cast<int>(timeout_ns / 1'000'000));
  }
  for (int i = 0; i < count; ++i) {
    if (events_[i].data.u64 != kWakeIndex) continue;
    std::uint64_t value = 0;
    [[maybe_unused]] const ssize_t got = ::read(wake_, &value, sizeof value);
    events_[i] = events_[--count];
    break;
  }
  return {events_, static_cast<std::size_t>(count > 0 ? count : 0)};
}

void EventQueue::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t put = ::write(wake_, &one, sizeof one);
}

}  // namespace bench
