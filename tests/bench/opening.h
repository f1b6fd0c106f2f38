#pragma once
// Opens many connections at a time, each with a channel: a small state machine per connection on
// one epoll. Used by churn (opens and closes for ever) and by idle (opens and holds).

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/bench/event_queue.h"
#include "tests/bench/handshake.h"
#include "tests/bench/histogram.h"
#include "tests/bench/options.h"
#include "tests/bench/report.h"
#include "tests/bench/socket.h"

namespace bench {

class Opening {
 public:
  explicit Opening(const CommonOptions& common);

  // Opens `count` connections, `parallel` at a time, and holds them. Throws Failure.
  void open_and_hold(int count, int parallel);
  // Opens and closes until `seconds` have passed; returns how many made the whole way.
  std::uint64_t churn(int parallel, double seconds);
  // Keeps what is held alive for `seconds`: answers nothing, sends heartbeats, fails on a close.
  void hold(double seconds);
  void close_all();

  // Connect to channel.open-ok.
  const Histogram& histogram() const { return histogram_; }

 private:
  enum class Phase : std::uint8_t { kConnecting, kOpening, kOpen, kClosing };
  struct Connection {
    Connection(Socket&& s, const Handshake& h, std::uint64_t now)
        : socket(std::move(s)), handshake(h), started(now) {}
    Socket socket;
    Handshake handshake;
    std::string input;
    std::string output;
    std::uint64_t started;
    Phase phase = Phase::kConnecting;
  };

  void start(std::size_t slot);
  // One round of the loop; fails when nothing happened for the time limit.
  void turn();
  void serve(std::size_t slot, std::uint32_t events);
  void read(Connection& connection);
  // False when that closed the connection: it is gone then.
  bool take_frames(std::size_t slot, Connection& connection);
  bool take_frame(std::size_t slot, Connection& connection, const amqp::Frame& frame);
  void on_open(Connection& connection);
  void on_closed(std::size_t slot);
  void flush(Connection& connection);
  void begin_close(Connection& connection);

  const CommonOptions& common_;
  Address address_;
  EventQueue events_;
  std::vector<std::unique_ptr<Connection>> connections_;
  Histogram histogram_;
  bool close_when_open_ = false;
  bool restart_ = false;
  std::uint64_t opened_ = 0;
  std::uint64_t closed_ = 0;
  std::uint64_t last_event_ = 0;
};

// coney-bench churn and coney-bench idle.
Report run_churn(const CommonOptions& common, const ChurnOptions& churn);
Report run_idle(const CommonOptions& common, const ChurnOptions& churn);

}  // namespace bench
