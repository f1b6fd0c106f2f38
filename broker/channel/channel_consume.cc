#include <algorithm>

#include "broker/arguments/consumer_arguments.h"
#include "broker/arguments/resource_text.h"
#include "broker/channel/channel.h"
#include "broker/channel/declared_name.h"
#include "broker/channel/direct_reply.h"
#include "broker/message/counted_message.h"
#include "broker/queue/queue.h"
#include "broker/stats/shard_stats.h"
#include "broker/stream/stream_header.h"

// Class basic: qos, consume, cancel, get, and what is delivered.

namespace coney {

void Channel::on(const amqp::BasicQos& qos) {
  if (qos.prefetch_size != 0) {
    return fail(connection_error(ReplyCode::kNotImplemented,
                                 "prefetch_size!=0 (" + std::to_string(qos.prefetch_size) + ")"));
  }
  if (qos.global) {
    if (qos.prefetch_count != 0) count_unlimited();
    limit_->set(qos.prefetch_count);
    resume_consumers();
  } else {
    prefetch_ = qos.prefetch_count;
  }
  connection_.send(number_, amqp::BasicQosOk{});
}

// What consumers got while there was no limit counts, and gives it back when it is settled.
void Channel::count_unlimited() {
  std::int32_t found = 0;
  for (auto at = unacked_.next(unacked_.begin()); at != unacked_.end();
       at = unacked_.next(at + 1)) {
    Unacked& unacked = *unacked_.find(at);
    if (unacked.consumer == 0 || unacked.limited) continue;
    unacked.limited = true;
    ++found;
  }
  limit_->count(found);
}

std::shared_ptr<ConsumerGate> Channel::gate() {
  if (!gate_) {
    gate_ = std::make_shared<ConsumerGate>(ConsumerGate{connection_.delivery_window(), limit_});
  }
  return gate_;
}

// ---- consumers ----

Channel::Consumer* Channel::find_consumer(std::string_view tag) {
  const auto found = consumer_tags_.find(tag);
  return found == consumer_tags_.end() ? nullptr : found->second;
}

void Channel::add_consumer(Consumer added) {
  const ConsumerNumber number = added.number;
  Consumer& consumer = consumers_.add(number, std::make_unique<Consumer>(std::move(added)));
  consumer_tags_.emplace(consumer.tag, &consumer);
  next_timeout_look_ = 0;
}

void Channel::remove_consumer(ConsumerNumber number) {
  Consumer* consumer = consumers_.find(number);
  if (!consumer) return;
  if (ShardStats* stats = connection_.shard().stats()) stats->tell(ConsumerClosed{consumer->key});
  consumer_tags_.erase(consumer->tag);
  if (!consumer->no_ack) held_without_consumer(consumer->queue, consumer->queue_name);
  consumers_.erase(number);
}

namespace {

std::string delivery_prefix(std::string_view tag) {
  std::string prefix;
  amqp::Encoder encoder(prefix);
  encoder.u16(amqp::BasicDeliver::kMethod.id.class_id);
  encoder.u16(amqp::BasicDeliver::kMethod.id.method_id);
  encoder.short_string(tag);
  return prefix;
}

}  // namespace

void Channel::on(const amqp::BasicConsume& consume) {
  if (consume.queue == kDirectReplyQueue) return consume_direct_replies(consume);
  auto name = queue_name(consume.queue);
  if (!name || !check_access(Access::kRead, "queue", *name)) return;
  if (!consume.consumer_tag.empty() && find_consumer(consume.consumer_tag)) {
    return fail(connection_error(
        ReplyCode::kNotAllowed,
        "attempt to reuse consumer tag '" + std::string(consume.consumer_tag) + "'"));
  }
  if (auto most = connection_.shard().config().consumer_max_per_channel;
      most && consumers_.size() >= *most) {
    return fail(connection_error(
        ReplyCode::kNotAllowed,
        "reached maximum (" + std::to_string(*most) + ") of consumers per channel"));
  }
  CatalogQueue* queue = lookup_queue(*name);
  if (!queue) return;
  auto table = arguments(consume.arguments);
  if (!table) return;
  auto checked = check_consumer_arguments(
      {vhost_name(), *name, parse_queue_type(queue->record->type).value_or(QueueType::kClassic),
       consume.no_ack, prefetch_, *table, connection_.shard().wall_time()});
  if (!checked) return fail(checked.error());
  ConsumerOptions options{
      gate(), consume.no_ack, consume.exclusive,
      static_cast<std::int32_t>(std::clamp<std::int64_t>(checked->priority, INT32_MIN, INT32_MAX)),
      consume.no_ack ? 0u : prefetch_};
  Consumer consumer = new_consumer(consume);
  consumer.timeout = checked->timeout;
  consumer.queue = queue->id;
  consumer.queue_name = std::move(*name);
  SubscribeCall call{consumer.key, std::move(options), nullptr};
  if (queue->settings->type == QueueType::kStream) {
    consumer.stream = true;
    call.reading = std::make_unique<const StreamReading>(std::move(checked->reading));
  }
  auto facts = facts_of(consume, consumer, std::move(*table));
  start_consumer(std::move(consumer), std::move(call), consume.no_wait, std::move(facts));
}

Channel::Consumer Channel::new_consumer(const amqp::BasicConsume& consume) {
  Consumer consumer;
  consumer.number = ++last_consumer_;
  consumer.tag = consume.consumer_tag.empty() ? "amq.ctag-" + random_name()
                                              : std::string(consume.consumer_tag);
  consumer.no_ack = consume.no_ack;
  consumer.prefix = delivery_prefix(consumer.tag);
  consumer.key = {connection_.id(), number_, consumer.number};
  return consumer;
}

void Channel::start_consumer(Consumer consumer, SubscribeCall call, bool no_wait,
                             std::shared_ptr<const ConsumerFacts> facts) {
  const QueueId queue = consumer.queue;
  add_consumer(std::move(consumer));
  connection_.ask(
      queue, std::move(call),
      [this, number = last_consumer_, no_wait, method = method_,
       facts = std::move(facts)](QueueAnswer& answer) {
        method_ = method;
        Consumer* started = consumers_.find(number);
        if (!started) return;
        if (answer.status != QueueStatus::kOk) {
          const std::string text = queue_text(started->queue_name, vhost_name());
          remove_consumer(number);
          if (answer.status == QueueStatus::kExclusiveUse) {
            return fail(channel_error(ReplyCode::kAccessRefused, text + " in exclusive use"));
          }
          return fail(channel_error(ReplyCode::kNotFound, "no " + text));
        }
        tell_opened(started->key, facts);
        if (!no_wait) connection_.send(number_, amqp::BasicConsumeOk{.consumer_tag = started->tag});
        resume_consumer(*started);
      });
}

void Channel::resume_consumer(const Consumer& consumer) {
  if (consumer.direct_reply) return;
  Shard& shard = connection_.shard();
  if (consumer.queue.shard != shard.id()) {
    shard.post(consumer.queue.shard, ResumeMail{{{consumer.queue, consumer.key}}});
  } else if (Queue* queue = shard.find(consumer.queue)) {
    queue->resume(consumer.key);
  }
}

// Another one first each time: there may be room for one only. Under a global prefetch none may
// overtake those before it, wherever their queues live; otherwise the shards need not wait for each
// other.
void Channel::resume_consumers() {
  const std::size_t first = next_resumed_++;
  if (!limit_->active()) {
    consumers_.visit_from(first, [this](const Consumer& consumer) { resume_consumer(consumer); });
    return;
  }
  std::vector<ConsumerTurn> turns;
  turns.reserve(consumers_.size());
  consumers_.visit_from(first, [&turns](const Consumer& consumer) {
    if (!consumer.direct_reply) turns.push_back({consumer.queue, consumer.key});
  });
  std::ranges::reverse(turns);
  connection_.shard().resume(std::move(turns));
}

void Channel::on(const amqp::BasicCancel& cancel) {
  auto answer = [this, tag = std::string(cancel.consumer_tag), no_wait = cancel.no_wait] {
    if (!no_wait) connection_.send(number_, amqp::BasicCancelOk{.consumer_tag = tag});
  };
  Consumer* consumer = find_consumer(cancel.consumer_tag);
  if (!consumer) return answer();
  const Consumer gone = *consumer;
  if (gone.direct_reply) {
    remove_consumer(gone.number);
    return answer();
  }
  // What is on its way from the queue still reaches the client, in front of cancel-ok.
  connection_.ask(gone.queue, CancelCall{gone.key}, [this, answer, gone](QueueAnswer& result) {
    remove_consumer(gone.number);
    if (!result.delete_now) return answer();
    finish_delete(gone.queue_name, gone.queue, answer);
  });
}

void Channel::consumer_cancelled(ConsumerNumber number) {
  Consumer* consumer = consumers_.find(number);
  if (!consumer) return;
  if (connection_.identity().consumer_cancel_notify && !closing_) {
    connection_.send(number_, amqp::BasicCancel{.consumer_tag = consumer->tag, .no_wait = true});
  }
  remove_consumer(number);
}

// ---- get ----

void Channel::on(const amqp::BasicGet& get) {
  auto name = queue_name(get.queue);
  if (!name || !check_access(Access::kRead, "queue", *name)) return;
  CatalogQueue* queue = lookup_queue(*name);
  if (!queue) return;
  if (queue->settings->type == QueueType::kQuorum && queue->settings->single_active_consumer) {
    return fail(channel_error(
        ReplyCode::kResourceLocked,
        "cannot obtain access to locked " + queue_text(*name, vhost_name()) +
            ". basic.get operations are not supported by <<\"quorum\">> queues with single active "
            "consumer"));
  }
  if (queue->settings->type == QueueType::kStream) {
    return fail(connection_error(
        ReplyCode::kNotImplemented,
        "basic.get not supported by stream queues " + queue_text(*name, vhost_name())));
  }
  connection_.ask(
      queue->id, GetCall{get.no_ack},
      [this, id = queue->id, name = *name, no_ack = get.no_ack](QueueAnswer& answer) {
        if (!answer.delivery) {
          ++counters_.deliveries.get_empty;
          return connection_.send(number_, amqp::BasicGetEmpty{});
        }
        QueueDelivery& delivery = *answer.delivery;
        counters_.deliveries.got(no_ack, delivery.facts.redelivered);
        if (no_ack) {
          unacked_.skip();
        } else {
          unacked_.push_back({id, connection_.shard().ticks(), delivery.position, 0, false});
          held_without_consumer(id, name);
        }
        std::string method;
        amqp::encode_method(
            method,
            amqp::BasicGetOk{.delivery_tag = unacked_.end(),
                             .redelivered = delivery.facts.redelivered,
                             .exchange = delivery.message->exchange(),
                             .routing_key = delivery.message->routing_key(),
                             .message_count = static_cast<std::uint32_t>(delivery.ready_left)});
        const DeliveryCounts counts = delivery.facts.counts;
        write_content(method, counts.acquired == 0 ? delivery.message
                                                   : counted_message(*delivery.message, counts));
        if (catalog().tracing())
          trace_delivered(delivery.message, name, delivery.facts.redelivered);
      });
}

// ---- deliveries ----

void Channel::deliver(DeliverMail& mail) {
  Consumer* consumer = consumers_.find(mail.consumer.number);
  if (!consumer || closing_) {  // cancelled meanwhile
    if (mail.limited) limit_->give_back(1);
    send_settle(mail.queue, mail.position, 1, Settlement::kReturnUnseen);
    return;
  }
  counters_.deliveries.delivered(consumer->no_ack, mail.redelivered);
  if (consumer->no_ack) {
    unacked_.skip();
  } else {
    const bool late = limit_->active() && !mail.limited;  // it was sent before there was a limit
    if (late) limit_->count(1);
    unacked_.push_back({mail.queue, connection_.shard().ticks(), mail.position, consumer->number,
                        mail.limited || late, false, consumer->stream});
  }
  if (consumer->stream) return write_stream_delivery(*consumer, mail);
  if (mail.counts.acquired != 0) mail.message = counted_message(*mail.message, mail.counts);
  write_delivery(consumer->prefix, unacked_.end(), mail.redelivered, mail.message,
                 mail.message->header());
  if (catalog().tracing()) [[unlikely]]
    trace_delivered(mail.message, consumer->queue_name, mail.redelivered);
}

void Channel::write_stream_delivery(const Consumer& consumer, const DeliverMail& mail) {
  thread_local std::string header;
  write_stream_header(header, mail.message->header(), mail.position);
  write_delivery(consumer.prefix, unacked_.end(), false, mail.message, header);
}

}  // namespace coney
