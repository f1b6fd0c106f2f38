#pragma once
// Walks what a broker sends during a run at the least cost: frame headers, delivery tags and body
// sizes are looked at, everything else of a delivery is stepped over. Incremental: what was not
// consumed is given again in front of the next bytes; a large body frame need not be there whole.
//
// Handler:
//   delivered(tag, stamp)              a message is complete; `stamp` are the first 8 bytes of its
//                                      body in memory order, 0 when it is shorter
//   confirmed(tag, multiple, ack)      basic.ack or basic.nack from the broker
//   method(channel, id, arguments)     any other method; id = class << 16 | method
//   broken(why)                        not AMQP; nothing more is scanned

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "amqp/frame.h"
#include "amqp/methods.h"

namespace bench {

class FrameScanner {
 public:
  // Returns the number of bytes taken from the front of `bytes`.
  template <typename Handler>
  std::size_t scan(std::string_view bytes, Handler& handler);

 private:
  // Frames over this announce nonsense: the stream is out of step.
  static constexpr std::uint32_t kMaxFrame = 64u << 20;
  static constexpr std::size_t kStampSize = sizeof(std::uint64_t);

  template <typename Handler>
  bool on_method(const char* payload, std::uint32_t size, std::uint16_t channel, Handler& handler);
  template <typename Handler>
  bool on_header(const char* payload, std::uint32_t size, Handler& handler);
  template <typename Handler>
  bool on_body(const char* payload, std::uint32_t size, Handler& handler);
  template <typename Handler>
  void on_content_end(Handler& handler) {
    if (is_delivery_) handler.delivered(tag_, stamp_);
  }
  void start_content(bool is_delivery, std::uint64_t tag) {
    is_delivery_ = is_delivery;
    tag_ = tag;
    stamp_ = 0;
    body_started_ = false;
  }
  void take_body(const char* payload, std::uint32_t size) {
    if (!body_started_ && size >= kStampSize) std::memcpy(&stamp_, payload, kStampSize);
    body_started_ = true;
    body_left_ -= size;
  }

  std::uint64_t tag_ = 0;
  std::uint64_t stamp_ = 0;
  std::uint64_t body_left_ = 0;  // of the message that is arriving
  std::size_t skip_ = 0;         // rest of a body frame, its end octet included
  bool is_delivery_ = false;     // or a returned message
  bool body_started_ = false;
};

template <typename Handler>
std::size_t FrameScanner::scan(std::string_view bytes, Handler& handler) {
  std::size_t at = std::min(skip_, bytes.size());
  if (skip_ > 0) {
    skip_ -= at;
    if (skip_ == 0 && at > 0 && body_left_ == 0) on_content_end(handler);
  }
  while (bytes.size() - at >= amqp::kFrameHeaderSize) {
    const char* frame = bytes.data() + at;
    const char* payload = frame + amqp::kFrameHeaderSize;
    const auto size = amqp::wire::load<std::uint32_t>(frame + 3);
    if (size > kMaxFrame) return handler.broken("a frame of senseless size"), at;
    const std::size_t total = size + amqp::kFrameOverhead;
    const std::size_t there = bytes.size() - at;
    const auto type = static_cast<amqp::FrameType>(*frame);
    if (there < total) {
      const bool is_body = type == amqp::FrameType::kBody && size <= body_left_;
      if (!is_body || there < amqp::kFrameHeaderSize + kStampSize) break;
      take_body(payload, size);
      skip_ = total - there;
      return bytes.size();
    }
    if (static_cast<std::uint8_t>(frame[total - 1]) != amqp::kFrameEnd) {
      return handler.broken("a frame without its end octet"), at;
    }
    bool fine = true;
    if (type == amqp::FrameType::kMethod) {
      fine = on_method(payload, size, amqp::wire::load<std::uint16_t>(frame + 1), handler);
    } else if (type == amqp::FrameType::kHeader) {
      fine = on_header(payload, size, handler);
    } else if (type == amqp::FrameType::kBody) {
      fine = on_body(payload, size, handler);
    }
    if (!fine) return handler.broken("a malformed frame"), at;
    at += total;
  }
  return at;
}

template <typename Handler>
bool FrameScanner::on_method(const char* payload, std::uint32_t size, std::uint16_t channel,
                             Handler& handler) {
  constexpr std::uint32_t kDeliver = amqp::BasicDeliver::kMethod.id.packed();
  constexpr std::uint32_t kReturn = amqp::BasicReturn::kMethod.id.packed();
  constexpr std::uint32_t kAck = amqp::BasicAck::kMethod.id.packed();
  constexpr std::uint32_t kNack = amqp::BasicNack::kMethod.id.packed();
  if (size < 4) return false;
  const auto id = amqp::wire::load<std::uint32_t>(payload);
  if (id == kDeliver) {
    const std::size_t tag_at = size > 4 ? 5u + static_cast<std::uint8_t>(payload[4]) : size;
    if (tag_at + 8 > size) return false;
    start_content(true, amqp::wire::load<std::uint64_t>(payload + tag_at));
  } else if (id == kAck || id == kNack) {
    if (size < 13) return false;
    handler.confirmed(amqp::wire::load<std::uint64_t>(payload + 4), (payload[12] & 1) != 0,
                      id == kAck);
  } else {
    if (id == kReturn) start_content(false, 0);
    handler.method(channel, id, std::string_view(payload + 4, size - 4));
  }
  return true;
}

template <typename Handler>
bool FrameScanner::on_header(const char* payload, std::uint32_t size, Handler& handler) {
  if (size < 14) return false;
  body_left_ = amqp::wire::load<std::uint64_t>(payload + 4);
  if (body_left_ == 0) on_content_end(handler);
  return true;
}

template <typename Handler>
bool FrameScanner::on_body(const char* payload, std::uint32_t size, Handler& handler) {
  if (size > body_left_) return false;
  take_body(payload, size);
  if (body_left_ == 0) on_content_end(handler);
  return true;
}

}  // namespace bench
