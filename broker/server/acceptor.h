#pragma once
// Accepts the connections of one listener and hands each to the shard that has the fewest. One
// socket with one acceptor, on the first shard, spreads connections evenly; sockets per shard
// (SO_REUSEPORT) would leave it to a hash of the addresses, and a few heavy connections often meet
// on one core. Accepting is rare beside the messages that flow afterwards.
// Used on the thread of `shard`; may be made before that starts.

#include <chrono>
#include <cstdint>
#include <memory>

#include "broker/shard/shard.h"
#include "broker/transport/listen_socket.h"

namespace coney {

class Acceptor final : public SocketHandler {
 public:
  // `listener`: index into the server's listeners. REQUIRES: all shards exist.
  Acceptor(Shard& shard, ListenSocket socket, std::uint32_t listener);

  void on_readable() override;
  void on_writable() override {}

 private:
  enum class Accepted : std::uint8_t { kOne, kNone, kLater };
  Accepted accept_one();
  Accepted handle_error(const AcceptResult& result);
  Shard& least_busy_shard() const;

  Shard& shard_;
  ListenSocket socket_;
  const std::uint32_t listener_;
  bool told_exhausted_ = false;
  std::shared_ptr<Acceptor*> self_;     // for tasks that run later: cleared when this goes
  std::unique_ptr<SocketWatch> watch_;  // goes before socket_
};

}  // namespace coney
