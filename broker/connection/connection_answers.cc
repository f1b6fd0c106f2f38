#include "broker/channel/channel.h"
#include "broker/connection/connection.h"
#include "broker/queue/queue.h"
#include "broker/storage/shard_storage.h"
#include "broker/topology/topology.h"

// What comes back from queues, the topology and other shards.

namespace coney {

// ---- questions ----

void Connection::ask(QueueId id, QueueCall call, QueueThen then) {
  Queue* queue = shard_.find(id);
  if (id.shard == shard_.id() && !(queue && queue->must_wait(call))) {
    QueueAnswer answer{.status = QueueStatus::kGone};
    if (queue) answer = queue->call(call);
    return then(answer);
  }
  awaited_.push_back({id, std::move(then)});
  shard_.post(id.shard, QueueCallMail{id, id_, std::move(call)});
}

void Connection::ask_topology(TopologyCommand command, std::shared_ptr<CommandChain> chain,
                              TopologyThen then) {
  put_off_ = !chain;
  commands_.push_back(std::move(then));
  shard_.topology().submit(id_, std::move(command), std::move(chain));
}

void Connection::ask_direct_reply(const DirectReplyAddress& address,
                                  std::function<void(bool)> then) {
  if (address.connection.shard == shard_.id()) {
    Connection* requester = shard_.find(address.connection);
    return then(requester && requester->takes_direct_replies(address));
  }
  awaited_.push_back(
      {{address.connection.shard, 0, 0},
       [then = std::move(then)](QueueAnswer& answer) { then(answer.status == QueueStatus::kOk); }});
  shard_.post(address.connection.shard, DirectReplyQueryMail{address, id_});
}

bool Connection::takes_direct_replies(const DirectReplyAddress& address) {
  Channel* channel = find_channel(address.channel);
  return channel && channel->takes_direct_replies(address.key);
}

// ---- answers ----

void Connection::on_queue_answer(QueueAnswerMail& mail) {
  auto found = std::find_if(awaited_.begin(), awaited_.end(),
                            [&](const Awaited& awaited) { return awaited.queue == mail.queue; });
  if (found == awaited_.end()) {  // closed meanwhile
    if (mail.answer.delivery) {
      shard_.post(mail.queue.shard, SettleMail{mail.queue, mail.answer.delivery->position, 1,
                                               Settlement::kReturnUnseen});
    }
    if (mail.answer.delete_now) {
      shard_.post(mail.queue.shard, QueueCallMail{mail.queue, {}, DeleteCall{}});
    }
    return;
  }
  QueueThen then = std::move(found->then);
  awaited_.erase(found);
  then(mail.answer);
  while (awaited_.empty() && !held_answers_.empty()) {
    TopologyAnswer answer = std::move(held_answers_.front());
    held_answers_.pop_front();
    take_topology_answer(answer);
  }
  go_on();
}

void Connection::on_topology_answer(TopologyAnswer& answer) {
  if (!awaited_.empty()) return held_answers_.push_back(std::move(answer));
  take_topology_answer(answer);
  go_on();
}

void Connection::take_topology_answer(TopologyAnswer& answer) {
  if (commands_.empty()) return;  // closed meanwhile
  TopologyThen then = std::move(commands_.front());
  commands_.pop_front();
  then(answer);
}

void Connection::forget_answers() {
  awaited_.clear();
  commands_.clear();
  held_answers_.clear();
  commit_then_ = nullptr;
}

// ---- publishing ----

void Connection::mailed_publish(std::uint64_t bytes) {
  publish_credit_used_ += bytes;
}

void Connection::on_publish_credit(const PublishCreditMail& mail) {
  const bool stopped = !may_parse();
  publish_credit_used_ -= std::min(mail.bytes, publish_credit_used_);
  if (mail.behind) yield_to_consumers();
  if (stopped) go_on();
}

void Connection::wait_for_storage() {
  if (!std::exchange(waits_for_storage_, true)) shard_.wait_for_storage(id_);
}

void Connection::on_storage_ready() {
  waits_for_storage_ = false;
  go_on();
}

void Connection::await_commit(TxId id, bool logged, std::vector<ShardId> others,
                              std::function<void(bool)> then) {
  commit_then_ = std::move(then);
  const Durability durability = shard_.config().durability_of(identity_.vhost);
  shard_.storage().commit(id, durability, logged, std::move(others),
                          [&shard = shard_, to = id_](bool durable) {
                            if (Connection* connection = shard.find(to))
                              connection->on_committed(durable);
                          });
}

void Connection::on_committed(bool durable) {
  if (auto then = std::exchange(commit_then_, nullptr)) then(durable);
  go_on();
}

void Connection::on_confirm(const ConfirmMail& mail) {
  Channel* channel = find_channel(mail.channel);
  if (channel && !channel->closing() && state_ == State::kRunning) channel->confirm(mail);
}

void Connection::published() {
  if (alarm_.empty() || blocked_) return;
  blocked_ = true;
  tell_alarm();
}

void Connection::on_alarm(const std::string& reason) {
  if (state_ == State::kClosing || state_ == State::kClosed) return;
  alarm_ = reason;
  changed();
  if (!blocked_ || !alarm_.empty()) return;
  blocked_ = false;
  last_read_ = shard_.now();  // what the client sent meanwhile is yet to be read
  tell_alarm();
  go_on();
}

void Connection::tell_alarm() {
  if (!identity_.connection_blocked || state_ != State::kRunning) return;
  if (blocked_) return send(0, amqp::ConnectionBlocked{.reason = alarm_});
  send(0, amqp::ConnectionUnblocked{});
}

// ---- deliveries ----

void Connection::on_deliver(DeliverMail& mail) {
  window_->received(static_cast<std::int64_t>(mail.message->size()));
  deliver(mail);
}

void Connection::deliver(DeliverMail& mail) {
  Channel* channel = find_channel(mail.consumer.channel);
  if (channel && state_ == State::kRunning) return channel->deliver(mail);
  shard_.post(mail.queue.shard,
              SettleMail{mail.queue, mail.position, 1, Settlement::kReturnUnseen});
}

void Connection::on_consumer_cancelled(const ConsumerKey& consumer) {
  Channel* channel = find_channel(consumer.channel);
  if (channel && state_ == State::kRunning) channel->consumer_cancelled(consumer.number);
}

void Connection::on_direct_reply(DirectReplyMail& mail) {
  Channel* channel = find_channel(mail.channel);
  if (channel && state_ == State::kRunning) channel->direct_reply(mail);
}

}  // namespace coney
