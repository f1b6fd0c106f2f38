#include "tests/bench/handshake.h"

#include <fmt/format.h>

#include <algorithm>

#include "amqp/methods.h"
#include "amqp/table.h"
#include "tests/bench/method_frame.h"

namespace bench {
namespace {

constexpr std::uint32_t kWantedFrameMax = 131072;

std::string client_properties() {
  const amqp::Table capabilities{
      {"authentication_failure_close", amqp::Value::boolean(true)},
      {"basic.nack", amqp::Value::boolean(true)},
      {"connection.blocked", amqp::Value::boolean(true)},
      {"consumer_cancel_notify", amqp::Value::boolean(true)},
      {"publisher_confirms", amqp::Value::boolean(true)},
  };
  std::string encoded;
  amqp::encode_table(encoded, {{"capabilities", amqp::Value::table(capabilities)},
                               {"product", amqp::Value::text("coney-bench")}});
  return encoded.substr(4);
}

template <typename Close>
std::string describe_close(std::string_view arguments) {
  const auto close = amqp::decode_arguments<Close>(arguments);
  if (!close) return std::string(Close::kMethod.name);
  return fmt::format("{} {} {}", Close::kMethod.name, close->reply_code, close->reply_text);
}

}  // namespace

std::string describe_method(std::uint32_t id, std::string_view arguments) {
  if (id == amqp::ConnectionClose::kMethod.id.packed()) {
    return describe_close<amqp::ConnectionClose>(arguments);
  }
  if (id == amqp::ChannelClose::kMethod.id.packed()) {
    return describe_close<amqp::ChannelClose>(arguments);
  }
  const auto* info = amqp::find_method(
      {static_cast<std::uint16_t>(id >> 16), static_cast<std::uint16_t>(id & 0xFFFF)});
  return info != nullptr ? std::string(info->name) : fmt::format("method {:#x}", id);
}

Handshake::State Handshake::on_frame(const amqp::Frame& frame, std::string& out) {
  if (frame.type == static_cast<std::uint8_t>(amqp::FrameType::kHeartbeat)) return State::kGoingOn;
  if (frame.type != static_cast<std::uint8_t>(amqp::FrameType::kMethod) ||
      frame.payload.size() < 4) {
    return fail("an unexpected frame while opening the connection");
  }
  const auto id = amqp::wire::load<std::uint32_t>(frame.payload.data());
  const std::string_view arguments = frame.payload.substr(4);
  if (id == amqp::ConnectionStart::kMethod.id.packed()) return on_start(arguments, out);
  if (id == amqp::ConnectionTune::kMethod.id.packed()) return on_tune(arguments, out);
  if (id == amqp::ConnectionOpenOk::kMethod.id.packed()) {
    append_method(out, 1, amqp::ChannelOpen{});
    return State::kGoingOn;
  }
  if (id == amqp::ChannelOpenOk::kMethod.id.packed()) return State::kOpen;
  return fail(describe_method(id, arguments));
}

Handshake::State Handshake::on_start(std::string_view arguments, std::string& out) {
  const auto start = amqp::decode_arguments<amqp::ConnectionStart>(arguments);
  if (!start) return fail("connection.start cannot be read");
  static const std::string properties = client_properties();
  const std::string response = '\0' + uri_->user + '\0' + uri_->password;
  amqp::ConnectionStartOk ok;
  ok.client_properties = properties;
  ok.mechanism = "PLAIN";
  ok.response = response;
  ok.locale = "en_US";
  append_method(out, 0, ok);
  return State::kGoingOn;
}

Handshake::State Handshake::on_tune(std::string_view arguments, std::string& out) {
  const auto tune = amqp::decode_arguments<amqp::ConnectionTune>(arguments);
  if (!tune) return fail("connection.tune cannot be read");
  frame_max_ = tune->frame_max == 0 ? kWantedFrameMax : std::min(tune->frame_max, kWantedFrameMax);
  amqp::ConnectionTuneOk ok;
  ok.channel_max = tune->channel_max;
  ok.frame_max = frame_max_;
  ok.heartbeat = heartbeat_;
  append_method(out, 0, ok);
  amqp::ConnectionOpen open;
  open.virtual_host = uri_->vhost;
  append_method(out, 0, open);
  return State::kGoingOn;
}

Handshake::State Handshake::fail(std::string why) {
  error_ = std::move(why);
  return State::kFailed;
}

}  // namespace bench
