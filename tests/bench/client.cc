#include "tests/bench/client.h"

#include <cerrno>
#include <cstring>

#include "tests/bench/handshake.h"

namespace bench {
namespace {

constexpr std::uint32_t kMaxPayload = 64u << 20;

std::string reason(int error) {
  return error == EAGAIN ? "the broker does not answer" : std::strerror(error);
}

}  // namespace

Client::Client(const Uri& uri, const ClientOptions& options) : socket_(connect_to(resolve(uri))) {
  socket_.set_timeout(options.timeout_seconds);
  open(uri, options);
}

void Client::open(const Uri& uri, const ClientOptions& options) {
  Handshake handshake(uri, options.heartbeat);
  output_ = amqp::kProtocolHeader;
  auto state = Handshake::State::kGoingOn;
  while (state == Handshake::State::kGoingOn) {
    flush();
    state = handshake.on_frame(next_frame(), output_);
  }
  if (state == Handshake::State::kFailed) throw Failure("{}", handshake.error());
  frame_max_ = handshake.frame_max();
}

void Client::close() {
  amqp::ConnectionClose close;
  close.reply_code = 200;
  append_method(output_, 0, close);
  await<amqp::ConnectionCloseOk>();
}

void Client::flush() {
  std::string_view rest = output_;
  while (!rest.empty()) {
    const ssize_t sent = socket_.send(rest, 0);
    if (sent < 0) throw Failure("write: {}", reason(errno));
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
  output_.clear();
}

std::string_view Client::await_method(std::uint32_t id) {
  flush();
  for (;;) {
    const amqp::Frame frame = next_frame();
    if (frame.type == static_cast<std::uint8_t>(amqp::FrameType::kHeartbeat)) continue;
    if (frame.payload.size() < 4) throw Failure("an unexpected frame of type {}", frame.type);
    const auto got = amqp::wire::load<std::uint32_t>(frame.payload.data());
    const std::string_view arguments = frame.payload.substr(4);
    if (got == id) return arguments;
    if (got == amqp::ConnectionBlocked::kMethod.id.packed()) continue;
    if (got == amqp::ConnectionUnblocked::kMethod.id.packed()) continue;
    throw Failure("{}", describe_method(got, arguments));
  }
}

amqp::Frame Client::next_frame() {
  for (;;) {
    const auto read = amqp::read_frame(std::string_view(input_).substr(taken_), kMaxPayload);
    if (read.status == amqp::FrameStatus::kFrame) {
      taken_ += read.consumed;
      return read.frame;
    }
    if (read.status != amqp::FrameStatus::kNeedMore) {
      throw Failure("the server does not speak AMQP 0-9-1");
    }
    read_more();
  }
}

void Client::read_more() {
  input_.erase(0, taken_);
  taken_ = 0;
  char buffer[65536];
  const ssize_t got = socket_.receive(buffer, sizeof buffer, 0);
  if (got == 0) throw Failure("the broker closed the connection");
  if (got < 0) throw Failure("read: {}", reason(errno));
  input_.append(buffer, static_cast<std::size_t>(got));
}

Socket Client::release(std::string& unread) {
  flush();
  unread = input_.substr(taken_);
  socket_.set_non_blocking();
  return std::move(socket_);
}

}  // namespace bench
