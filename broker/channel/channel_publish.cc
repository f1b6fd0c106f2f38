#include "broker/arguments/erlang_term.h"
#include "broker/channel/channel.h"
#include "broker/channel/direct_reply.h"
#include "broker/message/cc_header.h"
#include "broker/message/expiration.h"
#include "broker/queue/queue.h"
#include "broker/server/server_context.h"
#include "broker/storage/shard_storage.h"

// Class basic: publish and its content, returns, and how content is written.

namespace coney {
namespace {

constexpr std::uint64_t kMaxContentSize = 512u * 1024 * 1024;  // RabbitMQ's hard limit

}  // namespace

// ---- method ----

void Channel::on(const amqp::BasicPublish& publish) {
  pending_.stage = Pending::Stage::kHeader;
  pending_.exchange.assign(publish.exchange);
  pending_.routing_key.assign(publish.routing_key);
  pending_.mandatory = publish.mandatory;
  pending_.immediate = publish.immediate;
  route_.version = 0;
}

void Channel::repeat_publish() {
  method_ = amqp::BasicPublish::kMethod.id;
  pending_.stage = Pending::Stage::kHeader;
}

// ---- content header ----

void Channel::on_header(std::string_view payload) {
  auto header = amqp::decode_content_header(payload);
  if (!header) {
    return connection_.fail(
        number_,
        connection_error(ReplyCode::kFrameError,
                         "type 2, all octets = " + erlang_binary(payload) + ": unknown_frame"),
        {});
  }
  if (pending_.stage == Pending::Stage::kNone) {
    return connection_.fail(number_,
                            connection_error(ReplyCode::kUnexpectedFrame,
                                             "expected method frame, got non method frame instead"),
                            {});
  }
  method_ = amqp::BasicPublish::kMethod.id;
  if (pending_.stage == Pending::Stage::kBody) {
    return fail(connection_error(ReplyCode::kUnexpectedFrame,
                                 "expected content body, got non content body frame instead"));
  }
  if (header->class_id != amqp::kBasicClass) {
    return fail(connection_error(ReplyCode::kUnexpectedFrame,
                                 "expected content header for class 60, got one for class " +
                                     std::to_string(header->class_id) + " instead"));
  }
  if (header->weight != 0) {
    return fail(connection_error(
        ReplyCode::kUnexpectedFrame,
        "expected content header for class 60, got non content header frame instead"));
  }
  if (header->body_size > kMaxContentSize) {
    return fail(connection_error(ReplyCode::kFrameError, "content body size " +
                                                             std::to_string(header->body_size) +
                                                             " exceeds maximum allowed size " +
                                                             std::to_string(kMaxContentSize)));
  }
  pending_.stage = Pending::Stage::kBody;
  pending_.size = pending_.missing = header->body_size;
  pending_.oversized = header->body_size > connection_.shard().config().max_message_size;
  if (!pending_.oversized) prepare_header(*header);
  if (pending_.missing == 0) complete_publish();
}

// Decides the bytes under which the header is kept and takes memory for the message.
void Channel::prepare_header(const amqp::ContentHeader& header) {
  pending_.flags = amqp::wire::load<std::uint16_t>(header.properties.data());
  // The same properties as last time (most publishers repeat theirs) need no second look.
  if (header.properties == pending_.properties && !pending_.header.empty()) {
    amqp::wire::store(pending_.header.data() + 4, header.body_size);
  } else {
    pending_.properties.assign(header.properties);
    pending_.header.clear();
    auto list = amqp::PropertyList::decode(pending_.properties);
    pending_.malformed = !list || (list->headers && !amqp::inspect_table(*list->headers));
    if (pending_.malformed) return;
    pending_.persistent = list->delivery_mode == 2;
    pending_.header = kept_header(*list, header.body_size);
  }
  pending_.builder = MessageBuilder(pending_.exchange, pending_.routing_key, pending_.header,
                                    header.body_size, pending_.persistent);
}

// As RabbitMQ forwards it: headers sorted by key, BCC removed, direct reply-to made an address.
std::string Channel::kept_header(amqp::PropertyList& list, std::uint64_t body_size) {
  std::string headers, without;
  if (list.headers && !amqp::inspect_table(*list.headers)->canonical) {
    auto table = *amqp::decode_table(*list.headers);
    table.canonicalize();
    amqp::encode_table(headers, table);
    list.headers = std::string_view(headers).substr(4);
  }
  if (list.headers && !amqp::find_encoded(*list.headers, "BCC").empty()) {
    without = without_bcc(*list.headers);
    list.headers = without;
  }
  if (list.reply_to == kDirectReplyQueue && !direct_reply_token_.empty()) {
    list.reply_to = direct_reply_token_;
  }
  std::string header;
  amqp::encode_content_header(header, body_size, list);
  return header;
}

// ---- content body ----

void Channel::on_body(std::string_view payload) {
  if (pending_.stage == Pending::Stage::kNone) {
    return connection_.fail(number_,
                            connection_error(ReplyCode::kUnexpectedFrame,
                                             "expected method frame, got non method frame instead"),
                            {});
  }
  method_ = amqp::BasicPublish::kMethod.id;
  if (pending_.stage == Pending::Stage::kHeader) {
    return fail(connection_error(
        ReplyCode::kUnexpectedFrame,
        "expected content header for class 60, got non content header frame instead"));
  }
  if (payload.size() > pending_.missing) {
    return fail(connection_error(ReplyCode::kFrameError,
                                 "content body frame exceeds remaining content size"));
  }
  pending_.missing -= payload.size();
  if (pending_.builder.active()) pending_.builder.append(payload);
  if (pending_.missing == 0) complete_publish();
}

// ---- the whole message ----

void Channel::complete_publish() {
  pending_.stage = Pending::Stage::kNone;
  method_ = amqp::BasicPublish::kMethod.id;
  connection_.published();
  if (pending_.immediate) {
    return fail(connection_error(ReplyCode::kNotImplemented, "immediate=true"));
  }
  if (pending_.oversized) {
    return fail(channel_error(ReplyCode::kPreconditionFailed,
                              "message size " + std::to_string(pending_.size) +
                                  " is larger than configured max size " +
                                  std::to_string(connection_.shard().config().max_message_size)));
  }
  if (route_.version == catalog().version() && !pending_.malformed && pending_.plain()) {
    return dispatch_publish(pending_.builder.finish(), route_.queues);
  }
  if (!check_access(Access::kWrite, "exchange", pending_.exchange)) return;
  Exchange* exchange = lookup_exchange(pending_.exchange);
  if (!exchange) return;
  if (exchange->record->internal) {
    return fail(channel_error(ReplyCode::kAccessRefused, "cannot publish to internal exchange '" +
                                                             pending_.exchange + "' in vhost '" +
                                                             vhost_name() + "'"));
  }
  if (!check_topic_access(Access::kWrite, *exchange, pending_.routing_key)) return;
  route_.counters = counters_of(*exchange);
  route_and_send(*exchange);
}

// Checks that need the properties, in RabbitMQ's order; false: failed.
bool Channel::check_publish(const amqp::PropertyList& list, std::vector<std::string_view>& keys) {
  if (list.user_id && *list.user_id != user()) {
    fail(channel_error(ReplyCode::kPreconditionFailed,
                       "user_id property set to '" + std::string(*list.user_id) +
                           "' but authenticated user was '" + user() + "'"));
    return false;
  }
  if (list.expiration) {
    if (auto expiration = parse_expiration(*list.expiration); !expiration) {
      fail(expiration.error());
      return false;
    }
  }
  if (list.reply_to == kDirectReplyQueue && direct_reply_token_.empty()) {
    fail(channel_error(ReplyCode::kPreconditionFailed, "fast reply consumer does not exist"));
    return false;
  }
  if (list.headers) {
    auto copies = read_carbon_copies(*list.headers);
    if (!copies) {
      fail(copies.error());
      return false;
    }
    keys.insert(keys.end(), copies->routing_keys.begin(), copies->routing_keys.end());
  }
  return true;
}

void Channel::route_and_send(const Exchange& exchange) {
  if (pending_.malformed) {
    return connection_.fail(number_, connection_error(ReplyCode::kInternalError, ""), {});
  }
  const amqp::PropertyList list = *amqp::PropertyList::decode(pending_.properties);
  std::vector<std::string_view> keys{pending_.routing_key};
  if (!check_publish(list, keys)) return;
  for (std::size_t copy = 1; copy < keys.size(); ++copy) {
    if (!check_topic_access(Access::kWrite, exchange, keys[copy])) return;
  }
  if (exchange.is_default() && pending_.routing_key.starts_with(kDirectReplyQueue) &&
      publish_direct_reply()) {
    return;
  }
  const bool by_keys = catalog().route(
      vhost(), exchange,
      {.keys = keys, .headers = list.headers.value_or(std::string_view{}), .properties = &list},
      route_.queues);
  // Only what depends on exchange and key alone may be kept.
  const bool tracing = catalog().tracing() && vhost().tracing;
  route_.version = by_keys && pending_.plain() && !tracing ? catalog().version() : 0;
  MessageRef message = pending_.builder.finish();
  if (tracing) trace_published(message, keys);
  dispatch_publish(std::move(message), route_.queues);
}

void Channel::dispatch_publish(MessageRef message, const std::vector<QueueId>& queues) {
  count_publish(queues.size());
  connection_.shard().counters().count_message(message->body().size());
  if (transaction_) {
    transaction_->publishes.push_back({std::move(message), queues, pending_.mandatory});
    return;
  }
  if (queues.empty()) {
    count_unroutable(pending_.mandatory);
    if (pending_.mandatory) return_unroutable(message);
    if (confirm_mode_) confirms_.publish(0), need_flush();
    return;
  }
  send_to_queues(std::move(message), queues);
}

// Mail also reaches a queue of this shard that makes its users wait.
bool Channel::goes_by_mail(QueueId id) const {
  Shard& shard = connection_.shard();
  if (id.shard != shard.id()) return true;
  if (!shard.restoring()) return false;
  Queue* queue = shard.find(id);
  return queue && queue->restoring();
}

// A message for several queues is logged once, in front of all that they log of it. 0: each queue
// logs what it gets.
BodyId Channel::log_once(const MessageRef& message, const std::vector<QueueId>& queues) {
  Shard& shard = connection_.shard();
  if (!message->persistent() || !shard.storage().attached()) return {};
  std::size_t logging = 0;
  for (QueueId id : queues) {
    Queue* queue = shard.find(id);
    logging += id.shard != shard.id() || (queue && queue->logs()) ? 1 : 0;
  }
  return logging < 2 ? BodyId{} : shard.storage().log_body(message);
}

void Channel::send_to_queues(MessageRef message, const std::vector<QueueId>& queues) {
  Shard& shard = connection_.shard();
  const BodyId body = queues.size() == 1 ? BodyId{} : log_once(message, queues);
  const PublishSequence sequence = confirm_mode_ ? confirms_.last() + 1 : 0;
  std::uint32_t answers = 0;
  // The queues' records are worth nothing without the body.
  Durability wait =
      body == BodyId{} ? Durability::kNone : shard.config().durability_of(vhost_name());
  bool refused = false;
  for (std::size_t i = 0; i < queues.size(); ++i) {
    const QueueId id = queues[i];
    MessageRef each = i + 1 == queues.size() ? std::move(message) : message;
    if (goes_by_mail(id)) {
      ++answers;
      connection_.mailed_publish(each->size());
      shard.post(id.shard,
                 PublishMail{id, std::move(each), connection_.id(), number_, sequence, body});
    } else if (Queue* queue = shard.find(id)) {
      queue->count_publish();
      const PublishOutcome outcome = queue->publish(std::move(each), body);
      wait = std::min(wait, outcome.wait);
      refused = refused || !outcome.accepted;
      if (queue->behind()) connection_.yield_to_consumers();
    }
  }
  if (shard.storage().was_congested()) connection_.wait_for_storage();
  if (!confirm_mode_) return;
  if (wait != Durability::kNone) {
    ++answers;
    shard.storage().confirm_when(
        wait, {.publisher = connection_.id(), .channel = number_, .sequence = sequence});
  }
  watch_confirm(confirms_.publish(answers + (refused ? 1 : 0)));
  if (refused) confirms_.settle(sequence, false);
  need_flush();
}

void Channel::return_unroutable(const MessageRef& message) {
  std::string method;
  amqp::encode_method(method, amqp::BasicReturn{.reply_code = 312,
                                                .reply_text = "NO_ROUTE",
                                                .exchange = message->exchange(),
                                                .routing_key = message->routing_key()});
  write_content(method, message);
}

// ---- writing content ----

namespace {

char* store_frame_start(char* to, amqp::FrameType type, ChannelNumber channel, std::size_t size) {
  *to++ = static_cast<char>(type);
  to = amqp::wire::store(to, channel);
  return amqp::wire::store(to, static_cast<std::uint32_t>(size));
}

char* store_frame_end(char* to) {
  *to++ = static_cast<char>(amqp::kFrameEnd);
  return to;
}

}  // namespace

void Channel::write_delivery(std::string_view prefix, DeliveryTag tag, bool redelivered,
                             const MessageRef& message, std::string_view header) {
  const std::string_view routing = message->routing();
  const std::size_t method_size = prefix.size() + 9 + routing.size();
  write_content_frames(method_size, message, header, [&](char* to) {
    to = amqp::wire::store_bytes(to, prefix);
    to = amqp::wire::store(to, tag);
    *to++ = redelivered ? 1 : 0;
    return amqp::wire::store_bytes(to, routing);
  });
}

void Channel::write_content(std::string_view method, const MessageRef& message) {
  write_content_frames(method.size(), message, message->header(),
                       [&](char* to) { return amqp::wire::store_bytes(to, method); });
}

// Method, header and body frames; a small message in one piece, a large body by reference.
template <typename StoreMethod>
void Channel::write_content_frames(std::size_t method_size, const MessageRef& message,
                                   std::string_view header, StoreMethod&& store_method) {
  OutputBuffer& output = connection_.output();
  const std::string_view body = message->body();
  const std::uint32_t frame_max = connection_.identity().frame_max;
  const std::size_t piece = frame_max == 0 ? body.size() : frame_max - amqp::kFrameOverhead;
  const bool in_one = body.size() < OutputBuffer::kReferenceFrom && body.size() <= piece;
  const std::size_t front = 2 * amqp::kFrameOverhead + method_size + header.size();
  if (front > OutputBuffer::kChunkSize / 2) {  // headers of many kilobytes
    std::string method(method_size, '\0');
    store_method(method.data());
    connection_.send_frame(amqp::FrameType::kMethod, number_, method);
    connection_.send_frame(amqp::FrameType::kHeader, number_, header);
  } else {
    const std::size_t inline_body =
        in_one && !body.empty() ? amqp::kFrameOverhead + body.size() : 0;
    char* const start = output.reserve(front + inline_body);
    char* to = store_frame_start(start, amqp::FrameType::kMethod, number_, method_size);
    to = store_frame_end(store_method(to));
    to = store_frame_start(to, amqp::FrameType::kHeader, number_, header.size());
    to = store_frame_end(amqp::wire::store_bytes(to, header));
    if (inline_body != 0) {
      to = store_frame_start(to, amqp::FrameType::kBody, number_, body.size());
      to = store_frame_end(amqp::wire::store_bytes(to, body));
    }
    output.commit(static_cast<std::size_t>(to - start));
    if (in_one) return connection_.output_changed();
  }
  for (std::size_t at = 0; at < body.size(); at += piece) {
    const std::string_view part = body.substr(at, piece);
    char* to = output.reserve(amqp::kFrameHeaderSize);
    store_frame_start(to, amqp::FrameType::kBody, number_, part.size());
    output.commit(amqp::kFrameHeaderSize);
    if (part.size() < OutputBuffer::kReferenceFrom) {
      output.append(part);
    } else {
      output.append_reference(message, part);
    }
    output.append(std::string_view("\xCE", 1));
  }
  connection_.output_changed();
}

// ---- direct reply-to ----

void Channel::consume_direct_replies(const amqp::BasicConsume& consume) {
  if (!consume.no_ack) {
    return fail(channel_error(ReplyCode::kPreconditionFailed, "reply consumer cannot acknowledge"));
  }
  if (direct_reply_consumer()) {
    return fail(channel_error(ReplyCode::kPreconditionFailed, "reply consumer already set"));
  }
  Consumer consumer = new_consumer(consume);
  consumer.direct_reply = true;
  if (direct_reply_key_ == 0) direct_reply_key_ = random_key();
  direct_reply_token_ = coney::direct_reply_token({connection_.id(), number_, direct_reply_key_});
  pending_.header.clear();  // kept properties may name the pseudo-queue
  if (!consume.no_wait)
    connection_.send(number_, amqp::BasicConsumeOk{.consumer_tag = consumer.tag});
  direct_reply_consumer_ = consumer.number;
  add_consumer(std::move(consumer));
}

bool Channel::takes_direct_replies(std::uint64_t key) const {
  return key == direct_reply_key_ && !closing_ && direct_reply_consumer();
}

const Channel::Consumer* Channel::direct_reply_consumer() const {
  return consumers_.find(direct_reply_consumer_);
}

void Channel::direct_reply(const DirectReplyMail& mail) {
  if (!takes_direct_replies(mail.key)) return;
  unacked_.skip();
  write_delivery(direct_reply_consumer()->prefix, unacked_.end(), false, mail.message,
                 mail.message->header());
}

// False: the key is no token, the message is routed like any other.
bool Channel::publish_direct_reply() {
  auto address = parse_direct_reply_token(pending_.routing_key);
  if (!address || static_cast<std::size_t>(address->connection.shard) >=
                      connection_.shard().server().shards.size()) {
    return false;
  }
  connection_.shard().post(address->connection.shard,
                           DirectReplyMail{address->connection, address->channel, address->key,
                                           pending_.builder.finish()});
  if (confirm_mode_) confirms_.publish(0), need_flush();
  return true;
}

// queue.declare of the pseudo-queue or of a token: true when it is answered here.
bool Channel::declare_direct_reply(const amqp::QueueDeclare& declare) {
  if (declare.queue == kDirectReplyQueue) {
    if (!declare.no_wait) {
      connection_.send(number_, amqp::QueueDeclareOk{.queue = declare.queue, .consumer_count = 1});
    }
    return true;
  }
  const std::string_view queue = declare.queue;
  if (!declare.passive || !queue.starts_with(kDirectReplyQueue) ||
      !queue.substr(kDirectReplyQueue.size()).starts_with('.')) {
    return false;
  }
  auto address = parse_direct_reply_token(declare.queue);
  if (!address) {
    connection_.fail(number_, connection_error(ReplyCode::kInternalError, ""), {});
    return true;
  }
  connection_.ask_direct_reply(
      *address, [this, name = std::string(declare.queue), method = method_](bool alive) {
        method_ = method;
        if (!alive) {
          return fail(channel_error(ReplyCode::kNotFound,
                                    "no queue '" + name + "' in vhost '" + vhost_name() + "'"));
        }
        connection_.send(number_, amqp::QueueDeclareOk{.queue = name, .consumer_count = 1});
      });
  return true;
}

}  // namespace coney
