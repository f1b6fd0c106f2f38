// What a shard does with each kind of mail.

#include "broker/channel/channel.h"
#include "broker/connection/connection.h"
#include "broker/queue/queue.h"
#include "broker/shard/for_each_connection.h"
#include "broker/storage/shard_storage.h"
#include "broker/transport/file_descriptor.h"
#include "broker/transport/socket_address.h"

namespace coney {

struct Shard::MailHandler {
  Shard& shard;

  // ---- for a queue ----

  void operator()(PublishMail& mail) {
    const std::uint64_t bytes = mail.message->size();
    bool behind = false;
    PublishOutcome outcome;
    if (Queue* queue = shard.find(mail.queue)) {
      if (queue->restoring()) return queue->defer(std::move(mail));
      queue->count_publish();
      outcome = queue->publish(std::move(mail.message), mail.body);
      behind = queue->behind();
    }
    if (!mail.publisher.valid()) return;
    shard.add_credit(mail.publisher, bytes, behind);
    if (mail.sequence == 0) return;
    // A queue that is gone has taken the message as well as one that was deleted right after.
    const ConfirmMail confirm{.publisher = mail.publisher,
                              .channel = mail.channel,
                              .accepted = outcome.accepted,
                              .sequence = mail.sequence};
    if (outcome.wait == Durability::kNone) {
      shard.post(mail.publisher.shard, confirm);
    } else {
      shard.storage_->confirm_when(outcome.wait, confirm);
    }
  }

  // The queue's records are handed to the log before the answer leaves, so that what the source
  // logs because of it comes behind them.
  void operator()(DeadLetterMail& mail) {
    PublishOutcome outcome{.accepted = false};
    if (Queue* queue = shard.find(mail.queue)) {
      if (queue->restoring()) return queue->defer(std::move(mail));
      outcome = queue->publish(std::move(mail.message), {}, mail.facts);
      if (!outcome.accepted && mail.must_arrive) queue->turned_away(mail.source);
    }
    if (!mail.source.valid()) return;
    shard.post(mail.source.shard,
               DeadLetterArrivedMail{mail.source, mail.position, mail.queue, outcome.accepted});
  }
  void operator()(DeadLetterArrivedMail& mail) {
    if (Queue* queue = shard.find(mail.source)) {
      queue->dead_letter_arrived(mail.position, mail.by, mail.accepted);
    }
  }
  void operator()(DeadLetterRoomMail& mail) {
    if (Queue* queue = shard.find(mail.source)) queue->retry_dead_letters();
  }

  void operator()(TransactionMail& mail) {
    if (mail.begin) return shard.storage_->begin_part(mail.id);
    shard.post(mail.sender, TransactionPartMail{mail.id, shard.storage_->end_part()});
  }
  void operator()(TransactionEndedMail& mail) { shard.storage_->transaction_ended(mail.id); }
  void operator()(TransactionPartMail& mail) { shard.storage_->part_logged(mail.id, mail.logged); }

  void operator()(SettleMail& mail) {
    if (Queue* queue = shard.find(mail.queue)) {
      queue->settle(mail.first, mail.count, mail.settlement);
    }
  }

  void operator()(StreamCreditMail& mail) {
    if (Queue* queue = shard.find(mail.queue)) queue->credit(mail.consumer, mail.count);
  }

  void operator()(ResumeMail& mail) { shard.resume(std::move(mail.turns)); }

  void operator()(QueueCallMail& mail) {
    Queue* queue = shard.find(mail.queue);
    if (queue && queue->must_wait(mail.call)) return queue->defer(std::move(mail));
    QueueAnswer answer{.status = QueueStatus::kGone};
    if (queue) answer = queue->call(mail.call);
    // Whoever ends up with the answer has to have the queue deleted.
    if (std::holds_alternative<DeleteCall>(mail.call) &&
        (answer.status == QueueStatus::kOk || !mail.caller.valid())) {
      answer.delete_now = true;
    }
    if (mail.caller.valid()) {
      shard.post(mail.caller.shard, QueueAnswerMail{mail.caller, mail.queue, std::move(answer)});
    } else if (answer.delete_now) {
      shard.delete_queue(mail.queue);
    }
  }

  void operator()(QueueRequestMail& mail) {
    Queue* queue = shard.find(mail.queue);
    if (queue && queue->must_wait(mail.call)) return queue->defer(std::move(mail));
    QueueAnswer answer{.status = QueueStatus::kGone};
    if (queue) answer = queue->call(mail.call);
    mail.then(std::move(answer));
  }

