#include "tests/bench/consumer_loop.h"

#include <chrono>
#include <thread>

#include "amqp/frame.h"
#include "tests/bench/handshake.h"
#include "tests/bench/process_usage.h"

namespace bench {
namespace {

constexpr std::uint64_t kMillisecond = 1'000'000;

// basic.ack on channel 1; the tag is put in at kAckTagAt.
constexpr std::string_view kAck{"\1\0\1\0\0\0\x0d\0\x3c\0\x50\0\0\0\0\0\0\0\0\0\xCE", 21};
constexpr std::size_t kAckTagAt = 11;
constexpr std::size_t kAckMultipleAt = 19;

void append_ack(std::string& out, std::uint64_t tag, bool multiple) {
  const std::size_t start = out.size();
  out.append(kAck);
  amqp::wire::store(out.data() + start + kAckTagAt, tag);
  out[start + kAckMultipleAt] = multiple ? 1 : 0;
}

}  // namespace

struct ConsumerLoop::Handler {
  Consumer& consumer;
  std::uint32_t ack_every;
  std::uint64_t count = 0;

  void delivered(std::uint64_t tag, std::uint64_t) {
    ++count;
    if (ack_every == 0 || ++consumer.unacked < ack_every) return;
    append_ack(consumer.output, tag, ack_every > 1);
    consumer.unacked = 0;
  }
  void confirmed(std::uint64_t, bool, bool) {}
  void method(std::uint16_t, std::uint32_t id, std::string_view arguments) {
    if (id == amqp::ConnectionBlocked::kMethod.id.packed()) return;
    if (id == amqp::ConnectionUnblocked::kMethod.id.packed()) return;
    throw Failure("{}", describe_method(id, arguments));
  }
  void broken(const char* why) { throw Failure("the broker sent {}", why); }
};

ConsumerLoop::ConsumerLoop(SharedLoad& shared, const ConsumerHabits& habits)
    : shared_(shared), counters_(shared.new_counters()), habits_(habits) {}

void ConsumerLoop::add(Socket socket, std::string unread) {
  const std::uint64_t index = consumers_.size();
  events_.add(socket.fd(), EPOLLIN, index);
  consumers_.push_back({std::move(socket), Inbound(std::move(unread)), index, 0, {}, false});
}

void ConsumerLoop::run() {
  try {
    loop();
  } catch (const std::exception& error) {
    shared_.fail(error.what());
  }
}

void ConsumerLoop::loop() {
  started_ = now_ns();
  while (!shared_.stopped()) {
    if (habits_.rate > 0) pause_for_rate();
    for (const epoll_event& event : events_.wait(50 * kMillisecond)) {
      Consumer& consumer = consumers_[event.data.u64];
      if ((event.events & ~EPOLLOUT) != 0) serve(consumer);
      if (!consumer.output.empty()) write(consumer);
    }
    if (habits_.heartbeat > 0) send_heartbeats();
  }
}

void ConsumerLoop::serve(Consumer& consumer) {
  Handler handler{consumer, habits_.ack_every};
  consumer.inbound.read(consumer.socket, buffer_, handler);
  if (handler.count == 0) return;
  delivered_ += handler.count;
  bench::add(counters_.delivered, handler.count);
  shared_.delivered();
}

void ConsumerLoop::pause_for_rate() const {
  auto due = [this] { return static_cast<double>(now_ns() - started_) / 1e9 * habits_.rate; };
  while (!shared_.stopped() && static_cast<double>(delivered_) > due()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

void ConsumerLoop::write(Consumer& consumer) {
  const ssize_t sent = consumer.socket.send(consumer.output, MSG_DONTWAIT);
  if (sent < 0 && errno != EAGAIN && errno != EINTR) {
    throw Failure("write: {}", std::strerror(errno));
  }
  if (sent > 0) consumer.output.erase(0, static_cast<std::size_t>(sent));
  const bool waits = !consumer.output.empty();
  if (waits == consumer.waits_for_writable) return;
  consumer.waits_for_writable = waits;
  events_.change(consumer.socket.fd(), waits ? EPOLLIN | EPOLLOUT : EPOLLIN, consumer.index);
}

void ConsumerLoop::send_heartbeats() {
  const std::uint64_t now = now_ns();
  if (now < next_heartbeat_) return;
  next_heartbeat_ = now + habits_.heartbeat * 500 * kMillisecond;
  for (Consumer& consumer : consumers_) {
    amqp::append_frame(consumer.output, amqp::FrameType::kHeartbeat, 0, "");
    write(consumer);
  }
}

}  // namespace bench
