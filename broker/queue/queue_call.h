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
// Takes those of these messages out that are ready, in memory or on disk; ascending positions of
// one lane, as a browse has shown them. Nothing becomes of them. Not of a stream.
struct RemoveCall {
  QueueLevel level = 0;
  std::vector<ReadyMessage> messages;
};
// Until it is let go no ready message leaves but by RemoveCall and PurgeCall: who looks at them,
// copies them elsewhere and removes them then has the only copy. Gets and deliveries wait. A queue
// is held by one at a time, and lets go by itself after kLongest. Not of a stream.
struct HoldCall {
  static constexpr std::uint64_t kLongest = 30'000;  // milliseconds
};
struct LetGoCall {
  std::uint64_t hold = 0;  // QueueAnswer::messages of the HoldCall
};

using QueueCall = std::variant<CountCall, GetCall, SubscribeCall, CancelCall, PurgeCall, DeleteCall,
                               PauseCall, RemoveCall, HoldCall, LetGoCall>;

enum class QueueStatus : std::uint8_t {
  kOk,
  kGone,          // no such queue (any more)
  kExclusiveUse,  // an exclusive consumer is there, or one was asked for and others are there
  kInUse,         // delete if_unused; hold: it is held already
  kNotEmpty,      // delete if_empty
};

struct QueueAnswer {
  QueueStatus status = QueueStatus::kOk;
  // Ready; of purge, remove and delete: how many went; of hold: its number.
  std::uint64_t messages = 0;
  std::uint32_t consumers = 0;
  std::optional<QueueDelivery> delivery;  // get
  bool delete_now = false;  // cancel: it was the last consumer of an auto-delete queue
};

struct PublishAnswer {
  bool gone = false;        // the queue is
  std::uint64_t taken = 0;  // the first so many; 0 also when the disk has failed
};

}  // namespace coney
