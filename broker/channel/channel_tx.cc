#include "broker/channel/channel.h"

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
  for (auto& publish : work.publishes) {
    if (publish.queues.empty()) {
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
  connection_.send(number_, amqp::TxCommitOk{});
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
