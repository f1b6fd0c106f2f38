#include "broker/channel/channel.h"
#include "broker/queue/queue.h"

// Class basic: ack, reject, nack, recover.

namespace coney {

// Sends settled positions to their queues, consecutive ones of a queue as one.
struct Channel::Settles {
  Channel& channel;
  Settlement settlement;
  QueueId queue{};
  QueuePosition first = 0;
  std::uint64_t count = 0;

  void add(const Unacked& unacked) {
    if (count != 0 && unacked.queue == queue && unacked.position == first + count) {
      ++count;
      return;
    }
    flush();
    queue = unacked.queue;
    first = unacked.position;
    count = 1;
  }
  void flush() {
    if (count != 0) channel.send_settle(queue, first, count, settlement);
    count = 0;
  }
};

void Channel::send_settle(QueueId queue_id, QueuePosition first, std::uint64_t count,
                          Settlement settlement) {
  Shard& shard = connection_.shard();
  if (queue_id.shard != shard.id()) {
    shard.post(queue_id.shard, SettleMail{queue_id, first, count, settlement});
  } else if (Queue* queue = shard.find(queue_id)) {
    queue->settle(first, count, settlement);
  }
}

// So many of one consumer after the other; whatever became of them, they stay in the stream.
void Channel::give_stream_credit(const std::vector<Unacked>& settled) {
  Shard& shard = connection_.shard();
  for (std::size_t at = 0; at != settled.size();) {
    const Unacked& first = settled[at];
    std::uint64_t count = 0;
    for (; at != settled.size() && settled[at].consumer == first.consumer; ++at) {
      count += settled[at].stream ? 1 : 0;
    }
    if (count == 0) continue;
    const ConsumerKey consumer{connection_.id(), number_, first.consumer};
    if (first.queue.shard != shard.id()) {
      shard.post(first.queue.shard, StreamCreditMail{first.queue, consumer, count});
    } else if (Queue* queue = shard.find(first.queue)) {
      queue->credit(consumer, count);
    }
  }
}

// Settling makes queues deliver, which adds to unacked_: what is settled is taken out first.
void Channel::settle_now(const std::vector<Unacked>& settled, Settlement settlement) {
  std::int32_t limited = 0;
  bool streams = false;
  for (const Unacked& unacked : settled) {
    limited += unacked.limited ? 1 : 0;
    streams = streams || unacked.stream;
  }
  if (limited != 0) limit_->give_back(limited);
  if (settlement == Settlement::kAcknowledge) counters_.deliveries.ack += settled.size();
  Settles settles{*this, settlement};
  for (const Unacked& unacked : settled) {
    if (!unacked.stream) settles.add(unacked);
  }
  settles.flush();
  if (streams) give_stream_credit(settled);
  if (limited != 0 && limit_->take_starved()) resume_consumers();
}

Channel::Unacked Channel::take_unacked(DeliveryTag tag) {
  Unacked taken = *unacked_.find(tag - 1);
  unacked_.erase(tag - 1);
  return taken;
}

void Channel::settle(DeliveryTag tag, bool multiple, Settlement settlement) {
  auto outstanding = [this](DeliveryTag each) {
    Unacked* unacked = each == 0 ? nullptr : unacked_.find(each - 1);
    return unacked && !unacked->in_transaction;
  };
  if (!outstanding(tag) && !(multiple && tag == 0) && !is_late(tag)) {
    return fail(channel_error(ReplyCode::kPreconditionFailed,
                              "unknown delivery tag " + std::to_string(tag)));
  }
  std::vector<Unacked> settled = std::move(settling_);
  settled.clear();
  auto take = [&](DeliveryTag each) {
    if (!transaction_) return settled.push_back(take_unacked(each));
    if (!outstanding(each)) return;
    unacked_.find(each - 1)->in_transaction = true;
    transaction_->settled.emplace_back(each, settlement);
  };
  if (!multiple) {
    if (outstanding(tag)) take(tag);
  } else {
    const DeliveryTag last = tag == 0 ? unacked_.end() : tag;
    for (auto at = unacked_.next(unacked_.begin()); at < last; at = unacked_.next(at + 1)) {
      take(at + 1);
    }
  }
  settle_now(settled, settlement);
  settling_ = std::move(settled);
}

void Channel::on(const amqp::BasicAck& ack) {
  settle(ack.delivery_tag, ack.multiple, Settlement::kAcknowledge);
}

void Channel::on(const amqp::BasicReject& reject) {
  settle(reject.delivery_tag, false, reject.requeue ? Settlement::kRequeue : Settlement::kReject);
}

void Channel::on(const amqp::BasicNack& nack) {
  settle(nack.delivery_tag, nack.multiple,
         nack.requeue ? Settlement::kGiveBack : Settlement::kDiscard);
}

void Channel::requeue_all(Settlement how) {
  std::vector<Unacked> settled;
  for (auto at = unacked_.next(unacked_.begin()); at < unacked_.end(); at = unacked_.next(at + 1)) {
    settled.push_back(take_unacked(at + 1));
  }
  settle_now(settled, how);
}

void Channel::on(const amqp::BasicRecover& recover) {
  if (!recover.requeue) return fail(connection_error(ReplyCode::kNotImplemented, "requeue=false"));
  // The client sees recover-ok before the messages come again.
  connection_.send(number_, amqp::BasicRecoverOk{});
  requeue_all(Settlement::kGiveBack);
}

void Channel::on(const amqp::BasicRecoverAsync& recover) {
  if (!recover.requeue) return fail(connection_error(ReplyCode::kNotImplemented, "requeue=false"));
  requeue_all(Settlement::kGiveBack);
}

}  // namespace coney
