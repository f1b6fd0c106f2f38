#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "tests/fuzz/check.h"
#include "tests/fuzz/neighbour.h"
#include "tests/fuzz/peer.h"
#include "tests/fuzz/small_broker.h"

namespace coney::fuzz {

inline constexpr std::size_t kScriptHead = 2;  // octets in front of what the client sends
inline constexpr unsigned char kScriptOpened = 1;
inline constexpr unsigned char kScriptOnFarShard = 2;

// How often the broker answers a script, with one connection.update-secret at its end, with
// update-secret-ok, unless it closes the connection. None: the script ends inside a frame.
inline std::optional<int> expected_answers(std::string_view script, bool opened) {
  constexpr std::string_view kId("\0\x0A\0\x46", 4);
  if (!opened) {
    if (script.size() < amqp::kProtocolHeader.size()) return std::nullopt;
    script.remove_prefix(amqp::kProtocolHeader.size());
  }
  int answers = 1;
  while (!script.empty()) {
    const amqp::FrameRead read = amqp::read_frame(script, UINT32_MAX - 16);
    if (read.status == amqp::FrameStatus::kNeedMore) return std::nullopt;
    if (read.status != amqp::FrameStatus::kFrame) break;  // closes the connection
    if (read.frame.channel == 0 && read.frame.payload.starts_with(kId)) ++answers;
    script.remove_prefix(read.consumed);
  }
  return answers;
}

// The client that is fuzzed, with the other one served while it waits.
class Script {
 public:
  Script(FileDescriptor socket, Neighbour& neighbour)
      : peer_(std::move(socket)), neighbour_(neighbour) {}

  void send(std::string_view bytes) {
    while (!peer_.send(bytes)) {
      wait_for(peer_, neighbour_.peer(), &peer_);
      read();
    }
  }
  // Whatever was sent has been acted on: there are that many update-secret-ok, or it is closed.
  void settle(int answers) {
    read_until([&] { return closed_ || answers_ >= answers; });
  }
  void end() {
    peer_.end();
    read_until([] { return false; });
    peer_.close();
  }

 private:
  template <typename Done>
  void read_until(Done done) {
    for (read(); !peer_.ended() && !done(); read()) wait_for(peer_, neighbour_.peer());
  }
  void read() {
    peer_.read([this](const amqp::fuzz::Received& received) {
      if (received.is<amqp::ConnectionUpdateSecretOk>()) ++answers_;
      closed_ =
          closed_ || received.is<amqp::ConnectionClose>() || received.is<amqp::ConnectionCloseOk>();
    });
    neighbour_.read();
  }

  Peer peer_;
  Neighbour& neighbour_;
  int answers_ = 0;
  bool closed_ = false;
};

// All that one client sends, to a broker with two shards and another client on the second. First
// octet: kScriptOpened, the script begins behind channel.open and not at the protocol header;
// kScriptOnFarShard, the client is on the other client's shard. Second octet: the size of the
// pieces in which the script arrives, 0 for 4096. Whatever it is, the broker acts on all of it or
// closes the connection, sends well-formed frames, and goes on to serve the other client.
inline void connection(std::string_view input) {
  if (input.size() < kScriptHead) return;
  const auto flags = static_cast<unsigned char>(input[0]);
  const std::size_t piece = input[1] == 0 ? 4096 : static_cast<unsigned char>(input[1]);
  const bool opened = (flags & kScriptOpened) != 0;
  SmallBroker broker;
  Neighbour neighbour(broker.connect(1));
  Script script(broker.connect((flags & kScriptOnFarShard) != 0 ? 1 : 0), neighbour);
  if (opened) script.send(opening());
  for (std::size_t at = kScriptHead; at < input.size(); at += piece) {
    script.send(input.substr(at, piece));
  }
  if (const auto answers = expected_answers(input.substr(kScriptHead), opened)) {
    script.send(method_frame(0, amqp::ConnectionUpdateSecret{}));
    script.settle(*answers);
  }
  neighbour.flush();
  script.end();
  neighbour.expect_service();
  neighbour.peer().close();
}

}  // namespace coney::fuzz
