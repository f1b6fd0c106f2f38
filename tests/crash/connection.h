#pragma once
// A connection to the broker under load: nothing blocks, and when the broker dies what it had sent
// before is still taken. One channel, number 1.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "amqp/frame.h"
#include "amqp/methods.h"
#include "tests/bench/client.h"
#include "tests/bench/method_frame.h"

namespace coney::crash {

struct Incoming {
  std::uint64_t tag = 0;
  bool redelivered = false;
  std::string_view properties, body;
};

class Connection {
 public:
  // Views live until the call returns.
  class Handler {
   public:
    virtual ~Handler() = default;
    virtual void on_delivery(const Incoming&) {}
    virtual void on_confirm(std::uint64_t, bool /*multiple*/, bool /*ack*/) {}
    // Any other method, without its content; `arguments` for decode_arguments().
    virtual void on_answer(std::uint32_t id, std::string_view arguments) = 0;
  };

  // Takes over what was opened and set up.
  Connection(bench::Client&& client, Handler& handler);

  int fd() const { return socket_.fd(); }
  std::size_t unsent() const { return out_.size(); }
  template <typename Method>
  void send(const Method& method) {
    bench::append_method(out_, 1, method);
  }
  void publish(std::string_view exchange, std::string_view key, std::string_view properties,
               std::string_view body);

  // Writes what the socket takes; reads and handles what is there. False once the stream has ended.
  bool write();
  bool read();
  // Without waiting: all that the broker has sent. REQUIRES: it is dead, or will be forgotten.
  void read_rest();

 private:
  struct Content {
    bool is_delivery = false;
    Incoming incoming;
    std::uint64_t size = 0;
    std::string properties, body;
  };

  std::size_t receive();  // 0: there is nothing, or the stream has ended (alive_)
  void take_frames();
  void take(const amqp::Frame& frame);
  void take_method(std::string_view payload);
  void finish();

  bench::Socket socket_;
  Handler& handler_;
  const std::uint32_t frame_max_;
  bool alive_ = true;
  std::string in_, out_;
  std::optional<Content> content_;
};

}  // namespace coney::crash
