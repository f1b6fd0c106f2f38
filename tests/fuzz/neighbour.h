#pragma once
// A well-behaved client beside the one that is fuzzed: consumes the queue "far", which the exchange
// "far" (fanout) leads to, answers requests, and finds out whether it is still served.

#include <string>
#include <string_view>

#include "amqp/frame.h"
#include "amqp/methods.h"
#include "amqp/properties.h"
#include "tests/fuzz/peer.h"

namespace coney::fuzz {

template <typename Method>
std::string method_frame(std::uint16_t channel, const Method& method) {
  std::string payload, bytes;
  amqp::encode_method(payload, method);
  amqp::append_frame(bytes, amqp::FrameType::kMethod, channel, payload);
  return bytes;
}

// Protocol header to channel.open, as one piece.
inline std::string opening() {
  using namespace std::string_view_literals;
  return std::string(amqp::kProtocolHeader) +
         method_frame(0, amqp::ConnectionStartOk{.client_properties = "\x0C"
                                                                      "capabilities"
                                                                      "F\0\0\0\x19\x16"
                                                                      "consumer_cancel_notify"
                                                                      "t\x01"sv,
                                                 .mechanism = "PLAIN",
                                                 .response = "\0guest\0guest"sv,
                                                 .locale = "en_US"}) +
         method_frame(0, amqp::ConnectionTuneOk{.channel_max = 8, .frame_max = 4096}) +
         method_frame(0, amqp::ConnectionOpen{.virtual_host = "/"}) +
         method_frame(1, amqp::ChannelOpen{});
}

class Neighbour {
 public:
  explicit Neighbour(FileDescriptor socket) : peer_(std::move(socket)) {
    send(opening() + method_frame(1, amqp::ExchangeDeclare{.exchange = "far", .type = "fanout"}) +
         method_frame(1, amqp::QueueDeclare{.queue = "far"}) +
         method_frame(1, amqp::QueueBind{.queue = "far", .exchange = "far"}) +
         method_frame(1, amqp::BasicQos{.prefetch_count = 3}) +
         method_frame(1, amqp::BasicConsume{.queue = "far", .consumer_tag = "neighbour"}));
    wait_until([this] { return seen<amqp::BasicConsumeOk>(); });
  }

  Peer& peer() { return peer_; }

  void read() {
    peer_.read([this](const amqp::fuzz::Received& received) { take(received); });
  }

  // Whatever the broker had sent before is taken and answered.
  void flush() {
    last_.method.clear();
    send(method_frame(1, amqp::BasicQos{.prefetch_count = 3}));
    wait_until([this] { return seen<amqp::BasicQosOk>(); });
  }

  // Publishes to a queue of its own and gets it back.
  void expect_service() {
    constexpr std::string_view kBody = "still there";
    send(method_frame(1, amqp::QueueDeclare{.exclusive = true}));
    wait_until([this] { return seen<amqp::QueueDeclareOk>(); });
    const amqp::fuzz::Received declared = last_;
    const std::string queue(declared.as<amqp::QueueDeclareOk>().queue);
    send(publish(queue, {}, kBody) +
         method_frame(1, amqp::BasicGet{.queue = queue, .no_ack = true}));
    wait_until([this] { return seen<amqp::BasicGetOk>(); });
    amqp::fuzz::check(last_.body == kBody, "what was published is got");
  }

 private:
  template <typename Method>
  bool seen() const {
    return last_.is<Method>();
  }
  template <typename Done>
  void wait_until(Done done) {
    for (read(); !done(); read()) {
      amqp::fuzz::check(!peer_.ended(), "the neighbour stays connected");
      wait_for(peer_, peer_);
    }
  }
  void send(std::string_view bytes) {
    amqp::fuzz::check(peer_.send(bytes), "the broker reads what the neighbour sends");
  }

  static std::string publish(std::string_view queue, const amqp::PropertyList& properties,
                             std::string_view body) {
    std::string bytes = method_frame(1, amqp::BasicPublish{.routing_key = queue});
    std::string header;
    amqp::encode_content_header(header, body.size(), properties);
    amqp::append_frame(bytes, amqp::FrameType::kHeader, 1, header);
    amqp::append_body_frames(bytes, 1, body, 4096);
    return bytes;
  }

  void take(const amqp::fuzz::Received& received) {
    if (received.is<amqp::BasicDeliver>()) return answer(received);
    if (received.is<amqp::BasicCancel>()) return;  // the fuzzed client has deleted "far"
    last_ = received;
  }
  void answer(const amqp::fuzz::Received& received) {
    const auto deliver = received.as<amqp::BasicDeliver>();
    send(method_frame(1, amqp::BasicAck{.delivery_tag = deliver.delivery_tag}));
    const auto header = amqp::decode_content_header(received.header);
    const auto properties = amqp::PropertyList::decode(header->properties);
    amqp::fuzz::check(properties.has_value(), "the properties of a delivery decode");
    if (!properties->reply_to || !amqp::is_utf8(*properties->reply_to)) return;
    send(publish(*properties->reply_to, {.correlation_id = properties->correlation_id}, "reply"));
  }

  Peer peer_;
  amqp::fuzz::Received last_;  // the last answer
};

}  // namespace coney::fuzz
