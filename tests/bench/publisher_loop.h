#pragma once
// One thread that publishes over many connections, as fast as window, backlog and rate allow.

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "tests/bench/confirm_window.h"
#include "tests/bench/event_queue.h"
#include "tests/bench/inbound.h"
#include "tests/bench/publish_batch.h"
#include "tests/bench/shared_load.h"
#include "tests/bench/socket.h"

namespace bench {

struct PublisherLimits {
  std::uint32_t confirm_window = 0;  // 0: publishes are not confirmed
  double rate = 0;                   // messages per second of each connection, 0: no limit
  std::uint16_t heartbeat = 0;
};

class PublisherLoop {
 public:
  PublisherLoop(SharedLoad& shared, const PublisherLimits& limits);

  // REQUIRES: before run(). The socket is non-blocking.
  void add(Socket socket, std::string unread, std::shared_ptr<const PublishBatch> batch);
  // Until shared.stopped(). Failures go to shared.
  void run();

 private:
  struct Publisher {
    Socket socket;
    Inbound inbound;
    std::shared_ptr<const PublishBatch> batch;
    std::string_view pending;  // of the batch: promised to the socket
    std::size_t next = 0;      // message of the batch
    std::uint64_t sent = 0;
    ConfirmWindow window;
    bool writable = true;
  };
  struct Handler;

  void loop();
  // Sends what is allowed once; true when it might send more.
  bool pump(Publisher& publisher, std::uint64_t now);
  // How many messages may be sent now.
  std::size_t allowance(const Publisher& publisher, std::uint64_t now);
  void choose_pending(Publisher& publisher, std::size_t count);
  bool write_pending(Publisher& publisher);
  void read(Publisher& publisher);
  void send_heartbeats(std::uint64_t now);
  std::uint64_t wait_time(bool progressed) const;

  SharedLoad& shared_;
  Counters& counters_;
  PublisherLimits limits_;
  EventQueue events_;
  ReadBuffer buffer_;
  std::deque<Publisher> publishers_;
  std::uint64_t started_ = 0;
  std::uint64_t next_heartbeat_ = 0;
};

}  // namespace bench
