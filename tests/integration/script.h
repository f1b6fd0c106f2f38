#pragma once
// What a client sends, as bytes: for tests that send it whole, cut or out of order.

#include <cstdint>
#include <string>

#include "amqp/frame.h"
#include "amqp/methods.h"

namespace coney::test {

template <typename Method>
std::string method_frame(std::uint16_t channel, const Method& method) {
  std::string payload, bytes;
  amqp::encode_method(payload, method);
  amqp::append_frame(bytes, amqp::FrameType::kMethod, channel, payload);
  return bytes;
}

// From the protocol header to channel.open of channel 1, as guest in "/".
inline std::string opening() {
  using namespace std::string_literals;
  return std::string(amqp::kProtocolHeader) +
         method_frame(0,
                      amqp::ConnectionStartOk{
                          .mechanism = "PLAIN", .response = "\0guest\0guest"s, .locale = "en_US"}) +
         method_frame(0, amqp::ConnectionTuneOk{.channel_max = 100, .frame_max = 131072}) +
         method_frame(0, amqp::ConnectionOpen{.virtual_host = "/"}) +
         method_frame(1, amqp::ChannelOpen{});
}

}  // namespace coney::test
