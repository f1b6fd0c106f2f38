#pragma once
// A client of DrivenBroker on the test's thread. Nothing waits: what was sent is written and what
// has come is read by pump(). Several channels, as no order is kept between connections.

#include <sys/socket.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <utility>

#include "amqp/frame.h"
#include "amqp/methods.h"
#include "amqp/properties.h"
#include "broker/transport/file_descriptor.h"
#include "tests/fuzz/broker_stream.h"

namespace coney {

class DrivenClient {
 public:
  using Received = amqp::fuzz::Received;

  // Logs in as guest and opens channels 1 to `channels`.
  DrivenClient(FileDescriptor socket, std::uint16_t channels);

  template <typename Method>
  void send(std::uint16_t channel, const Method& method) {
    std::string payload;
    amqp::encode_method(payload, method);
    amqp::append_frame(out_, amqp::FrameType::kMethod, channel, payload);
  }
  void publish(std::uint16_t channel, std::string_view exchange, std::string_view key,
               bool persistent, std::string_view body);

  // Calls on_received(Received) for everything that is there. False: nothing was written or read.
  template <typename OnReceived>
  bool pump(OnReceived on_received);
  bool ended() const { return ended_; }  // the broker has ended its side

 private:
  static constexpr std::uint32_t kFrameMax = 131'072;

  bool write();

  FileDescriptor socket_;
  std::string out_;
  bool ended_ = false;
  amqp::fuzz::BrokerStream stream_;
};

inline DrivenClient::DrivenClient(FileDescriptor socket, std::uint16_t channels)
    : socket_(std::move(socket)) {
  using namespace std::string_view_literals;
  out_ = amqp::kProtocolHeader;
  send(0, amqp::ConnectionStartOk{
              .mechanism = "PLAIN", .response = "\0guest\0guest"sv, .locale = "en_US"});
  send(0, amqp::ConnectionTuneOk{.channel_max = 100, .frame_max = kFrameMax});
  send(0, amqp::ConnectionOpen{.virtual_host = "/"});
  for (std::uint16_t channel = 1; channel <= channels; ++channel) {
    send(channel, amqp::ChannelOpen{});
  }
}

inline void DrivenClient::publish(std::uint16_t channel, std::string_view exchange,
                                  std::string_view key, bool persistent, std::string_view body) {
  send(channel, amqp::BasicPublish{.exchange = exchange, .routing_key = key});
  amqp::PropertyList properties;
  properties.delivery_mode = persistent ? 2 : 1;
  std::string header;
  amqp::encode_content_header(header, body.size(), properties);
  amqp::append_frame(out_, amqp::FrameType::kHeader, channel, header);
  amqp::append_body_frames(out_, channel, body, kFrameMax);
}

inline bool DrivenClient::write() {
  if (out_.empty() || ended_) return false;
  const ssize_t count = ::send(socket_.get(), out_.data(), out_.size(), MSG_NOSIGNAL);
  if (count > 0) out_.erase(0, static_cast<std::size_t>(count));
  return count > 0;
}

template <typename OnReceived>
bool DrivenClient::pump(OnReceived on_received) {
  bool busy = write();
  thread_local std::string buffer(256 * 1024, '\0');
  while (!ended_) {
    const ssize_t count = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (count < 0 && errno == EAGAIN) break;
    ended_ = count <= 0;
    if (count > 0) stream_.take({buffer.data(), static_cast<std::size_t>(count)}, on_received);
    busy = true;
  }
  return busy;
}

}  // namespace coney
