// Publisher and consumer threads against a broker that is one end of a socket pair.

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <memory>
#include <thread>

#include "amqp/frame.h"
#include "amqp/methods.h"
#include "tests/bench/consumer_loop.h"
#include "tests/bench/method_frame.h"
#include "tests/bench/publisher_loop.h"

namespace bench {
namespace {

// The broker's end: reads frames, says "" when nothing comes for a moment.
class Peer {
 public:
  Peer() {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    ours_ = Socket(ends[0]);
    theirs_ = Socket(ends[1]);
    theirs_.set_non_blocking();
  }

  Socket take_other_end() { return std::move(theirs_); }
  void hang_up() { Socket gone = std::move(ours_); }

  void send(const std::string& bytes) {
    EXPECT_EQ(::send(ours_.fd(), bytes.data(), bytes.size(), 0),
              static_cast<ssize_t>(bytes.size()));
  }
  template <typename Method>
  void send(const Method& method) {
    std::string bytes;
    append_method(bytes, 1, method);
    send(bytes);
  }

  // The ids of the next methods, at most `count`; fewer when nothing comes within the time.
  std::vector<std::string> methods(std::size_t count, int patience_ms) {
    std::vector<std::string> seen;
    while (seen.size() < count) {
      const auto read = amqp::read_frame(input_, 1 << 20);
      if (read.status == amqp::FrameStatus::kFrame) {
        if (read.frame.type == 1) seen.push_back(name(read.frame.payload));
        input_.erase(0, read.consumed);
      } else if (!read_more(patience_ms)) {
        break;
      }
    }
    return seen;
  }

 private:
  static std::string name(std::string_view payload) {
    const auto ack = amqp::decode_arguments<amqp::BasicAck>(payload.substr(4));
    if (amqp::wire::load<std::uint32_t>(payload.data()) != amqp::BasicAck::kMethod.id.packed()) {
      return "publish";
    }
    return "ack " + std::to_string(ack->delivery_tag) + (ack->multiple ? " multiple" : "");
  }
  bool read_more(int patience_ms) {
    pollfd poll{.fd = ours_.fd(), .events = POLLIN, .revents = 0};
    if (::poll(&poll, 1, patience_ms) <= 0) return false;
    char buffer[65536];
    const ssize_t got = ::recv(ours_.fd(), buffer, sizeof buffer, 0);
    if (got <= 0) return false;
    input_.append(buffer, static_cast<std::size_t>(got));
    return true;
  }

  Socket ours_;
  Socket theirs_;
  std::string input_;
};

constexpr int kPatience = 10'000;  // for what must come
constexpr int kQuiet = 100;        // for what must not come

// Runs a loop in a thread until the test ends or the loop has failed.
template <typename Loop>
class Running {
 public:
  Running(SharedLoad& shared, Loop& loop) : shared_(shared), thread_([&loop] { loop.run(); }) {}
  ~Running() {
    shared_.stop();
    if (thread_.joinable()) thread_.join();
  }
  void join() { thread_.join(); }

