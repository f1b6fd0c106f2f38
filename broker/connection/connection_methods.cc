#include "broker/channel/channel.h"
#include "broker/connection/connection.h"
#include "broker/connection/connection_limits.h"
#include "broker/connection/handshake.h"
#include "broker/log/log.h"
#include "broker/server/server_context.h"
#include "broker/stats/shard_stats.h"

// Class connection once it is open, the opening of channels, and the ends of both.

namespace coney {
namespace {

constexpr auto kClosingTimeout = std::chrono::seconds(30);  // RabbitMQ's wait for close-ok

amqp::MethodId method_id(std::string_view payload) {
  amqp::Decoder decoder(payload);
  amqp::MethodId id;
  id.class_id = decoder.u16();
  id.method_id = decoder.u16();
  return id;
}

}  // namespace

// Methods that change the topology and need not know what exists.
bool Connection::may_join_commands(const amqp::Frame& frame) {
  if (static_cast<amqp::FrameType>(frame.type) != amqp::FrameType::kMethod) return false;
  const Channel* channel = find_channel(frame.channel);
  if (!channel || channel->closing() || frame.payload.size() < 4) return false;
  switch (method_id(frame.payload).packed()) {
    case amqp::ExchangeDeclare::kMethod.id.packed():
    case amqp::ExchangeDelete::kMethod.id.packed():
    case amqp::ExchangeBind::kMethod.id.packed():
    case amqp::ExchangeUnbind::kMethod.id.packed():
    case amqp::QueueDeclare::kMethod.id.packed():
    case amqp::QueueBind::kMethod.id.packed():
    case amqp::QueueUnbind::kMethod.id.packed():
      return true;
    default:
      return false;
  }
}

Channel* Connection::find_channel(ChannelNumber number) {
  if (last_channel_ && last_channel_->number() == number) return last_channel_;
  auto found = channels_.find(number);
  if (found == channels_.end()) return nullptr;
  return last_channel_ = found->second.get();
}

void Connection::handle_connection_method(const amqp::Frame& frame) {
  const amqp::MethodId id = method_id(frame.payload);
  if (id == amqp::ConnectionClose::kMethod.id) return take_close(frame.payload.substr(4));
  if (id == amqp::ConnectionUpdateSecret::kMethod.id) return update_secret(frame.payload.substr(4));
  if (!amqp::find_method(id)) return refuse_unknown_method(id);
  close_connection(
      connection_error(ReplyCode::kChannelError, "unexpected method in connection state running"),
      id);
}

void Connection::take_close(std::string_view arguments) {
  const auto decoded = amqp::decode_arguments<amqp::ConnectionClose>(arguments);
  if (decoded) return close_by_client();
  ProtocolError error = undecodable(decoded.error(), amqp::ConnectionClose::kMethod);
  const amqp::MethodId method = error.method;
  close_connection(std::move(error), method);
}

// No mechanism of ours has a secret that ends: it is accepted and not looked at.
void Connection::update_secret(std::string_view arguments) {
  constexpr auto& kMethod = amqp::ConnectionUpdateSecret::kMethod;
  const auto decoded = amqp::decode_arguments<amqp::ConnectionUpdateSecret>(arguments);
  if (decoded) return send(0, amqp::ConnectionUpdateSecretOk{});
  ProtocolError error = undecodable(decoded.error(), kMethod);
  const amqp::MethodId method = error.method;
  close_connection(std::move(error), method);
}

void Connection::refuse_unknown_method(amqp::MethodId id) {
  close_connection(connection_error(ReplyCode::kCommandInvalid, "unimplemented method"), id);
}

// A close of the client that has met ours is answered, as by RabbitMQ; its own close-ok may come
// yet.
void Connection::handle_method_while_closing(std::string_view payload) {
  const amqp::MethodId id = method_id(payload);
  if (id == amqp::ConnectionCloseOk::kMethod.id) return finish();
  if (id == amqp::ConnectionClose::kMethod.id) send(0, amqp::ConnectionCloseOk{});
}

void Connection::handle_channel_frame(const amqp::Frame& frame) {
  const auto type = static_cast<amqp::FrameType>(frame.type);
  Channel* channel = find_channel(frame.channel);
  if (type == amqp::FrameType::kMethod) return handle_channel_method(channel, frame);
  if (!channel) {
    return close_connection(connection_error(ReplyCode::kUnexpectedFrame,
                                             "expected method frame, got non method frame instead"),
                            {});
  }
  if (channel->closing()) return;
  if (type == amqp::FrameType::kHeader) return channel->on_header(frame.payload);
  channel->on_body(frame.payload);
}

// `channel` is null when it is not open.
void Connection::handle_channel_method(Channel* channel, const amqp::Frame& frame) {
  const amqp::MethodId id = method_id(frame.payload);
  const bool opens = id == amqp::ChannelOpen::kMethod.id;
  if (id.class_id == 10) return refuse_unknown_method(id);
  if (!channel) {
    if (opens) return open_channel(frame.channel);
    if (!amqp::find_method(id)) return refuse_unknown_method(id);
    return close_connection(connection_error(ReplyCode::kChannelError, "expected 'channel.open'"),
                            id);
  }
  if (opens) {
    return close_connection(
        connection_error(ReplyCode::kChannelError, "second 'channel.open' seen"), id);
  }
  if (!channel->closing()) return channel->on_method(frame.payload);
  if (id == amqp::ChannelCloseOk::kMethod.id) return channel_closed(frame.channel);
  if (id == amqp::ChannelClose::kMethod.id) {
    send(frame.channel, amqp::ChannelCloseOk{});
    channel_closed(frame.channel);
  }
}

void Connection::open_channel(ChannelNumber number) {
  const amqp::MethodId id = amqp::ChannelOpen::kMethod.id;
  if (identity_.channel_max != 0 && channels_.size() >= identity_.channel_max) {
    return close_connection(
        connection_error(ReplyCode::kNotAllowed, "number of channels opened (" +
                                                     std::to_string(channels_.size()) +
                                                     ") has reached the negotiated channel_max (" +
                                                     std::to_string(identity_.channel_max) + ")"),
        id);
  }
  const User* user = shard_.catalog().find_user(identity_.user);
  const auto limit = user ? user->record->max_channels : std::nullopt;
  if (!shard_.server().limits->add_user_channel(identity_.user, limit)) {
    return close_connection(
        connection_error(ReplyCode::kNotAllowed,
                         "number of channels opened for user '" + identity_.user +
                             "' has reached the maximum allowed user limit of " +
                             std::to_string(*limit)),
        {});
  }
  ++opened_channels_;
  channels_.emplace(number, std::make_unique<Channel>(*this, number));
  if (ShardStats* stats = shard_.stats()) stats->tell(ChannelOpened{{id_, number}});
  send(number, amqp::ChannelOpenOk{});
}

void Connection::channel_closed(ChannelNumber number) {
  last_channel_ = nullptr;
  auto found = channels_.find(number);
  if (found == channels_.end()) return;
  // Its own method may be on the stack: it goes at the end of the turn.
  shard_.run_later([gone = std::shared_ptr<Channel>(std::move(found->second))] {});
  channels_.erase(found);
  --opened_channels_;
  shard_.server().limits->remove_user_channels(identity_.user, 1);
}

// ---- faults ----

void Connection::fail(ChannelNumber number, ProtocolError error, amqp::MethodId method) {
  if (put_off()) return;
  if (error.closes_connection) return close_connection(std::move(error), method);
  Channel* channel = find_channel(number);
  if (!channel || channel->closing() || state_ != State::kRunning) return;
  const std::string text = reply_text(error);
  log::error(log::Category::kChannel, "channel {} of connection {}: {} {}", number, identity_.name,
             static_cast<int>(error.code), text);
  channel->set_closing();
  send(number, amqp::ChannelClose{.reply_code = static_cast<std::uint16_t>(error.code),
                                  .reply_text = text,
                                  .class_id = method.class_id,
                                  .method_id = method.method_id});
}

void Connection::close_connection(ProtocolError error, amqp::MethodId method) {
  if (state_ == State::kClosing || state_ == State::kClosed || removed_) return;
  const std::string text = reply_text(error);
  if (error.code == ReplyCode::kInternalError && error.text.empty()) method = {};
  log::error(log::Category::kConnection, "connection {}: {} {}", identity_.name,
             static_cast<int>(error.code), text);
  state_ = State::kClosing;
  deadline_ = shard_.now() + kClosingTimeout;
  for (auto& [number, channel] : channels_) channel->set_closing();
  uncount_channels();
  forget_answers();
  alarm_.clear();
  blocked_ = false;
  publish_credit_used_ = 0;
  send(0, amqp::ConnectionClose{.reply_code = static_cast<std::uint16_t>(error.code),
                                .reply_text = text,
                                .class_id = method.class_id,
                                .method_id = method.method_id});
  handshake_.reset();
  if (identity_.frame_max == 0) identity_.frame_max = shard_.config().frame_max;
}

// ---- the end ----

void Connection::close_by_client() {
  // Exclusive and auto-delete queues are gone when the client reads close-ok.
  auto left = std::make_shared<std::size_t>(channels_.size() + 1);
  auto done = [this, left] {
    if (--*left != 0) return;
    auto answer = [this] {
      for (auto& [number, channel] : channels_) channel->end_of_turn();
      uncount_channels();
      send(0, amqp::ConnectionCloseOk{});
      log::info(log::Category::kConnection, "closing connection {}", identity_.name);
      // The socket is left to the client, for a while.
      state_ = State::kClosed;
      shut_down_ = true;
      deadline_ = shard_.now() + kClosingTimeout;
      watch_->wait_readable();
    };
    if (!has_exclusive_queues_) return answer();
    has_exclusive_queues_ = false;
    ask_topology(DeleteExclusiveQueues{id_}, nullptr, [answer](TopologyAnswer&) { answer(); });
  };
  for (auto& [number, channel] : channels_) channel->release(done);
  done();
}

void Connection::finish() {
  state_ = State::kClosed;
  schedule_flush();
}

// What one gives back may be delivered to another at once: by then it must not be found any more.
void Connection::release_channels() {
  last_channel_ = nullptr;
  std::exchange(channels_, {}).clear();
  uncount_channels();
}

void Connection::uncount_channels() {
  const std::int64_t count = std::exchange(opened_channels_, 0);
  if (count != 0) shard_.server().limits->remove_user_channels(identity_.user, count);
}

void Connection::drop(const std::string& reason) {
  if (removed_) return;
  removed_ = true;
  if (!reason.empty()) {
    log::warning(log::Category::kConnection, "closing connection {}: {}", identity_.name, reason);
  }
  forget_answers();
  shard_.remove_later(*this);
}

void Connection::shut_down() {
  if (state_ == State::kRunning) {
    force_close("broker forced connection closure with reason 'shutdown'");
  } else if (state_ != State::kClosing) {
    drop("");
  }
}

void Connection::force_close(std::string reason) {
  if (state_ != State::kRunning) return;
  close_connection(connection_error(ReplyCode::kConnectionForced, std::move(reason)), {});
  go_on();  // to the close-ok, also where reading had stopped
}

}  // namespace coney
