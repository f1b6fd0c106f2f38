#include "tests/bench/publisher_loop.h"

#include <algorithm>

#include "amqp/frame.h"
#include "tests/bench/handshake.h"
#include "tests/bench/process_usage.h"

namespace bench {

constexpr std::uint64_t kMillisecond = 1'000'000;

struct PublisherLoop::Handler {
  Publisher& publisher;
  Counters& counters;

  void delivered(std::uint64_t, std::uint64_t) {}
  void confirmed(std::uint64_t tag, bool multiple, bool ack) {
    const std::uint64_t count = publisher.window.confirm(tag, multiple);
    bench::add(ack ? counters.confirmed : counters.refused, count);
  }
  void method(std::uint16_t, std::uint32_t id, std::string_view arguments) {
    if (id == amqp::BasicReturn::kMethod.id.packed()) return bench::add(counters.returned, 1);
    if (id == amqp::ConnectionBlocked::kMethod.id.packed()) return bench::add(counters.blocked, 1);
    if (id == amqp::ConnectionUnblocked::kMethod.id.packed()) return;
    throw Failure("{}", describe_method(id, arguments));
  }
  void broken(const char* why) { throw Failure("the broker sent {}", why); }
};

PublisherLoop::PublisherLoop(SharedLoad& shared, const PublisherLimits& limits)
    : shared_(shared), counters_(shared.new_counters()), limits_(limits) {
  shared_.on_room([this] { events_.wake(); });
}

void PublisherLoop::add(Socket socket, std::string unread,
                        std::shared_ptr<const PublishBatch> batch) {
  events_.add(socket.fd(), EPOLLIN | EPOLLOUT | EPOLLET, publishers_.size());
  // Connections start at different messages, so that few of them still reach every queue.
  const std::size_t start = publishers_.size() % batch->messages();
  publishers_.push_back(
      {std::move(socket), Inbound(std::move(unread)), std::move(batch), {}, start, 0, {}, true});
}

void PublisherLoop::run() {
  try {
    loop();
  } catch (const std::exception& error) {
    shared_.fail(error.what());
  }
}

void PublisherLoop::loop() {
  started_ = now_ns();
  while (!shared_.stopped()) {
    bool progressed = false;
    const std::uint64_t now = limits_.rate > 0 || limits_.heartbeat > 0 ? now_ns() : 0;
    for (Publisher& publisher : publishers_) progressed |= pump(publisher, now);
    for (const epoll_event& event : events_.wait(wait_time(progressed))) {
      Publisher& publisher = publishers_[event.data.u64];
      if ((event.events & EPOLLOUT) != 0) publisher.writable = true;
      if ((event.events & ~EPOLLOUT) != 0) read(publisher);
    }
    if (limits_.heartbeat > 0) send_heartbeats(now);
  }
}

std::uint64_t PublisherLoop::wait_time(bool progressed) const {
  if (progressed) return 0;
  return limits_.rate > 0 ? kMillisecond : 50 * kMillisecond;
}

bool PublisherLoop::pump(Publisher& publisher, std::uint64_t now) {
  if (!publisher.writable) return false;
  if (publisher.pending.empty()) {
    const std::size_t count = allowance(publisher, now);
    if (count == 0) return false;
    choose_pending(publisher, count);
  }
  return write_pending(publisher);
}

std::size_t PublisherLoop::allowance(const Publisher& publisher, std::uint64_t now) {
  auto most = static_cast<std::int64_t>(publisher.batch->messages() - publisher.next);
  if (limits_.confirm_window > 0) {
    const auto used = static_cast<std::int64_t>(publisher.window.unconfirmed());
    most = std::min(most, limits_.confirm_window - used);
  }
  if (limits_.rate > 0) {
    const double due = static_cast<double>(now - started_) / 1e9 * limits_.rate;
    most =
        std::min(most, static_cast<std::int64_t>(due) - static_cast<std::int64_t>(publisher.sent));
  }
  if (most > 0) most = std::min(most, shared_.room());
  return static_cast<std::size_t>(std::max<std::int64_t>(most, 0));
}

void PublisherLoop::choose_pending(Publisher& publisher, std::size_t count) {
  publisher.pending = publisher.batch->range(publisher.next, count);
  publisher.next = (publisher.next + count) % publisher.batch->messages();
  publisher.sent += count;
  if (limits_.confirm_window > 0) publisher.window.publish(count);
  bench::add(counters_.published, count);
}

bool PublisherLoop::write_pending(Publisher& publisher) {
  const std::string_view pending = publisher.pending;
  const ssize_t sent = publisher.socket.send(pending, MSG_DONTWAIT);
  if (sent < 0 && errno != EAGAIN && errno != EINTR) {
    read(publisher);  // a close that the broker sent says more than the broken pipe
    throw Failure("write: {}", std::strerror(errno));
  }
  publisher.pending.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
  publisher.writable = publisher.pending.empty();
  return publisher.writable;
}

void PublisherLoop::read(Publisher& publisher) {
  Handler handler{publisher, counters_};
  while (publisher.inbound.read(publisher.socket, buffer_, handler)) {
  }
}

void PublisherLoop::send_heartbeats(std::uint64_t now) {
  if (now < next_heartbeat_) return;
  next_heartbeat_ = now + limits_.heartbeat * 500 * kMillisecond;
  static constexpr std::string_view kHeartbeat{"\x08\0\0\0\0\0\0\xCE", 8};
  for (Publisher& publisher : publishers_) {
    // A connection in the middle of a write is not idle.
    if (publisher.pending.empty()) publisher.pending = kHeartbeat, write_pending(publisher);
  }
}

}  // namespace bench
