#include "tests/integration/client.h"

#include <utility>

#include "amqp/properties.h"
#include "amqp/table.h"

namespace coney::test {
namespace {

using namespace std::string_literals;

constexpr std::uint32_t kFrameMax = 131072;
constexpr std::string_view kNoProperties("\0\0", 2);
constexpr std::size_t kWriteFrom = 64 * 1024;  // bytes that are waiting to be sent

// Without its length, as methods have it.
std::string encoded_table(const amqp::Table& table) {
  std::string encoded;
  amqp::encode_table(encoded, table);
  return encoded.substr(4);
}

// Tells the broker that connection.blocked is understood, and connection.close for a refused login.
std::string client_properties(const Login& login) {
  const amqp::Value yes = amqp::Value::boolean(true);
  amqp::Table capabilities{{"connection.blocked", yes}, {"authentication_failure_close", yes}};
  if (login.consumer_cancel_notify) capabilities.append("consumer_cancel_notify", yes);
  amqp::Table properties = login.properties;
  properties.append("capabilities", amqp::Value::table(std::move(capabilities)));
  return encoded_table(properties);
}

std::uint32_t id_of(std::string_view payload) {
  return amqp::wire::load<std::uint32_t>(payload.data());
}

// REQUIRES: id_of() says that it is a Method.
template <typename Method>
Method decode(std::string_view payload) {
  return amqp::decode_arguments<Method>(payload.substr(4)).value();
}

template <typename Method>
bool is(std::string_view payload) {
  return id_of(payload) == Method::kMethod.id.packed();
}

}  // namespace

Login plain_login(const std::string& user, const std::string& password) {
  return {.response = "\0"s + user + "\0"s + password};
}

Client::Client(std::uint16_t port) : Client(std::make_unique<TcpStream>(port)) {}

Client::Client(std::unique_ptr<Stream> stream, const Login& login) : stream_(std::move(stream)) {
  handshake(login);
  open_channel(1);
}

void Client::handshake(const Login& login) {
  out_ = amqp::kProtocolHeader;
  const auto start = expect<amqp::ConnectionStart>(0);
  mechanisms_ = start.method.mechanisms;
  const std::string properties = client_properties(login);
  send(0, amqp::ConnectionStartOk{.client_properties = properties,
                                  .mechanism = login.mechanism,
                                  .response = login.response,
                                  .locale = "en_US"});
  if (login.secure_response) {
    expect<amqp::ConnectionSecure>(0);
    send(0, amqp::ConnectionSecureOk{.response = *login.secure_response});
  }
  const auto tune = expect<amqp::ConnectionTune>(0);
  channel_max_ = tune.method.channel_max;
  send(0, amqp::ConnectionTuneOk{
              .channel_max = tune.method.channel_max, .frame_max = kFrameMax, .heartbeat = 0});
  send(0, amqp::ConnectionOpen{.virtual_host = login.vhost});
  expect<amqp::ConnectionOpenOk>(0);
}

void Client::open_channel(std::uint16_t number) {
  send(number, amqp::ChannelOpen{});
  expect<amqp::ChannelOpenOk>(number);
}

// ---- queues and exchanges ----

QueueCounts Client::declare(const std::string& queue, QueueFlags flags,
                            const amqp::Table& arguments) {
  send_declare(1, queue, flags, arguments);
  return await_declared(1, queue);
}

void Client::send_declare(std::uint16_t channel, const std::string& queue, QueueFlags flags,
                          const amqp::Table& arguments) {
  std::string encoded;
  amqp::encode_table(encoded, arguments);
  send(channel, amqp::QueueDeclare{.queue = queue,
                                   .passive = flags.passive,
                                   .durable = flags.durable,
                                   .exclusive = flags.exclusive,
                                   .auto_delete = flags.auto_delete,
                                   .arguments = std::string_view(encoded).substr(4)});
}

void Client::send_bind(std::uint16_t channel, const std::string& queue, const std::string& exchange,
                       const std::string& key) {
  send(channel, amqp::QueueBind{.queue = queue, .exchange = exchange, .routing_key = key});
}

QueueCounts Client::await_declared(std::uint16_t channel, const std::string& queue) {
  const auto answer = expect<amqp::QueueDeclareOk>(channel);
  if (answer.method.queue != queue) {
    throw std::runtime_error("wanted queue " + queue + ", got " + std::string(answer.method.queue));
  }
  return {answer.method.message_count, answer.method.consumer_count};
}

void Client::await_bound(std::uint16_t channel) {
  expect<amqp::QueueBindOk>(channel);
}

template <typename Method>
bool Client::exists(const Method& passive_declare) {
  constexpr std::uint16_t kChannel = 2;
  open_channel(kChannel);
  send(kChannel, passive_declare);
  try {
    while (answers_.empty()) read_some();
  } catch (const ClosedByBroker& closed) {
    if (closed.only_channel && closed.code == 404) return false;
    throw;
  }
  answers_.clear();  // the declare-ok
  send(kChannel, amqp::ChannelClose{});
  expect<amqp::ChannelCloseOk>(kChannel);
  return true;
}

bool Client::queue_exists(const std::string& queue) {
  return exists(amqp::QueueDeclare{.queue = queue, .passive = true});
}

bool Client::exchange_exists(const std::string& exchange) {
  return exists(amqp::ExchangeDeclare{.exchange = exchange, .type = "direct", .passive = true});
}

void Client::declare_exchange(const std::string& exchange, const std::string& type, bool durable,
                              const amqp::Table& arguments) {
  const std::string encoded = encoded_table(arguments);
  send(1, amqp::ExchangeDeclare{
              .exchange = exchange, .type = type, .durable = durable, .arguments = encoded});
  expect<amqp::ExchangeDeclareOk>(1);
}

void Client::bind_exchange(const std::string& destination, const std::string& source,
                           const std::string& key) {
  send(1, amqp::ExchangeBind{.destination = destination, .source = source, .routing_key = key});
  expect<amqp::ExchangeBindOk>(1);
}

void Client::unbind(const std::string& queue, const std::string& exchange, const std::string& key) {
  send(1, amqp::QueueUnbind{.queue = queue, .exchange = exchange, .routing_key = key});
  expect<amqp::QueueUnbindOk>(1);
}

void Client::bind(const std::string& queue, const std::string& exchange, const std::string& key) {
  send(1, amqp::QueueBind{.queue = queue, .exchange = exchange, .routing_key = key});
  expect<amqp::QueueBindOk>(1);
}

void Client::delete_queue(const std::string& queue) {
  send(1, amqp::QueueDelete{.queue = queue});
  expect<amqp::QueueDeleteOk>(1);
}

void Client::purge(const std::string& queue) {
  send(1, amqp::QueuePurge{.queue = queue});
  expect<amqp::QueuePurgeOk>(1);
}

// ---- messages ----

void Client::publish(std::string_view exchange, std::string_view key, std::string_view body,
                     const amqp::PropertyList& properties) {
  send(1, amqp::BasicPublish{.exchange = exchange, .routing_key = key});
  std::string header;
  amqp::encode_content_header(header, body.size(), properties);
  amqp::append_frame(out_, amqp::FrameType::kHeader, 1, header);
  amqp::append_body_frames(out_, 1, body, kFrameMax);
  if (confirming_) unconfirmed_.insert(++published_);
  if (out_.size() >= kWriteFrom) write_out();
}

void Client::confirm_select() {
  send(1, amqp::ConfirmSelect{});
  expect<amqp::ConfirmSelectOk>(1);
  confirming_ = true;
}

void Client::tx_select() {
  send(1, amqp::TxSelect{});
  expect<amqp::TxSelectOk>(1);
}

void Client::tx_commit() {
  send(1, amqp::TxCommit{});
  expect<amqp::TxCommitOk>(1);
}

void Client::tx_rollback() {
  send(1, amqp::TxRollback{});
  expect<amqp::TxRollbackOk>(1);
}

void Client::wait_for_confirms() {
  while (!unconfirmed_.empty()) read_some();
}

std::string Client::next_alarm() {
  while (alarms_.empty()) read_some();
  std::string reason = std::move(alarms_.front());
  alarms_.pop_front();
  return reason;
}

std::optional<std::string> Client::wait_for_confirms_or_alarm() {
  while (!unconfirmed_.empty() && alarms_.empty()) read_some();
  if (alarms_.empty()) return std::nullopt;
  return next_alarm();
}

void Client::qos(std::uint16_t prefetch, bool global) {
  send(1, amqp::BasicQos{.prefetch_count = prefetch, .global = global});
  expect<amqp::BasicQosOk>(1);
}

void Client::consume(const std::string& queue, const std::string& tag, bool no_ack,
                     const amqp::Table& arguments) {
  const std::string encoded = encoded_table(arguments);
  send(1, amqp::BasicConsume{
              .queue = queue, .consumer_tag = tag, .no_ack = no_ack, .arguments = encoded});
  expect<amqp::BasicConsumeOk>(1);
}

void Client::cancel(const std::string& tag) {
  send(1, amqp::BasicCancel{.consumer_tag = tag});
  expect<amqp::BasicCancelOk>(1);
}

void Client::send_cancel(const std::string& tag) {
  send(1, amqp::BasicCancel{.consumer_tag = tag});
  write_out();
}

std::string Client::next_cancelled() {
  while (cancelled_.empty()) read_some();
  std::string tag = std::move(cancelled_.front());
  cancelled_.pop_front();
  return tag;
}

Delivery Client::next_delivery() {
  while (deliveries_.empty()) read_some();
  Delivery delivery = std::move(deliveries_.front());
  deliveries_.pop_front();
  return delivery;
}

std::optional<Delivery> Client::get(const std::string& queue, bool no_ack) {
  send(1, amqp::BasicGet{.queue = queue, .no_ack = no_ack});
  got_.reset();
  while (!got_ && answers_.empty()) read_some();
  if (!got_) expect<amqp::BasicGetEmpty>(1);
  return std::move(got_);
}

void Client::ack(std::uint64_t tag, bool multiple) {
  send(1, amqp::BasicAck{.delivery_tag = tag, .multiple = multiple});
}

void Client::requeue(std::uint64_t tag, bool multiple) {
  send(1, amqp::BasicNack{.delivery_tag = tag, .multiple = multiple, .requeue = true});
}

void Client::reject(std::uint64_t tag, bool requeue) {
  send(1, amqp::BasicReject{.delivery_tag = tag, .requeue = requeue});
}

void Client::flush() {
  send(1, amqp::ChannelFlow{.active = true});
  expect<amqp::ChannelFlowOk>(1);
}

void Client::close() {
  send(0, amqp::ConnectionClose{.reply_code = 200});
  expect<amqp::ConnectionCloseOk>(0);
  stream_.reset();
}

std::uint16_t Client::wait_for_close() {
  try {
    for (;;) read_some();
  } catch (const ClosedByBroker& closed) {
    if (closed.only_channel) throw;
    write_out();  // close-ok
    stream_.reset();
    return closed.code;
  }
}

std::uint16_t Client::wait_for_channel_close() {
  try {
    for (;;) read_some();
  } catch (const ClosedByBroker& closed) {
    if (!closed.only_channel) throw;
    return closed.code;
  }
}

// ---- frames out ----

template <typename Method>
void Client::send(std::uint16_t channel, const Method& method) {
  std::string payload;
  amqp::encode_method(payload, method);
  amqp::append_frame(out_, amqp::FrameType::kMethod, channel, payload);
}

void Client::write_out() {
  stream_->send(out_);
  out_.clear();
}

// ---- frames in ----

template <typename Method>
Client::Answer<Method> Client::expect(std::uint16_t channel) {
  while (answers_.empty()) read_some();
  auto [from, payload] = std::move(answers_.front());
  answers_.pop_front();
  if (from != channel || !is<Method>(payload)) {
    throw std::runtime_error("wanted " + std::string(Method::kMethod.name) + ", channel " +
                             std::to_string(from) + " got method " +
                             std::to_string(id_of(payload) >> 16) + "." +
                             std::to_string(id_of(payload) & 0xFFFF));
  }
  Answer<Method> answer{std::make_unique<std::string>(std::move(payload)), {}};
  answer.method = decode<Method>(*answer.payload);
  return answer;
}

void Client::read_some() {
  write_out();
  if (std::exchange(frames_left_, false)) return take_frames();
  char part[64 * 1024];
  const std::size_t count = stream_->read(part);
  if (count == 0) throw std::runtime_error("the broker has ended the stream");
  in_.append(part, count);
  take_frames();
}

void Client::take_frames() {
  const std::string bytes = std::exchange(in_, {});
  std::string_view left = bytes;
  try {
    for (;;) {
      const amqp::FrameRead read = amqp::read_frame(left, kFrameMax);
      if (read.status == amqp::FrameStatus::kNeedMore) break;
      if (read.status != amqp::FrameStatus::kFrame) throw std::runtime_error("malformed frame");
      left.remove_prefix(read.consumed);
      take(read.frame);
    }
  } catch (const ClosedByBroker&) {
    in_.assign(left);
    frames_left_ = !in_.empty();
    throw;
  }
  in_.assign(left);
}

void Client::take(const amqp::Frame& frame) {
  switch (static_cast<amqp::FrameType>(frame.type)) {
    case amqp::FrameType::kMethod:
      return take_method(frame.channel, frame.payload);
    case amqp::FrameType::kHeartbeat:
      return;
    case amqp::FrameType::kHeader: {
      const auto header = amqp::decode_content_header(frame.payload).value();
      content_.value().missing = header.body_size;
      if (header.properties != kNoProperties) content_->delivery.properties = header.properties;
      break;
    }
    case amqp::FrameType::kBody:
      content_.value().delivery.body.append(frame.payload);
      content_->missing -= frame.payload.size();
      break;
  }
  if (content_->missing == 0) finish_content();
}

void Client::take_method(std::uint16_t channel, std::string_view payload) {
  if (is<amqp::BasicDeliver>(payload)) {
    const auto deliver = decode<amqp::BasicDeliver>(payload);
    content_ = Content{};
    content_->delivery = {
        deliver.delivery_tag, deliver.redelivered, std::string(deliver.consumer_tag), {}, {}};
  } else if (is<amqp::BasicGetOk>(payload)) {
    const auto got = decode<amqp::BasicGetOk>(payload);
    content_ = Content{};
    content_->delivery = {got.delivery_tag, got.redelivered, {}, {}, {}};
  } else if (take_event(payload)) {
    return;
  } else if (is<amqp::ChannelClose>(payload)) {
    const auto close = decode<amqp::ChannelClose>(payload);
    send(channel, amqp::ChannelCloseOk{});
    throw ClosedByBroker(true, close.reply_code, close.reply_text);
  } else if (is<amqp::ConnectionClose>(payload)) {
    const auto close = decode<amqp::ConnectionClose>(payload);
    send(0, amqp::ConnectionCloseOk{});
    throw ClosedByBroker(false, close.reply_code, close.reply_text);
  } else {
    answers_.emplace_back(channel, payload);
    return;
  }
  content_->method = payload.substr(0, 4);
}

// What comes unasked and has no content; false when it is not that.
bool Client::take_event(std::string_view payload) {
  if (is<amqp::BasicAck>(payload)) {
    const auto ack = decode<amqp::BasicAck>(payload);
    take_confirm(ack.delivery_tag, ack.multiple, true);
  } else if (is<amqp::BasicNack>(payload)) {
    const auto nack = decode<amqp::BasicNack>(payload);
    take_confirm(nack.delivery_tag, nack.multiple, false);
  } else if (is<amqp::BasicCancel>(payload)) {
    cancelled_.emplace_back(decode<amqp::BasicCancel>(payload).consumer_tag);
  } else if (is<amqp::ConnectionBlocked>(payload)) {
    alarms_.emplace_back(decode<amqp::ConnectionBlocked>(payload).reason);
  } else if (is<amqp::ConnectionUnblocked>(payload)) {
    alarms_.emplace_back();
  } else {
    return false;
  }
  return true;
}

void Client::take_confirm(std::uint64_t tag, bool multiple, bool accepted) {
  const auto first = multiple ? unconfirmed_.begin() : unconfirmed_.find(tag);
  const auto last = unconfirmed_.upper_bound(tag);
  if (first == unconfirmed_.end() && !multiple) {
    throw std::runtime_error("confirm of " + std::to_string(tag) + ", which does not wait for one");
  }
  if (!accepted) refused_.insert(first, last);
  unconfirmed_.erase(first, last);
}

void Client::finish_content() {
  Delivery& delivery = content_->delivery;
  if (is<amqp::BasicGetOk>(content_->method)) {
    got_ = std::move(delivery);
  } else {
    deliveries_.push_back(std::move(delivery));
  }
  content_.reset();
}

}  // namespace coney::test
