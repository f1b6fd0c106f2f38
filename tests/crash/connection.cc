#include "tests/crash/connection.h"

#include <cerrno>

#include "amqp/properties.h"
#include "tests/bench/failure.h"

namespace coney::crash {
namespace {

constexpr std::size_t kReadSize = 256 * 1024;

template <typename Method>
Method decode(std::string_view arguments) {
  const auto decoded = amqp::decode_arguments<Method>(arguments);
  if (!decoded) throw bench::Failure("{} cannot be read", Method::kMethod.name);
  return *decoded;
}

}  // namespace

Connection::Connection(bench::Client&& client, Handler& handler)
    : handler_(handler), frame_max_(client.frame_max()) {
  socket_ = client.release(in_);
}

void Connection::publish(std::string_view exchange, std::string_view key,
                         std::string_view properties, std::string_view body) {
  send(amqp::BasicPublish{.exchange = exchange, .routing_key = key});
  std::string header;
  amqp::encode_content_header(header, body.size(), {});
  header.resize(amqp::kContentHeaderSize);
  header.append(properties);
  amqp::append_frame(out_, amqp::FrameType::kHeader, 1, header);
  amqp::append_body_frames(out_, 1, body, frame_max_);
}

bool Connection::write() {
  std::string_view left = out_;
  bool alive = true;
  while (!left.empty()) {
    const ssize_t count = socket_.send(left, MSG_DONTWAIT);
    if (count <= 0) {
      alive = errno == EAGAIN || errno == EINTR;
      break;
    }
    left.remove_prefix(static_cast<std::size_t>(count));
  }
  out_.erase(0, out_.size() - left.size());
  return alive;
}

bool Connection::read() {
  receive();
  return alive_;
}

void Connection::read_rest() {
  while (receive() != 0) {
  }
}

std::size_t Connection::receive() {
  const std::size_t before = in_.size();
  in_.resize(before + kReadSize);
  const ssize_t count = socket_.receive(in_.data() + before, kReadSize, MSG_DONTWAIT);
  alive_ = count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
  in_.resize(before + static_cast<std::size_t>(count > 0 ? count : 0));
  take_frames();
  return static_cast<std::size_t>(count > 0 ? count : 0);
}

void Connection::take_frames() {
  std::string_view left = in_;
  for (;;) {
    const amqp::FrameRead next = amqp::read_frame(left, frame_max_);
    if (next.status == amqp::FrameStatus::kNeedMore) break;
    if (next.status != amqp::FrameStatus::kFrame) throw bench::Failure("a malformed frame");
    left.remove_prefix(next.consumed);
    take(next.frame);
  }
  in_.erase(0, in_.size() - left.size());
}

void Connection::take(const amqp::Frame& frame) {
  switch (static_cast<amqp::FrameType>(frame.type)) {
    case amqp::FrameType::kMethod:
      return take_method(frame.payload);
    case amqp::FrameType::kHeartbeat:
      return;
    case amqp::FrameType::kHeader: {
      const auto header = amqp::decode_content_header(frame.payload).value();
      content_.value().size = header.body_size;
      content_->properties = header.properties;
      break;
    }
    case amqp::FrameType::kBody:
      content_.value().body.append(frame.payload);
      break;
  }
  if (content_->body.size() >= content_->size) finish();
}

void Connection::take_method(std::string_view payload) {
  const auto id = amqp::wire::load<std::uint32_t>(payload.data());
  const std::string_view arguments = payload.substr(4);
  if (id == amqp::BasicDeliver::kMethod.id.packed()) {
    const auto deliver = decode<amqp::BasicDeliver>(arguments);
    content_ = Content{};
    content_->incoming = {deliver.delivery_tag, deliver.redelivered, {}, {}};
  } else if (id == amqp::BasicGetOk::kMethod.id.packed()) {
    const auto got = decode<amqp::BasicGetOk>(arguments);
    content_ = Content{};
    content_->incoming = {got.delivery_tag, got.redelivered, {}, {}};
  } else if (id == amqp::BasicAck::kMethod.id.packed()) {
    const auto ack = decode<amqp::BasicAck>(arguments);
    handler_.on_confirm(ack.delivery_tag, ack.multiple, true);
  } else if (id == amqp::BasicNack::kMethod.id.packed()) {
    const auto nack = decode<amqp::BasicNack>(arguments);
    handler_.on_confirm(nack.delivery_tag, nack.multiple, false);
  } else {
    handler_.on_answer(id, arguments);
  }
}

void Connection::finish() {
  Content content = std::move(*content_);
  content_.reset();
  content.incoming.properties = content.properties;
  content.incoming.body = content.body;
  handler_.on_delivery(content.incoming);
}

}  // namespace coney::crash
