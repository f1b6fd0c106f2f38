#include "broker/connection/connection.h"

#include "broker/arguments/erlang_term.h"
#include "broker/channel/channel.h"
#include "broker/connection/connection_limits.h"
#include "broker/connection/handshake.h"
#include "broker/log/log.h"
#include "broker/server/server_context.h"
#include "broker/transport/socket_peer.h"

// Socket, frames, time limits.

namespace coney {
namespace {

constexpr std::size_t kMaxCommands = 1024;             // in flight to the topology
constexpr std::size_t kBite = 8 * 1024;                // read by a publisher that yields
constexpr std::size_t kKeptCapacity = 4096;            // of unparsed_ while idle
constexpr std::size_t kMaxPieces = 64;                 // per gathered write
constexpr auto kLastWrites = std::chrono::seconds(5);  // to a client that has ended its side

}  // namespace

Connection::Connection(Shard& shard, ConnectionId id, std::unique_ptr<Transport> transport,
                       SocketAddress client, SocketAddress server, const std::string& listener)
    : shard_(shard), id_(id), transport_(std::move(transport)) {
  identity_.client = client;
  identity_.server = server;
  identity_.name = connection_name(client, server);
  log::info(log::Category::kConnection, "accepting connection {} on {}", identity_.name, listener);
}

Connection::~Connection() {
  release_channels();
  tell_closed();
  if (has_exclusive_queues_) shard_.topology().submit({}, DeleteExclusiveQueues{id_});
  if (counted_) Handshake::release_counts(*shard_.server().limits, identity_);
  watch_.reset();
}

void Connection::start() {
  watch_ = shard_.watch(transport_->fd(), *this);
  last_read_ = last_write_ = shard_.now();
  state_ = State::kTlsHandshake;
  limit_time(shard_.config().tls_handshake_timeout);
  continue_tls_handshake();
}

void Connection::limit_time(std::chrono::milliseconds limit) {
  deadline_ = limit.count() == 0 ? Shard::Clock::time_point() : shard_.now() + limit;
}

void Connection::continue_tls_handshake() {
  IoResult result = transport_->handshake();
  switch (result.status) {
    case IoStatus::kOk:
      break;
    case IoStatus::kWantRead:
      return watch_->wait_readable();
    case IoStatus::kWantWrite:
      return watch_->wait_writable();
    case IoStatus::kEof:
      return drop("closed in the TLS handshake");
    case IoStatus::kError:
      return drop(result.error);
  }
  handshake_ = std::make_unique<Handshake>(
      Handshake::Environment{shard_.config(), shard_.catalog(), *shard_.server().limits,
                             *shard_.server().live, transport_->peer_identity(),
                             shard_.server().node_name},
      identity_);
  state_ = State::kProtocolHeader;
  limit_time(shard_.config().handshake_timeout);
  read_again();
}

// ---- reading ----

void Connection::on_readable() {
  if (removed_) return;
  if (state_ == State::kTlsHandshake) return continue_tls_handshake();
  std::span<char> buffer = shard_.read_buffer();
  if (std::exchange(bite_, false)) buffer = buffer.first(kBite);
  IoResult result = transport_->read(buffer);
  switch (result.status) {
    case IoStatus::kOk:
      break;
    case IoStatus::kWantRead:
      return watch_->wait_readable();
    case IoStatus::kWantWrite:
      return watch_->wait_writable();
    case IoStatus::kEof:
      return on_end_of_stream();
    case IoStatus::kError:
      return drop(result.error);
  }
  last_read_ = shard_.now();
  shard_.count_read(result.bytes);
  counters_.recv_oct += result.bytes;
  ++counters_.recv_cnt;
  changed();
  // What other shards sent before these bytes were read is applied before they are parsed: the
  // client may have sent them because of it.
  const std::string_view bytes(buffer.data(), result.bytes);
  if (shard_.has_mail()) {
    unparsed_.append(bytes);
    shard_.drain_inbox();
    if (removed_) return;
    parse({});
  } else {
    parse(bytes);
  }
  read_again();
}

void Connection::read_again() {
  if (removed_ || state_ == State::kTlsHandshake) return;
  if (!may_parse() && state_ != State::kClosed) return;
  if (transport_->pending()) {
    shard_.run_later([this, id = id_, &shard = shard_] {
      if (shard.find(id) == this) on_readable();
    });
  } else {
    watch_->wait_readable();
  }
}

// The client may have ended its side alone: it is still sent the answers to what came before.
void Connection::on_end_of_stream() {
  if (state_ == State::kClosed) return drop("");
  if (!may_parse() || awaits_answers()) return;  // going on leads here again
  end_behind_output();
}

// Consumers, unacknowledged messages and what has not been confirmed yet are given up at once.
void Connection::end_behind_output() {
  const char* const reason = "client unexpectedly closed TCP connection";
  if (output_.empty() && channels_to_flush_.empty()) return drop(reason);
  log::warning(log::Category::kConnection, "closing connection {}: {}", identity_.name, reason);
  for (auto& [number, channel] : channels_) channel->end_of_turn();
  release_channels();
  forget_answers();
  state_ = State::kClosed;
  deadline_ = shard_.now() + kLastWrites;
  schedule_flush();
}

bool Connection::awaits_answers() const {
  return !awaited_.empty() || !commands_.empty() || commit_then_;
}

// Where reading has stopped the end of the stream is not read. An alarm may last: what the client
// has sent behind it is not waited for, as little as RabbitMQ does. The other waits end soon, and
// what was sent is taken then.
bool Connection::client_has_left() const {
  if (may_parse() || awaits_answers()) return false;
  if (blocked_) return peer_has_ended(transport_->fd());
  return unparsed_.empty() && !has_unread_bytes(transport_->fd()) &&
         peer_has_ended(transport_->fd());
}

bool Connection::may_parse() const {
  const bool waits = !commands_.empty() && (put_off_ || commands_.size() >= kMaxCommands);
  return awaited_.empty() && !waits && !commit_then_ && publish_credit_used_ < kPublishCredit &&
         !blocked_ && !waits_for_storage_ && state_ != State::kClosed && !removed_;
}

void Connection::go_on() {
  if (!may_parse() || commands_.size() > kMaxCommands / 2) return;
  parse({});
  read_again();
}

void Connection::parse(std::string_view bytes) {
  if (parsing_) {  // an answer came while a frame is being handled: the loop below goes on
    unparsed_.append(bytes);
    return;
  }
  parsing_ = true;
  const bool stashed = !unparsed_.empty();
  if (stashed) unparsed_.append(bytes);
  std::string held;  // the stash, while it is parsed
  if (stashed) held.swap(unparsed_);
  std::string_view left = stashed ? std::string_view(held) : bytes;
  while (!left.empty() && may_parse()) {
    const std::size_t consumed = parse_one(left);
    if (consumed == 0) break;
    left.remove_prefix(consumed);
  }
  parsing_ = false;
  if (state_ == State::kClosed || removed_) return unparsed_.clear();
  if (stashed && !left.empty()) {
    held.erase(0, held.size() - left.size());
    held.swap(unparsed_);
  } else {
    unparsed_.assign(left);
    if (unparsed_.empty() && unparsed_.capacity() > kKeptCapacity) std::string().swap(unparsed_);
  }
}

// Handles what stands first; returns its size, 0 when it is not complete.
std::size_t Connection::parse_one(std::string_view bytes) {
  if (state_ == State::kProtocolHeader) {
    if (bytes.size() < amqp::kProtocolHeader.size()) return 0;
    std::string out;
    state_ = State::kHandshake;
    take_outcome(handshake_->on_protocol_header(bytes.substr(0, amqp::kProtocolHeader.size()), out),
                 out);
    return amqp::kProtocolHeader.size();
  }
  const amqp::FrameRead read = amqp::read_frame(bytes, max_payload());
  switch (read.status) {
    case amqp::FrameStatus::kFrame:
      return take_frame(read.frame) ? read.consumed : 0;
    case amqp::FrameStatus::kNeedMore:
      return 0;
    case amqp::FrameStatus::kTooLarge:
    case amqp::FrameStatus::kBadEnd:
      put_off_ = !commands_.empty();
      if (put_off_) return 0;
      handle_fault(read);
      return bytes.size();
  }
  return 0;
}

std::uint32_t Connection::max_payload() const {
  if (handshake_) return handshake_->max_payload();
  return identity_.frame_max == 0 ? UINT32_MAX - 16 : identity_.frame_max;
}

void Connection::handle_fault(const amqp::FrameRead& read) {
  std::string text = "type " + std::to_string(read.frame.type) + ", all octets = ";
  if (read.status == amqp::FrameStatus::kTooLarge) {
    const std::uint32_t limit = max_payload();
    text += "<<>>: {frame_too_large," + std::to_string(read.size) + "," +
            std::to_string(limit < amqp::kFrameOverhead ? 0 : limit - amqp::kFrameOverhead) + "}";
  } else {
    text += erlang_binary(read.frame.payload.substr(0, 64)) + ": {invalid_frame_end_marker," +
            std::to_string(read.end) + "}";
  }
  close_connection(connection_error(ReplyCode::kFrameError, std::move(text)), {});
}

// ---- frames ----

// False: put off.
bool Connection::take_frame(const amqp::Frame& frame) {
  if (commands_.empty()) {
    handle_frame(frame);
    return true;
  }
  joining_ = true;
  if (may_join_commands(frame)) {
    handle_frame(frame);
  } else {
    put_off_ = true;
  }
  joining_ = false;
  return !put_off_;
}

bool Connection::put_off() {
  put_off_ = put_off_ || joining_;
  return joining_;
}

void Connection::handle_frame(const amqp::Frame& frame) {
  if (is_channel_traffic(frame)) [[likely]]
    return handle_channel_frame(frame);
  const auto type = static_cast<amqp::FrameType>(frame.type);
  const bool method = type == amqp::FrameType::kMethod;
  if (state_ == State::kClosing) {
    if (method && frame.channel == 0) handle_method_while_closing(frame.payload);
    return;  // everything but close and close-ok is dropped
  }
  if (type == amqp::FrameType::kHeartbeat && frame.channel == 0) return;
  const bool known = method || type == amqp::FrameType::kHeader || type == amqp::FrameType::kBody ||
                     type == amqp::FrameType::kHeartbeat;
  if (!known || (method && frame.payload.size() < 4)) {
    return close_connection(
        connection_error(ReplyCode::kFrameError, octets_text(frame) + ": unknown_frame"), {});
  }
  if (type == amqp::FrameType::kHeartbeat || (frame.channel == 0 && !method)) {
    return close_connection(connection_error(ReplyCode::kUnexpectedFrame, octets_text(frame)), {});
  }
  if (handshake_) {
    if (!method) {
      return close_connection(connection_error(ReplyCode::kUnexpectedFrame, octets_text(frame)),
                              {});
    }
    std::string out;
    take_outcome(handshake_->on_method(frame.channel, frame.payload, out), out);
  } else if (frame.channel == 0) {
    handle_connection_method(frame);
  } else {
    handle_channel_frame(frame);
  }
}

std::string Connection::octets_text(const amqp::Frame& frame) {
  return "type " + std::to_string(frame.type) +
         ", all octets = " + erlang_binary(frame.payload.substr(0, 64));
}

void Connection::take_outcome(HandshakeOutcome outcome, const std::string& out) {
  output_.append(out);
  output_changed();
  switch (outcome.next) {
    case HandshakeOutcome::Next::kMore:
      return;
    case HandshakeOutcome::Next::kOpen:
      handshake_.reset();
      state_ = State::kRunning;
      counted_ = true;
      deadline_ = {};
      tell_opened();
      log::info(log::Category::kConnection,
                "connection {}: user '{}' authenticated and granted "
                "access to vhost '{}'",
                identity_.name, identity_.user, identity_.vhost);
      return;
    case HandshakeOutcome::Next::kCloseWithError:
      return close_connection(std::move(outcome.error), outcome.method);
    case HandshakeOutcome::Next::kDrop:
      log::warning(log::Category::kConnection, "connection {}: {}", identity_.name, outcome.reason);
      state_ = State::kClosed;
      return;
  }
}

// ---- writing ----

void Connection::send_frame(amqp::FrameType type, ChannelNumber channel, std::string_view payload) {
  char* const start = output_.reserve(amqp::kFrameHeaderSize);
  *start = static_cast<char>(type);
  char* to = amqp::wire::store(start + 1, channel);
  amqp::wire::store(to, static_cast<std::uint32_t>(payload.size()));
  output_.commit(amqp::kFrameHeaderSize);
  output_.append(payload);
  output_.append(std::string_view("\xCE", 1));
  output_changed();
}

void Connection::output_changed() {
  window_->grown_to(static_cast<std::int64_t>(output_.size()));
  schedule_flush();
}

void Connection::schedule_flush() {
  if (flush_scheduled_ || removed_) return;
  flush_scheduled_ = true;
  shard_.flush_later(*this);
}

void Connection::flush_channel_later(Channel& channel) {
  channels_to_flush_.push_back(channel.number());
  schedule_flush();
}

void Connection::flush() {
  flush_scheduled_ = false;
  if (removed_) return;
  for (std::size_t i = 0; i < channels_to_flush_.size(); ++i) {
    Channel* channel = find_channel(channels_to_flush_[i]);
    if (channel && channel->take_flush_mark()) channel->end_of_turn();
  }
  channels_to_flush_.clear();
  flush_scheduled_ = false;
  if (!writing_blocked_) write_output();
}

void Connection::write_output() {
  if (state_ == State::kTlsHandshake) return;
  while (!output_.empty()) {
    iovec pieces[kMaxPieces];
    const std::size_t count = output_.gather(pieces, kMaxPieces);
    IoResult result = transport_->write({pieces, count});
    output_.consume(result.bytes);
    if (result.bytes != 0) {
      last_write_ = shard_.now();
      counters_.send_oct += result.bytes;
      ++counters_.send_cnt;
      changed();
    }
    if (result.status == IoStatus::kOk) continue;
    if (result.status == IoStatus::kError || result.status == IoStatus::kEof) {
      return drop(state_ == State::kClosed ? "" : result.error);
    }
    writing_blocked_ = result.status == IoStatus::kWantWrite;
    if (writing_blocked_) watch_->wait_writable();
    break;
  }
  window_->set_buffered(static_cast<std::int64_t>(output_.size()));
  if (window_->take_starved()) resume_consumers();
  if (state_ == State::kClosed && output_.empty() && !shut_down_) {
    shut_down_ = true;
    transport_->shut_down();
    deadline_ = shard_.now() + std::chrono::seconds(1);
    watch_->wait_readable();  // for the client's end
  }
}

void Connection::resume_consumers() {
  if (channels_.empty()) return;
  // Another channel first each time: there may be room for one only.
  auto at =
      std::next(channels_.begin(), static_cast<std::ptrdiff_t>(next_resumed_++ % channels_.size()));
  for (std::size_t i = channels_.size(); i != 0; --i) {
    at->second->resume_consumers();
    if (++at == channels_.end()) at = channels_.begin();
  }
}

void Connection::on_writable() {
  if (removed_) return;
  if (state_ == State::kTlsHandshake) return continue_tls_handshake();
  writing_blocked_ = false;
  flush();
  if (!removed_ && state_ != State::kTlsHandshake && may_parse()) read_again();
}

// ---- time ----

// Of deliveries. What goes out after a look is not older than its client allows before the next one
// but for allowances below that time, which are kept a little late.
void Connection::enforce_timeouts() {
  constexpr TickCount kNextLook = 4;
  const TickCount now = shard_.ticks();
  next_timeout_look_ = now + kNextLook;
  for (auto& [number, channel] : channels_) {
    next_timeout_look_ = std::min(next_timeout_look_, channel->enforce_timeouts(now));
  }
}

void Connection::tick(Shard::Clock::time_point now) {
  if (removed_) return;
  if (deadline_ != Shard::Clock::time_point{} && now >= deadline_) {
    return drop(state_ == State::kClosed         ? ""
                : state_ == State::kClosing      ? "no close-ok from the client"
                : state_ == State::kTlsHandshake ? "TLS handshake timeout"
                                                 : "handshake timeout");
  }
  if (state_ != State::kRunning) return;
  if (client_has_left()) return end_behind_output();
  if (shard_.ticks() >= next_timeout_look_) enforce_timeouts();
  if (identity_.heartbeat == 0) return;
  const auto interval = std::chrono::seconds(identity_.heartbeat);
  if (may_parse() && now - last_read_ > 2 * interval) {
    return drop("missed heartbeats from client, timeout: " + std::to_string(identity_.heartbeat) +
                "s");
  }
  // Half a tick early is in time, half a tick late would be a whole one.
  if (now - last_write_ >= interval / 2 - Shard::kTickInterval / 2 && output_.empty()) {
    last_write_ = now;
    send_frame(amqp::FrameType::kHeartbeat, 0, {});
  }
}

}  // namespace coney
