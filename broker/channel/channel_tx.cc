#include <algorithm>

#include "broker/channel/channel.h"
#include "broker/storage/shard_storage.h"

// Class tx: publishes and settlements of a transaction wait until commit.

namespace coney {

void Channel::on(const amqp::TxSelect&) {
  if (confirm_mode_) {
    return fail(
        channel_error(ReplyCode::kPreconditionFailed, "cannot switch from confirm to tx mode"));
  }
  if (!transaction_) transaction_ = std::make_unique<Transaction>();
  connection_.send(number_, amqp::TxSelectOk{});
}

void Channel::on(const amqp::TxCommit&) {
  if (!transaction_) {
    return fail(channel_error(ReplyCode::kPreconditionFailed, "channel is not transactional"));
  }
  Transaction work = std::exchange(*transaction_, {});
  Shard& shard = connection_.shard();
  if (!shard.storage().attached()) {
    carry_out(work);
    return connection_.send(number_, amqp::TxCommitOk{});
  }
  // Every shard that has a part of it logs that part under the same id.
  const std::vector<ShardId> others = other_shards(work);
  const TxId id = shard.storage().new_transaction();
  for (ShardId other : others) shard.post(other, TransactionMail{id, true, shard.id()});
  shard.storage().begin_part(id);
  carry_out(work);
  const bool logged = shard.storage().end_part();
  for (ShardId other : others) shard.post(other, TransactionMail{id, false, shard.id()});
  connection_.await_commit(
      id, logged, others, [this, &connection = connection_, number = number_](bool durable) {
        if (connection.find_channel(number) != this || closing_) return;
        if (durable) return connection.send(number, amqp::TxCommitOk{});
        method_ = amqp::TxCommit::kMethod.id;
        fail(connection_error(ReplyCode::kInternalError, "the transaction could not be stored"));
      });
}

std::vector<ShardId> Channel::other_shards(const Transaction& work) {
  const ShardId here = connection_.shard().id();
  std::vector<ShardId> others;
  auto add = [&](QueueId queue) {
    if (queue.shard != here &&
        std::find(others.begin(), others.end(), queue.shard) == others.end()) {
      others.push_back(queue.shard);
    }
  };
  for (const auto& publish : work.publishes) {
    for (QueueId queue : publish.queues) add(queue);
  }
  for (const auto& [tag, settlement] : work.settled) {
    if (const Unacked* unacked = unacked_.find(tag - 1)) add(unacked->queue);
  }
  return others;
}

void Channel::carry_out(Transaction& work) {
  for (auto& publish : work.publishes) {
    if (publish.queues.empty()) {
      count_unroutable(publish.mandatory);
      if (publish.mandatory) return_unroutable(publish.message);
      continue;
    }
    send_to_queues(std::move(publish.message), publish.queues);
  }
  std::vector<Unacked> one(1);
  for (const auto& [tag, settlement] : work.settled) {
    if (!unacked_.find(tag - 1)) continue;  // basic.recover has sent it back meanwhile
    one[0] = take_unacked(tag);
    settle_now(one, settlement);
  }
}

void Channel::on(const amqp::TxRollback&) {
  if (!transaction_) {
    return fail(channel_error(ReplyCode::kPreconditionFailed, "channel is not transactional"));
  }
  Transaction work = std::exchange(*transaction_, {});
  for (const auto& [tag, settlement] : work.settled) {
    if (Unacked* unacked = unacked_.find(tag - 1)) unacked->in_transaction = false;
  }
  connection_.send(number_, amqp::TxRollbackOk{});
}

}  // namespace coney
