#pragma once
// All that one HTTP client sends over its connection, in pieces of any size (the first byte says of
// which), to the management of a broker in memory; and that a second client is served after it.

#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <string>
#include <string_view>

#include "mgmt-ui/api/http/http_server.h"
#include "tests/fuzz/management_entry.h"

namespace coney::fuzz {

class HttpPeer {
 public:
  HttpPeer(management::HttpServer& server, boost::asio::io_context& io) : io_(io) {
    int ends[2];
    amqp::fuzz::check(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "there are sockets");
    socket_.reset(ends[0]);
    server.serve(FileDescriptor(ends[1]), management::Peer{"127.0.0.1"}, nullptr);
  }

  void send(std::string_view text) {
    while (!text.empty()) {
      turn();
      const ssize_t sent =
          ::send(socket_.get(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent < 0 && errno != EAGAIN) return;  // it has closed the connection
      if (sent > 0) text.remove_prefix(static_cast<std::size_t>(sent));
    }
    turn();
  }
  void end() {
    ::shutdown(socket_.get(), SHUT_WR);
    turn();
  }
  const std::string& received() const { return received_; }

 private:
  // The server acts on all it has got.
  void turn() {
    bool more = true;
    while (more) {
      io_.restart();
      more = io_.poll() != 0;
      char buffer[65536];
      ssize_t got = 0;
      while ((got = ::recv(socket_.get(), buffer, sizeof buffer, MSG_DONTWAIT)) > 0) {
        received_.append(buffer, static_cast<std::size_t>(got));
        more = true;
      }
    }
  }

  boost::asio::io_context& io_;
  FileDescriptor socket_;
  std::string received_;
};

inline void http(std::string_view input) {
  if (input.empty()) return;
  const std::size_t piece = static_cast<unsigned char>(input.front()) + std::size_t{1};
  ManagedState state;
  management::Api api(state.directory(), state, management::all_routes());
  auto io = std::make_unique<boost::asio::io_context>();
  management::HttpServer server(*io, api);
  {
    HttpPeer client(server, *io);
    for (std::string_view left = input.substr(1); !left.empty();) {
      client.send(left.substr(0, piece));
      left.remove_prefix(std::min(piece, left.size()));
    }
    client.end();
    const std::string& answer = client.received();
    amqp::fuzz::check(answer.empty() || answer.starts_with("HTTP/1."), "an answer is HTTP");
  }
  {
    HttpPeer other(server, *io);
    other.send(
        "GET /api/version HTTP/1.1\r\nHost: x\r\nAuthorization: Basic "
        "Z3Vlc3Q6Z3Vlc3Q=\r\n\r\n");
    amqp::fuzz::check(other.received().starts_with("HTTP/1.1 "), "others are served");
  }
  io.reset();  // what runs on it refers to the server
}

}  // namespace coney::fuzz
