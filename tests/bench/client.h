#pragma once
// A blocking AMQP client for setting a run up and clearing it away: one connection, channel 1.
// Every wait has a time limit; everything unexpected is a Failure.

#include <cstdint>
#include <string>
#include <string_view>

#include "amqp/methods.h"
#include "tests/bench/failure.h"
#include "tests/bench/method_frame.h"
#include "tests/bench/socket.h"
#include "tests/bench/uri.h"

namespace bench {

struct ClientOptions {
  std::uint16_t heartbeat = 0;
  int timeout_seconds = 30;
};

class Client {
 public:
  Client(const Uri& uri, const ClientOptions& options);

  // Sends a method on channel 1 and waits for its reply. Views in the reply live until the next
  // call.
  template <typename Reply, typename Method>
  Reply call(const Method& method) {
    post(method);
    return await<Reply>();
  }
  // Only puts the method behind what is to be sent; await() and flush() send it.
  template <typename Method>
  void post(const Method& method) {
    append_method(output_, 1, method);
  }
  template <typename Reply>
  Reply await() {
    const auto decoded = amqp::decode_arguments<Reply>(await_method(Reply::kMethod.id.packed()));
    if (!decoded) throw Failure("{} cannot be read", Reply::kMethod.name);
    return *decoded;
  }
  void flush();
  // connection.close and its answer.
  void close();

  std::uint32_t frame_max() const { return frame_max_; }
  // Hands the connection to an event loop; `unread` gets what came already. The client is empty
  // then.
  Socket release(std::string& unread);

 private:
  void open(const Uri& uri, const ClientOptions& options);
  std::string_view await_method(std::uint32_t id);
  // The next frame; its views live until the next call.
  amqp::Frame next_frame();
  void read_more();

  Socket socket_;
  std::string input_;
  std::size_t taken_ = 0;  // of input_
  std::string output_;
  std::uint32_t frame_max_ = 0;
};

}  // namespace bench