 private:
  SharedLoad& shared_;
  std::thread thread_;
};

std::shared_ptr<const PublishBatch> small_messages() {
  return std::make_shared<PublishBatch>(PublishForm{"", {"q"}, 16, false, 4096}, 4000);
}

template <typename Method>
Method settle(std::uint64_t tag, bool multiple) {
  Method method;
  method.delivery_tag = tag;
  method.multiple = multiple;
  return method;
}

TEST(PublisherLoop, KeepsWithinTheConfirmWindow) {
  SharedLoad shared(1, 0);
  PublisherLoop loop(shared, {.confirm_window = 10, .rate = 0, .heartbeat = 0});
  Peer peer;
  loop.add(peer.take_other_end(), "", small_messages());
  const Running running(shared, loop);
  EXPECT_EQ(peer.methods(10, kPatience).size(), 10u);
  EXPECT_EQ(peer.methods(1, kQuiet).size(), 0u);
  peer.send(settle<amqp::BasicAck>(4, true));
  EXPECT_EQ(peer.methods(4, kPatience).size(), 4u);
  peer.send(settle<amqp::BasicNack>(6, false));
  EXPECT_EQ(peer.methods(1, kPatience).size(), 1u);
  EXPECT_EQ(peer.methods(1, kQuiet).size(), 0u);
  EXPECT_EQ(shared.totals().published, 15u);
  EXPECT_EQ(shared.totals().confirmed, 4u);
  EXPECT_EQ(shared.totals().refused, 1u);
}

TEST(PublisherLoop, PausesAtTheBacklogAndGoesOnWhenHalfIsDelivered) {
  SharedLoad shared(1, 20);
  PublisherLoop loop(shared, {});
  Counters& consumer = shared.new_counters();
  Peer peer;
  loop.add(peer.take_other_end(), "", small_messages());
  const Running running(shared, loop);
  EXPECT_EQ(peer.methods(20, kPatience).size(), 20u);
  EXPECT_EQ(peer.methods(1, kQuiet).size(), 0u);
  add(consumer.delivered, 12);
  shared.delivered();
  EXPECT_EQ(peer.methods(12, kPatience).size(), 12u);
  EXPECT_EQ(peer.methods(1, kQuiet).size(), 0u);
}

TEST(PublisherLoop, ReportsWhatTheBrokerClosedWith) {
  SharedLoad shared(1, 0);
  PublisherLoop loop(shared, {.confirm_window = 1, .rate = 0, .heartbeat = 0});
  Peer peer;
  loop.add(peer.take_other_end(), "", small_messages());
  Running running(shared, loop);
  amqp::ChannelClose close;
  close.reply_code = 404;
  close.reply_text = "NOT_FOUND - no exchange";
  peer.send(close);
  running.join();
  EXPECT_EQ(shared.failure(), "channel.close 404 NOT_FOUND - no exchange");
}

std::string deliveries(std::uint64_t first, std::uint64_t last) {
  std::string bytes;
  for (std::uint64_t tag = first; tag <= last; ++tag) {
    amqp::BasicDeliver deliver;
    deliver.consumer_tag = "c";
    deliver.delivery_tag = tag;
    append_method(bytes, 1, deliver);
    amqp::append_frame(bytes, amqp::FrameType::kHeader, 1,
                       std::string_view("\0\x3c\0\0\0\0\0\0\0\0\0\2\0\0", 14));
    amqp::append_frame(bytes, amqp::FrameType::kBody, 1, "hi");
  }
  return bytes;
}

TEST(ConsumerLoop, AcknowledgesEverySoManyDeliveries) {
  SharedLoad shared(1, 0);
  ConsumerLoop loop(shared, {.ack_every = 3, .heartbeat = 0, .rate = 0});
  Peer peer;
  loop.add(peer.take_other_end(), "");
  const Running running(shared, loop);
  peer.send(deliveries(1, 7));
  EXPECT_EQ(peer.methods(2, kPatience),
            (std::vector<std::string>{"ack 3 multiple", "ack 6 multiple"}));
  peer.send(deliveries(8, 9));
  EXPECT_EQ(peer.methods(1, kPatience), (std::vector<std::string>{"ack 9 multiple"}));
  EXPECT_EQ(shared.totals().delivered, 9u);
}

TEST(ConsumerLoop, AcknowledgesOneByOneWithoutMultiple) {
  SharedLoad shared(1, 0);
  ConsumerLoop loop(shared, {.ack_every = 1, .heartbeat = 0, .rate = 0});
  Peer peer;
  loop.add(peer.take_other_end(), "");
  const Running running(shared, loop);
  peer.send(deliveries(1, 2));
  EXPECT_EQ(peer.methods(2, kPatience), (std::vector<std::string>{"ack 1", "ack 2"}));
}

TEST(ConsumerLoop, FailsWhenTheBrokerHangsUp) {
  SharedLoad shared(1, 0);
  ConsumerLoop loop(shared, {});
  Peer peer;
  loop.add(peer.take_other_end(), "");
  Running running(shared, loop);
  peer.hang_up();
  running.join();
  EXPECT_EQ(shared.failure(), "the broker closed a connection");
}

}  // namespace
}  // namespace bench
