#pragma once
// The client's end of a connection to SmallBroker.

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <utility>

#include "broker/transport/file_descriptor.h"
#include "tests/fuzz/broker_stream.h"

namespace coney::fuzz {

class Peer {
 public:
  explicit Peer(FileDescriptor socket) : socket_(std::move(socket)) {}

  int fd() const { return socket_.get(); }
  bool ended() const { return ended_; }  // the broker has ended its side

  // False when the broker has to read first.
  bool send(std::string_view piece) {
    const ssize_t count = ::send(fd(), piece.data(), piece.size(), MSG_NOSIGNAL);
    return count >= 0 || errno != EAGAIN;  // what a closed connection does not take is lost
  }
  void end() { ::shutdown(fd(), SHUT_WR); }
  void close() { socket_.reset(); }

  // Reads what is there.
  template <typename OnReceived>
  void read(OnReceived on_received) {
    thread_local std::string buffer(1 << 20, '\0');
    while (!ended_) {
      const ssize_t count = ::recv(fd(), buffer.data(), buffer.size(), 0);
      if (count < 0 && errno == EAGAIN) return;
      ended_ = count <= 0;
      if (!ended_) stream_.take({buffer.data(), static_cast<std::size_t>(count)}, on_received);
    }
  }

 private:
  FileDescriptor socket_;
  bool ended_ = false;
  amqp::fuzz::BrokerStream stream_;
};

// Waits until one of the two can be read, or `writer` written.
inline void wait_for(const Peer& one, const Peer& other, const Peer* writer = nullptr) {
  pollfd fds[] = {{one.fd(), POLLIN, 0}, {other.fd(), POLLIN, 0}, {-1, POLLOUT, 0}};
  if (one.ended()) fds[0].fd = -1;
  if (other.ended()) fds[1].fd = -1;
  if (writer) fds[2].fd = writer->fd();
  constexpr int kPatience = 20'000;  // ms
  int ready;
  do ready = ::poll(fds, 3, kPatience);
  while (ready < 0 && errno == EINTR);
  amqp::fuzz::check(ready > 0, "the broker goes on");
}

}  // namespace coney::fuzz
