#include "broker/channel/channel.h"
#include "broker/stats/fingerprint.h"
#include "broker/stats/shard_stats.h"

// What a channel tells of itself.

namespace coney {
namespace {

std::uint64_t fingerprint(const ChannelCounters& counters, const ChannelGauges& gauges) {
  const DeliveryCounters& deliveries = counters.deliveries;
  Fingerprint print;
  for (std::uint64_t value :
       {counters.publish, counters.confirm, counters.return_unroutable, counters.drop_unroutable,
        deliveries.deliver, deliveries.deliver_no_ack, deliveries.get, deliveries.get_no_ack,
        deliveries.get_empty, deliveries.redeliver, deliveries.ack, gauges.messages_unacknowledged,
        gauges.messages_unconfirmed, gauges.messages_uncommitted, gauges.acks_uncommitted,
        std::uint64_t{gauges.consumers}, std::uint64_t{gauges.prefetch_count},
        std::uint64_t{gauges.global_prefetch_count},
        std::uint64_t{gauges.confirm} | std::uint64_t{gauges.transactional} << 1 |
            std::uint64_t{gauges.closing} << 2}) {
    print.add(value);
  }
  return print.value();
}

}  // namespace

ChannelCounters Channel::counters() const {
  ChannelCounters counters = counters_;
  counters.confirm = confirms_.accepted();
  return counters;
}

ChannelGauges Channel::gauges() const {
  ChannelGauges gauges;
  gauges.messages_unacknowledged = unacked_.size();
  gauges.messages_unconfirmed = confirms_.open_count();
  if (transaction_) {
    gauges.messages_uncommitted = transaction_->publishes.size();
    gauges.acks_uncommitted = transaction_->settled.size();
  }
  gauges.consumers = static_cast<std::uint32_t>(consumers_.size());
  gauges.prefetch_count = prefetch_;
  gauges.global_prefetch_count = static_cast<std::uint32_t>(limit_->limit());
  gauges.confirm = confirm_mode_;
  gauges.transactional = transaction_ != nullptr;
  gauges.closing = closing_;
  return gauges;
}

void Channel::report(std::vector<StatsEvent>& events) {
  if (released_) return;
  const ChannelCounters counted = counters();
  const ChannelGauges measured = gauges();
  const std::uint64_t print = fingerprint(counted, measured);
  if (std::exchange(reported_, print) == print) return;
  events.push_back(ChannelUpdate{{connection_.id(), number_}, counted, measured});
}

void Channel::count_confirm() {
  if (!confirms_.is_settled(watched_)) return;
  Shard& shard = connection_.shard();
  shard.counters().confirm_latency.add(shard.now() - watched_since_);
  watched_ = 0;
}

UnackedList Channel::unacked(const UnackedCall& call) {
  UnackedList list;
  const TickCount now = connection_.shard().ticks();
  std::uint32_t looked_at = 0;
  for (auto at = unacked_.next(unacked_.begin()); at < unacked_.end(); at = unacked_.next(at + 1)) {
    if (list.deliveries.size() >= call.most || ++looked_at > kMostLookedAt) {
      list.more = true;
      break;
    }
    const Unacked& one = *unacked_.find(at);
    if (call.queue && one.queue != *call.queue) continue;
    list.deliveries.push_back({.queue = one.queue,
                               .position = one.position,
                               .tag = at + 1,
                               .consumer = one.consumer,
                               .age = std::uint64_t{now - one.delivered} *
                                      static_cast<std::uint64_t>(Shard::kTickInterval.count()),
                               .in_transaction = one.in_transaction});
  }
  return list;
}

void Channel::tell_closed() {
  ShardStats* stats = connection_.shard().stats();
  if (stats) stats->tell(ChannelClosed{{connection_.id(), number_}, counters()});
}

void Channel::count_declare() {
  if (ShardStats* stats = connection_.shard().stats()) ++stats->churn().queue_declared;
}

// Without anybody to tell its first use is never announced.
void Channel::announce(const std::shared_ptr<ExchangeCounters>& counters) {
  ShardStats* stats = connection_.shard().stats();
  if (stats) stats->exchange_used(counters);
}

std::shared_ptr<ExchangeCounters> Channel::counters_of(Exchange& exchange) {
  if (!exchange.counters) {
    exchange.counters = std::make_shared<ExchangeCounters>();
    exchange.counters->record = exchange.record;
  }
  return exchange.counters;
}

std::shared_ptr<const ConsumerFacts> Channel::facts_of(const amqp::BasicConsume& consume,
                                                       const Consumer& consumer,
                                                       amqp::Table arguments) {
  if (!connection_.shard().stats()) return nullptr;
  auto facts = std::make_shared<ConsumerFacts>();
  facts->tag = consumer.tag;
  facts->queue = consumer.queue;
  facts->queue_name = consumer.queue_name;
  facts->vhost = vhost_name();
  facts->arguments = std::move(arguments);
  facts->prefetch_count = prefetch_;
  facts->ack_required = !consume.no_ack;
  facts->exclusive = consume.exclusive;
  facts->timeout = consumer.timeout;
  return facts;
}

void Channel::tell_opened(const ConsumerKey& key, std::shared_ptr<const ConsumerFacts> facts) {
  if (facts) connection_.shard().stats()->tell(ConsumerOpened{key, std::move(facts)});
}

}  // namespace coney
