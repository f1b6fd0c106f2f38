#pragma once
// One thread that takes deliveries from many connections and acknowledges them.

#include <cstdint>
#include <deque>
#include <string>

#include "tests/bench/event_queue.h"
#include "tests/bench/inbound.h"
#include "tests/bench/shared_load.h"
#include "tests/bench/socket.h"

namespace bench {

struct ConsumerHabits {
  std::uint32_t ack_every = 0;  // one ack (multiple) per so many deliveries, 0: auto-ack
  std::uint16_t heartbeat = 0;
  double rate = 0;  // deliveries per second that this thread takes at most, 0: no limit
};

class ConsumerLoop {
 public:
  ConsumerLoop(SharedLoad& shared, const ConsumerHabits& habits);

  // REQUIRES: before run(). The socket is non-blocking and consumes on channel 1.
  void add(Socket socket, std::string unread);
  // Until shared.stopped(). Failures go to shared.
  void run();

 private:
  struct Consumer {
    Socket socket;
    Inbound inbound;
    std::uint64_t index = 0;
    std::uint32_t unacked = 0;
    std::string output;
    bool waits_for_writable = false;
  };
  struct Handler;

  void loop();
  void serve(Consumer& consumer);
  void write(Consumer& consumer);
  // A slow consumer: does not read before what it has is due.
  void pause_for_rate() const;
  void send_heartbeats();

  SharedLoad& shared_;
  Counters& counters_;
  ConsumerHabits habits_;
  EventQueue events_;
  ReadBuffer buffer_;
  std::deque<Consumer> consumers_;
  std::uint64_t started_ = 0;
  std::uint64_t delivered_ = 0;
  std::uint64_t next_heartbeat_ = 0;
};

}  // namespace bench
