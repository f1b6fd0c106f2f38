#include "broker/queue/queue.h"

#include "broker/connection/connection.h"
#include "broker/queue/consumer_gate.h"
#include "broker/shard/shard.h"

namespace coney {

void Queue::publish(MessageRef message) {
  if (!going_) core_.publish(std::move(message));
}

void Queue::settle(QueuePosition first, std::uint64_t count, Settlement settlement) {
  switch (settlement) {
    case Settlement::kAcknowledge:
    case Settlement::kReject:
      return core_.acknowledge(first, count);
    case Settlement::kRequeue:
      return core_.requeue(first, count, true);
    case Settlement::kReturnUnseen:
      return core_.requeue(first, count, false);
  }
}

bool Queue::admit(const ConsumerOptions& consumer, std::size_t) {
  ConsumerGate& gate = *consumer.gate;
  if (!gate.window->open()) return false;
  limited_ = !consumer.no_ack && gate.limit->active();
  return !limited_ || gate.limit->take();
}

void Queue::deliver(const ConsumerKey& key, const ConsumerOptions& consumer, QueuePosition position,
                    bool redelivered, MessageRef message) {
  DeliverMail mail{key, id_, position, redelivered, limited_, std::move(message)};
  if (key.connection.shard == shard_.id()) {
    if (Connection* connection = shard_.find(key.connection)) return connection->deliver(mail);
    if (!consumer.no_ack) {
      shard_.post(shard_.id(), SettleMail{id_, position, 1, Settlement::kReturnUnseen});
    }
    return;
  }
  consumer.gate->window->mailed(static_cast<std::int64_t>(mail.message->size()));
  shard_.post(key.connection.shard, std::move(mail));
}

QueueAnswer Queue::call(const QueueCall& call) {
  if (going_ && !std::holds_alternative<CancelCall>(call)) return {.status = QueueStatus::kGone};
  return std::visit([this](const auto& each) { return answer(each); }, call);
}

QueueAnswer Queue::counts() const {
  return {.messages = core_.ready_count(), .consumers = core_.consumer_count()};
}

QueueAnswer Queue::answer(const CountCall&) {
  return counts();
}

QueueAnswer Queue::answer(const GetCall& call) {
  QueueAnswer answer;
  answer.delivery = core_.get(call.no_ack);
  return answer;
}

QueueAnswer Queue::answer(const SubscribeCall& call) {
  if (core_.has_exclusive_consumer() || (call.options.exclusive && core_.consumer_count() != 0)) {
    return {.status = QueueStatus::kExclusiveUse};
  }
  core_.subscribe(call.key, call.options);
  return counts();
}

QueueAnswer Queue::answer(const CancelCall& call) {
  QueueAnswer answer = counts();
  if (!core_.cancel(call.key)) return answer;
  answer.consumers = core_.consumer_count();
  if (record_->auto_delete && answer.consumers == 0 && !going_) {
    going_ = true;
    answer.delete_now = true;
  }
  return answer;
}

QueueAnswer Queue::answer(const PurgeCall&) {
  return {.messages = core_.purge()};
}

QueueAnswer Queue::answer(const DeleteCall& call) {
  QueueAnswer answer = counts();
  if (call.if_empty && answer.messages != 0) {
    answer.status = QueueStatus::kNotEmpty;
  } else if (call.if_unused && answer.consumers != 0) {
    answer.status = QueueStatus::kInUse;
  } else {
    going_ = true;
  }
  return answer;
}

void Queue::retire() {
  for (const ConsumerKey& consumer : core_.consumers()) {
    shard_.post(consumer.connection.shard, ConsumerCancelledMail{consumer});
  }
}

}  // namespace coney
