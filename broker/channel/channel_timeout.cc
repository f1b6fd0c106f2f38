#include <algorithm>

#include "broker/channel/channel.h"
#include "broker/config/live_settings.h"
#include "broker/log/log.h"
#include "broker/server/server_context.h"
#include "broker/topology/catalog.h"

// Deliveries that are not acknowledged in time (RabbitMQ's consumer timeout). Of the consumer's
// argument x-consumer-timeout, the queue's settings and the configuration the first that is given
// counts; 0 means no limit. Streams have none, nothing there waits for an acknowledgement, and
// neither have queues that are gone.

namespace coney {
namespace {

// At least so often the allowances are looked up again: policies change.
constexpr TickCount kLongestWait = 20;

}  // namespace

void Channel::look_up(AckAllowance& allowance, std::string_view queue_name, QueueId id,
                      std::optional<std::int64_t> argument) {
  const Vhost* vhost = catalog().find_vhost(vhost_name());
  const CatalogQueue* queue = vhost ? vhost->find_queue(queue_name) : nullptr;
  const bool limited = queue && queue->id == id && queue->settings->type != QueueType::kStream;
  std::optional<std::int64_t> milliseconds;
  if (limited) {
    const auto configured = connection_.shard().server().live->consumer_timeout();
    if (configured) milliseconds = configured->count();
    if (queue->settings->consumer_timeout) milliseconds = queue->settings->consumer_timeout;
    if (argument) milliseconds = argument;
  }
  allowance.set(milliseconds, Shard::kTickInterval);
}

// Of all who may hold deliveries. Returns the earliest event of any.
TickCount Channel::look_up_allowances() {
  TickCount shortest = AckAllowance::kUnlimited;
  consumers_.visit([&](Consumer& consumer) {
    if (consumer.no_ack) return;
    look_up(consumer.allowance, consumer.queue_name, consumer.queue, consumer.timeout);
    shortest = std::min(shortest, consumer.allowance.next_event());
  });
  for (auto& [queue, holder] : other_holders_) {
    look_up(holder.allowance, holder.queue_name, queue, std::nullopt);
    shortest = std::min(shortest, holder.allowance.next_event());
  }
  return shortest;
}

Channel::Holder Channel::holder_of(const Unacked& unacked) {
  if (Consumer* consumer = unacked.consumer == 0 ? nullptr : consumers_.find(unacked.consumer)) {
    return {&consumer->allowance, consumer};
  }
  const auto other = other_holders_.find(unacked.queue);
  return {other == other_holders_.end() ? nullptr : &other->second.allowance, nullptr};
}

void Channel::held_without_consumer(QueueId queue, std::string_view queue_name) {
  const auto [holder, is_new] = other_holders_.try_emplace(queue);
  if (!is_new) return;
  holder->second.queue_name = queue_name;
  next_timeout_look_ = 0;
}

TickCount Channel::enforce_timeouts(TickCount now) {
  if (closing_ || released_) return UINT32_MAX;
  if (unacked_.empty()) {
    other_holders_.clear();
    return UINT32_MAX;
  }
  if (now < next_timeout_look_) return next_timeout_look_;
  AckDeadlineScan scan(now, look_up_allowances());
  std::vector<ConsumerNumber> overdue;
  for (auto at = unacked_.next(unacked_.begin()); at < unacked_.end(); at = unacked_.next(at + 1)) {
    const Unacked& unacked = *unacked_.find(at);
    if (scan.stops_at(unacked.delivered)) break;
    const Holder holder = unacked.in_transaction ? Holder{} : holder_of(unacked);
    if (!holder.allowance) continue;
    switch (scan.judge(unacked.delivered, *holder.allowance)) {
      case AckDeadlineScan::Verdict::kWait:
        break;
      case AckDeadlineScan::Verdict::kWarn:
        warn_of_timeout(holder);
        break;
      case AckDeadlineScan::Verdict::kOverdue:
        if (!holder.consumer || !connection_.identity().consumer_cancel_notify) {
          close_after_timeout(*holder.allowance);
          return UINT32_MAX;
        }
        if (!std::exchange(holder.consumer->overdue, true)) overdue.push_back(unacked.consumer);
        break;
    }
  }
  if (!overdue.empty()) cancel_overdue(overdue);
  next_timeout_look_ = std::min(scan.next_look(), now + kLongestWait);
  return next_timeout_look_;
}

void Channel::warn_of_timeout(const Holder& holder) {
  holder.allowance->warned = true;
  ++connection_.shard().counters().consumer_timeout_warnings;
  log::warning(log::Category::kChannel,
               "channel {} of connection {}: {} has not been acknowledged for three quarters of "
               "the consumer timeout of {} ms",
               number_, connection_.identity().name,
               holder.consumer ? "a delivery of consumer '" + holder.consumer->tag + "'"
                               : std::string("a delivery of basic.get or of a cancelled consumer"),
               holder.allowance->milliseconds);
}

// RabbitMQ 3.10 does this with every client, 4.3 where there is no consumer to cancel.
void Channel::close_after_timeout(const AckAllowance& allowance) {
  ++connection_.shard().counters().consumer_timeouts;
  method_ = {};
  fail(channel_error(
      ReplyCode::kPreconditionFailed,
      "delivery acknowledgement on channel " + std::to_string(number_) +
          " timed out. Timeout value used: " + std::to_string(allowance.milliseconds) +
          " ms. This timeout value can be configured, see consumers doc guide to "
          "learn more"));
}

// The client is told that the consumers are cancelled; what they hold goes back to the queues.
void Channel::cancel_overdue(const std::vector<ConsumerNumber>& overdue) {
  for (ConsumerNumber number : overdue) {
    const Consumer& consumer = *consumers_.find(number);
    ++connection_.shard().counters().consumer_timeouts;
    log::warning(log::Category::kChannel,
                 "channel {} of connection {}: consumer '{}' is cancelled, it has not acknowledged "
                 "a delivery for {} ms",
                 number_, connection_.identity().name, consumer.tag,
                 consumer.allowance.milliseconds);
    connection_.send(number_, amqp::BasicCancel{.consumer_tag = consumer.tag, .no_wait = true});
    cancel_unanswered(consumer);
  }
  std::vector<Unacked> held;
  for (auto at = unacked_.next(unacked_.begin()); at < unacked_.end(); at = unacked_.next(at + 1)) {
    const Unacked& unacked = *unacked_.find(at);
    const Consumer* consumer = unacked.in_transaction ? nullptr : consumers_.find(unacked.consumer);
    if (!consumer || !consumer->overdue) continue;
    held.push_back(take_unacked(at + 1));
    forgiven_up_to_ = at + 1;
  }
  for (ConsumerNumber number : overdue) remove_consumer(number);
  settle_now(held, Settlement::kGiveBack);
}

}  // namespace coney
