#pragma once
// What a channel may ask of a queue, and the answer. Asked directly when both live on one shard,
// by mail otherwise.

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>

#include "broker/queue/queue_core.h"
#include "broker/stream/stream_reading.h"

namespace coney {

enum class Settlement : std::uint8_t {
  kAcknowledge,
  kReject,    // reject without requeue
  kDiscard,   // nack without requeue, which does not count as a failed delivery
  kRequeue,   // the client could not deal with it: reject with requeue, or it has gone
  kGiveBack,  // the client does not want it now: nack with requeue, recover; or it took too long
  kReturnUnseen,  // it never reached the client
};

struct CountCall {};
struct GetCall {
  bool no_ack = false;
  bool even_paused = false;  // the management's
};
struct SubscribeCall {
  ConsumerKey key;
  ConsumerOptions options;
  std::unique_ptr<const StreamReading> reading;  // of a stream
};
struct CancelCall {
  ConsumerKey key;
};
struct PurgeCall {};
// Marks the queue as going when the conditions hold: it then takes and gives nothing more, and the
// caller has the topology delete it.
struct DeleteCall {
  bool if_unused = false;
  bool if_empty = false;
};

// Clients get nothing more, or get it again. Not of a stream.
struct PauseCall {
  bool paused = false;
};
// Takes those of these messages out that are ready and in memory; ascending positions of one lane.
// Nothing becomes of them. Not of a stream.
struct RemoveCall {
  QueueLevel level = 0;
  std::vector<QueuePosition> positions;
};

using QueueCall = std::variant<CountCall, GetCall, SubscribeCall, CancelCall, PurgeCall, DeleteCall,
                               PauseCall, RemoveCall>;

enum class QueueStatus : std::uint8_t {
  kOk,
  kGone,          // no such queue (any more)
  kExclusiveUse,  // an exclusive consumer is there, or one was asked for and others are there
  kInUse,         // delete if_unused
  kNotEmpty,      // delete if_empty
};

struct QueueAnswer {
  QueueStatus status = QueueStatus::kOk;
  std::uint64_t messages = 0;  // ready; of purge, remove and delete: how many went
  std::uint32_t consumers = 0;
  std::optional<QueueDelivery> delivery;  // get
  bool delete_now = false;  // cancel: it was the last consumer of an auto-delete queue
};

}  // namespace coney
