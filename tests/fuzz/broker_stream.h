#pragma once
// What a broker sends to one client, held against the rules: whole frames, methods that exist and
// decode, on channels that are open, content that follows its method and is as long as its header
// says, nothing behind a close.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "amqp/frame.h"
#include "amqp/methods.h"
#include "amqp/properties.h"
#include "tests/fuzz/check.h"

namespace amqp::fuzz {

// A method and, when it has one, its content.
struct Received {
  std::uint16_t channel = 0;
  std::string method;  // the frame's payload
  std::string header;  // the content header's payload
  std::string body;

  template <typename Method>
  bool is() const {
    return method.starts_with(id_bytes(Method::kMethod.id));
  }
  template <typename Method>
  Method as() const {
    return *decode_arguments<Method>(std::string_view(method).substr(4));
  }
  static std::string id_bytes(MethodId id) {
    std::string bytes;
    Encoder(bytes).u32(id.packed());
    return bytes;
  }
};

class BrokerStream {
 public:
  // Calls on_received(Received) for everything that is complete with these bytes.
  template <typename OnReceived>
  void take(std::string_view bytes, OnReceived on_received) {
    buffer_.append(bytes);
    std::string_view left = buffer_;
    if (!begun_ && !take_start(left)) return;
    for (;;) {
      const FrameRead read = read_frame(left, kLargestFrame);
      if (read.status == FrameStatus::kNeedMore) break;
      check(read.status == FrameStatus::kFrame, "the broker sends well-formed frames");
      left.remove_prefix(read.consumed);
      take_frame(read.frame, on_received);
    }
    buffer_.erase(0, buffer_.size() - left.size());
  }

 private:
  static constexpr std::uint32_t kLargestFrame = 2 << 20;
  struct Content {
    Received received;
    bool has_header = false;
    std::uint64_t missing = 0;
  };

  // A protocol header is the answer to a wrong one, and all that there is. False: not known yet.
  bool take_start(std::string_view& bytes) {
    if (bytes.size() < kProtocolHeader.size()) return false;
    begun_ = true;
    if (!bytes.starts_with("AMQP")) return true;
    check(bytes == kProtocolHeader, "a protocol header is all that the broker sends");
    bytes = {};
    return true;
  }

  template <typename OnReceived>
  void take_frame(const Frame& frame, OnReceived on_received) {
    const auto type = static_cast<FrameType>(frame.type);
    if (type == FrameType::kHeartbeat) return check(frame.channel == 0, "heartbeat on channel 0");
    auto content = contents_.find(frame.channel);
    if (type == FrameType::kMethod) {
      check(content == contents_.end(), "content is complete before the next method");
      return take_method(frame, on_received);
    }
    check(content != contents_.end(), "content follows a method");
    if (type == FrameType::kHeader) {
      take_header(content->second, frame.payload);
    } else {
      check(type == FrameType::kBody, "frames are of a known type");
      take_body(content->second, frame.payload);
    }
    if (content->second.missing != 0) return;
    on_received(content->second.received);
    contents_.erase(content);
  }

  template <typename OnReceived>
  void take_method(const Frame& frame, OnReceived on_received) {
    Decoder decoder(frame.payload);
    const MethodId id{decoder.u16(), decoder.u16()};
    const MethodInfo* info = find_method(id);
    check(decoder.ok() && info, "the broker sends methods that exist");
    check_arguments(id, decoder.rest());
    check_place(frame.channel, id);
    Received received{frame.channel, std::string(frame.payload), {}, {}};
    if (!info->has_content) return on_received(received);
    contents_[frame.channel].received = std::move(received);
  }

  static void check_arguments(MethodId id, std::string_view arguments) {
    for_each_method([&]<typename Method>() {
      if (Method::kMethod.id != id) return;
      const auto method = decode_arguments<Method>(arguments);
      check(method.has_value(), "the broker's methods decode");
    });
  }

  // A channel is open from open-ok to close or close-ok. A close-ok may follow the broker's close:
  // that of the client has met it.
  void check_place(std::uint16_t channel, MethodId id) {
    constexpr std::uint16_t kConnection = 10;
    const bool close_ok = id == ConnectionCloseOk::kMethod.id;
    check(!closed_ || close_ok, "nothing follows connection.close but close-ok");
    check((channel == 0) == (id.class_id == kConnection), "only class connection on channel 0");
    closed_ = close_ok || id == ConnectionClose::kMethod.id;
    if (id == ChannelOpenOk::kMethod.id) {
      check(open_.insert(channel).second, "open-ok for a channel that was not open");
    } else if (id == ChannelClose::kMethod.id) {
      check(open_.erase(channel) == 1, "an open channel is closed");
    } else if (id == ChannelCloseOk::kMethod.id) {
      open_.erase(channel);
    } else {
      check(channel == 0 || open_.contains(channel), "methods come on open channels");
    }
  }

  static void take_header(Content& content, std::string_view payload) {
    check(!content.has_header, "one header for one method");
    const auto header = decode_content_header(payload);
    check(header && header->class_id == kBasicClass, "the broker's content headers decode");
    content.has_header = true;
    content.received.header = payload;
    content.missing = header->body_size;
  }

  static void take_body(Content& content, std::string_view payload) {
    check(content.has_header, "a header comes before the body");
    check(payload.size() <= content.missing, "a body is as long as its header says");
    content.received.body.append(payload);
    content.missing -= payload.size();
  }

  bool begun_ = false;
  bool closed_ = false;
  std::set<std::uint16_t> open_;
  std::string buffer_;
  std::map<std::uint16_t, Content> contents_;  // by channel
};

}  // namespace amqp::fuzz