  void operator()(PublishRequestMail& mail) {
    Queue* queue = shard.find(mail.queue);
    if (queue && queue->restoring()) return queue->defer(std::move(mail));
    PublishAnswer answer{.gone = !queue || queue->is_going()};
    Durability wait = Durability::kNone;
    for (MessageRef& message : mail.messages) {
      if (answer.gone) break;
      queue->count_publish();
      const PublishOutcome outcome = queue->publish(std::move(message));
      if (!outcome.accepted) break;
      ++answer.taken;
      wait = std::min(wait, outcome.wait);
    }
    if (wait == Durability::kNone) return mail.then(answer);
    shard.storage_->call_when(wait, [answer, then = std::move(mail.then)](bool durable) {
      then({.taken = durable ? answer.taken : 0});
    });
  }

  void operator()(BrowseMail& mail) {
    Queue* queue = shard.find(mail.queue);
    if (!queue) return mail.then({.gone = true});
    if (queue->restoring()) return queue->defer(std::move(mail));
    queue->browse(mail.call, std::move(mail.then));
  }

  // ---- for a connection ----

  void operator()(UnackedMail& mail) {
    Connection* connection = shard.find(mail.connection);
    Channel* channel = connection ? connection->find_channel(mail.channel) : nullptr;
    mail.then(channel ? channel->unacked(mail.call) : UnackedList{});
  }

  void operator()(DeliverMail& mail) {
    if (Connection* connection = shard.find(mail.consumer.connection)) {
      connection->on_deliver(mail);
    } else {
      return_delivery(mail.queue, mail.position);
    }
  }

  void operator()(QueueAnswerMail& mail) {
    if (Connection* connection = shard.find(mail.caller)) {
      connection->on_queue_answer(mail);
      return;
    }
    if (mail.answer.delivery) return_delivery(mail.queue, mail.answer.delivery->position);
    if (mail.answer.delete_now) {  // its shard knows the name
      shard.post(mail.queue.shard, QueueCallMail{mail.queue, {}, DeleteCall{}});
    }
  }

  void operator()(ConfirmMail& mail) {
    if (Connection* connection = shard.find(mail.publisher)) connection->on_confirm(mail);
  }
  void operator()(PublishCreditMail& mail) {
    if (Connection* connection = shard.find(mail.publisher)) {
      connection->on_publish_credit(mail);
    }
  }
  void operator()(ConsumerCancelledMail& mail) {
    if (Connection* connection = shard.find(mail.consumer.connection)) {
      connection->on_consumer_cancelled(mail.consumer);
    }
  }
  void operator()(DirectReplyMail& mail) {
    if (Connection* connection = shard.find(mail.requester)) connection->on_direct_reply(mail);
  }
  void operator()(DirectReplyQueryMail& mail) {
    Connection* requester = shard.find(mail.address.connection);
    const bool alive = requester && requester->takes_direct_replies(mail.address);
    shard.post(mail.caller.shard,
               QueueAnswerMail{mail.caller,
                               QueueId{shard.id_, 0, 0},
                               {.status = alive ? QueueStatus::kOk : QueueStatus::kGone}});
  }
  void operator()(TopologyAnswerMail& mail) {
    if (Connection* connection = shard.find(mail.to)) connection->on_topology_answer(mail.answer);
  }

  // ---- for the shard ----

  void operator()(ChangesMail& mail) { shard.apply(*mail.changes); }
  void operator()(QueueRetiredMail& mail) { shard.retire_queue(mail.queue); }
  void operator()(LogNewsMail& mail) { shard.storage_->handle(mail); }
  void operator()(ChunkWrittenMail& mail) { shard.storage_->handle(mail); }
  void operator()(ChunkReadMail& mail) { shard.storage_->handle(mail); }
  void operator()(SegmentsSyncedMail& mail) { shard.storage_->handle(mail); }
  void operator()(CompactMail& mail) { shard.storage_->handle(mail); }
  void operator()(RestoreQueueMail& mail) { shard.restores_.push_back(std::move(mail)); }
  void operator()(AcceptedMail& mail) { shard.accept(mail); }
  void operator()(CloseConnectionMail& mail) {
    if (Connection* connection = shard.find(mail.connection)) {
      connection->force_close(std::move(mail.reason));
    }
  }
  void operator()(ShutDownMail&) { shard.shut_down(); }
  void operator()(FarewellMail& mail) { ++shard.farewells_[mail.round]; }
  void operator()(AlarmMail& mail) {
    shard.alarm_ = std::move(mail.reason);
    shard.for_each_connection([this](Connection& c) { c.on_alarm(shard.alarm_); });
  }

