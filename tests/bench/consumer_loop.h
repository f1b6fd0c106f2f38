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
  void send_heartbeats();

  SharedLoad& shared_;
  Counters& counters_;
  ConsumerHabits habits_;
  EventQueue events_;
  ReadBuffer buffer_;
  std::deque<Consumer> consumers_;
  std::uint64_t next_heartbeat_ = 0;
};

}  // namespace bench
