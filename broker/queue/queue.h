#pragma once
// A queue on its shard: the core, and the way from its effects to the consumers' connections.
// Used on the queue's shard only.

#include <memory>

#include "broker/queue/queue_call.h"
#include "broker/queue/queue_core.h"
#include "persistence/definitions/records.h"

namespace coney {

class Shard;

class Queue final : private QueueSink {
 public:
  static constexpr std::uint64_t kBehindFrom = 10'000;  // ready messages

  Queue(Shard& shard, QueueId id, std::shared_ptr<const QueueRecord> record)
      : shard_(shard), id_(id), record_(std::move(record)), core_(*this) {}

  QueueId id() const { return id_; }
  const QueueRecord& record() const { return *record_; }

  // A queue that is going takes nothing more; the message is dropped.
  void publish(MessageRef message);
  // It has consumers and they have fallen behind: publishers should let them have their turn.
  bool behind() const { return core_.ready_count() > kBehindFrom && core_.consumer_count() != 0; }
  void settle(QueuePosition first, std::uint64_t count, Settlement settlement);
  void resume(const ConsumerKey& consumer) { core_.resume(consumer); }
  QueueAnswer call(const QueueCall& call);
  // The queue has left the catalog: its consumers are told.
  void retire();
  void compact() { core_.compact(); }

 private:
  bool admit(const ConsumerOptions& consumer, std::size_t bytes) override;
  void deliver(const ConsumerKey& key, const ConsumerOptions& consumer, QueuePosition position,
               bool redelivered, MessageRef message) override;

  QueueAnswer counts() const;
  QueueAnswer answer(const CountCall&);
  QueueAnswer answer(const GetCall& call);
  QueueAnswer answer(const SubscribeCall& call);
  QueueAnswer answer(const CancelCall& call);
  QueueAnswer answer(const PurgeCall&);
  QueueAnswer answer(const DeleteCall& call);

  Shard& shard_;
  const QueueId id_;
  const std::shared_ptr<const QueueRecord> record_;
  QueueCore core_;
  bool going_ = false;    // to be deleted
  bool limited_ = false;  // the admitted delivery took one of a channel's global prefetch
};

}  // namespace coney