 private:
  // The connection has gone before the message reached it. A message that left its queue already
  // (no-ack) is lost, as with RabbitMQ.
  void return_delivery(QueueId queue, QueuePosition position) {
    shard.post(queue.shard, SettleMail{queue, position, 1, Settlement::kReturnUnseen});
  }
};

void Shard::handle(Mail& mail) {
  std::visit(MailHandler{*this}, mail);
}

Queue* Shard::find(QueueId id) {
  if (id.shard != id_ || id.slot >= queues_.size()) return nullptr;
  const QueueSlot& slot = queues_[id.slot];
  return slot.generation == id.generation ? slot.queue.get() : nullptr;
}

void Shard::resume(std::vector<ConsumerTurn> turns) {
  while (!turns.empty() && turns.back().queue.shard == id_) {
    const ConsumerTurn turn = turns.back();
    turns.pop_back();
    if (Queue* queue = find(turn.queue)) queue->resume(turn.consumer);
  }
  if (turns.empty()) return;
  const ShardId next = turns.back().queue.shard;
  post(next, ResumeMail{std::move(turns)});
}

void Shard::apply(const Changes& changes) {
  for (const Change& change : changes) {
    catalog_.apply(change);
    if (const auto* put = std::get_if<QueuePut>(&change); put && put->id.shard == id_) {
      put_queue(*put);
    }
    if (const auto* put = std::get_if<QueueSettingsPut>(&change)) {
      if (Queue* queue = find(put->id)) queue->change_settings(put->settings);
    }
    if (const auto* vhost = std::get_if<VhostRemoved>(&change)) close_connections(*vhost);
    if (const auto* user = std::get_if<UserRemoved>(&change)) close_connections(*user);
  }
  for (QueueId id : std::exchange(awaiting_changes_, {})) {
    if (Queue* queue = find(id)) queue->retry_dead_letters();
  }
}

void Shard::close_connections(const VhostRemoved& removed) {
  for_each_connection([&](Connection& connection) {
    if (connection.identity().vhost != removed.name) return;
    connection.force_close("vhost '" + removed.name + "' is deleted");
  });
}

void Shard::close_connections(const UserRemoved& removed) {
  for_each_connection([&](Connection& connection) {
    if (connection.identity().user != removed.name) return;
    connection.force_close("user '" + removed.name + "' is deleted");
  });
}

void Shard::put_queue(const QueuePut& put) {
  if (put.id.slot >= queues_.size()) queues_.resize(put.id.slot + 1);
  QueueSlot& slot = queues_[put.id.slot];
  if (slot.queue && slot.generation == put.id.generation) return;
  if (slot.queue) retire_queue({id_, put.id.slot, slot.generation});
  slot.generation = put.id.generation;
  slot.queue = make_queue(*this, put.id, put.record, put.settings, put.stored_id);
  if (stats_) slot.queue->opened(put.from_disk);
  if (put.from_disk && slot.queue->logs()) {
    slot.queue->await_restore();
    ++restoring_;
  }
}

void Shard::retire_queue(QueueId id) {
  Queue* queue = find(id);
  if (!queue) return;
  queue->retire();
  if (stats_) queue->closed();
  queues_[id.slot].queue.reset();
}

// Has the topology delete a queue because of an answer that nobody waits for (any more).
void Shard::delete_queue(QueueId id) {
  Queue* queue = find(id);
  if (!queue) return;
  const QueueRecord& record = queue->record();
  topology().submit({}, DeleteQueue{record.vhost, record.name, id});
}

// A publisher's mails lie next to each other: one credit covers them.
void Shard::add_credit(ConnectionId publisher, std::uint64_t bytes, bool behind) {
  if (credits_.empty() || credits_.back().publisher != publisher) {
    credits_.push_back({publisher, 0, false});
  }
  credits_.back().bytes += bytes;
  credits_.back().behind = credits_.back().behind || behind;
}

void Shard::return_credit() {
  for (const PublishCreditMail& credit : credits_) post(credit.publisher.shard, credit);
  credits_.clear();
}

}  // namespace coney
