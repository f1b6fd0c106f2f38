#pragma once
// The client's side of opening a connection and its channel 1: frames in, frames out, no I/O.
// PLAIN only. It takes the server's channel-max and frame-max as they are.

#include <cstdint>
#include <string>

#include "amqp/frame.h"
#include "tests/bench/uri.h"

namespace bench {

class Handshake {
 public:
  // `heartbeat` in seconds, 0 asks for none.
  Handshake(const Uri& uri, std::uint16_t heartbeat) : uri_(&uri), heartbeat_(heartbeat) {}

  enum class State : std::uint8_t { kGoingOn, kOpen, kFailed };

  // Takes a frame and appends the answer to `out`. The protocol header goes first, by the caller.
  State on_frame(const amqp::Frame& frame, std::string& out);

  std::uint32_t frame_max() const { return frame_max_; }
  // After kFailed: what the server said.
  const std::string& error() const { return error_; }

 private:
  State on_start(std::string_view arguments, std::string& out);
  State on_tune(std::string_view arguments, std::string& out);
  State fail(std::string why);

  const Uri* uri_;
  std::uint16_t heartbeat_;
  std::uint32_t frame_max_ = 131072;
  std::string error_;
};

// "connection.close 403 ACCESS_REFUSED - ..." for a close method, the method's name for others.
std::string describe_method(std::uint32_t id, std::string_view arguments);

}  // namespace bench
