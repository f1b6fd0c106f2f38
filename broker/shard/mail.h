#pragma once
// Every message that crosses from one shard (or the topology thread) to another. Mail of one sender
// to one receiver arrives in order.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "broker/channel/direct_reply.h"
#include "broker/channel/unacked_list.h"
#include "broker/error.h"
#include "broker/ids.h"
#include "broker/message/message.h"
#include "broker/queue/browsing.h"
#include "broker/queue/queue_call.h"
#include "broker/topology/topology.h"
#include "persistence/recovery/recovery.h"
#include "persistence/segments/segment_store.h"

namespace coney {

struct Compaction;  // broker/storage/compaction.h

// ---- connection's shard -> queue's shard ----

struct PublishMail {
  QueueId queue;
  MessageRef message;
  ConnectionId publisher;
  ChannelNumber channel = 0;
  PublishSequence sequence = 0;  // answered by ConfirmMail when not 0
  BodyId body{};                 // in the log already, when not 0
};
struct SettleMail {
  QueueId queue;
  QueuePosition first = 0;
  std::uint64_t count = 0;  // consecutive positions
  Settlement settlement{};
};
// A message that died in a queue of the sender. Answered by a DeadLetterArrivedMail when `source`
// is valid: the letter is kept there until then.
struct DeadLetterMail {
  QueueId queue;
  MessageRef message;
  MessageFacts facts;
  QueueId source;
  QueuePosition position = 0;
  bool must_arrive = false;  // if it is refused the source wants to know when there is room
};
struct DeadLetterArrivedMail {
  QueueId source;
  QueuePosition position = 0;
  QueueId by;
  bool accepted = false;
};
// A queue that refused a dead letter of `source` has room.
struct DeadLetterRoomMail {
  QueueId source;
};
// So many deliveries of a stream have been settled.
struct StreamCreditMail {
  QueueId queue;
  ConsumerKey consumer;
  std::uint64_t count = 0;
};
struct ConsumerTurn {
  QueueId queue;
  ConsumerKey consumer;
};
// Consumers that have room again, the last one first. Each shard resumes those of its queues that
// come next and sends on the others.
struct ResumeMail {
  std::vector<ConsumerTurn> turns;
};
struct QueueCallMail {
  QueueId queue;
  ConnectionId caller;  // invalid: nobody waits for the answer
  QueueCall call;
};
// The same of who is no connection, which is the management. `then` is called on the queue's shard
// and must not wait there. What a get gives is to be settled by mail.
struct QueueRequestMail {
  QueueId queue;
  QueueCall call;
  std::function<void(QueueAnswer)> then;
};
// Messages of who is no connection, for one queue, in order: the first that it refuses is the last
// that it is given. `then` as above, once what it took is as safe as a confirm would say.
struct PublishRequestMail {
  QueueId queue;
  std::vector<MessageRef> messages;
  std::function<void(PublishAnswer)> then;
};
// A slice of its messages, without taking them. `then` as above.
struct BrowseMail {
  QueueId queue;
  BrowseCall call;
  BrowseThen then;
};
// What a channel has not settled. `then` as above, on the connection's shard; of what is gone it is
// nothing.
struct UnackedMail {
  ConnectionId connection;
  ChannelNumber channel = 0;
  UnackedCall call;
  std::function<void(UnackedList)> then;
};
// What the sender's mail asks for between begin and end of a transaction is logged as part of it.
// It is sent in one turn, so no other mail comes in between. The end is answered by
// TransactionPartMail.
struct TransactionMail {
  TxId id{};
  bool begin = false;
  ShardId sender{};
};

// ---- queue's shard -> connection's shard ----

struct DeliverMail {
  ConsumerKey consumer;
  QueueId queue;
  QueuePosition position = 0;
  bool redelivered = false;
  bool limited = false;   // took one of the channel's global prefetch
  DeliveryCounts counts;  // shown to the client when it was acquired before
  MessageRef message;
};
struct ConfirmMail {
  ConnectionId publisher;
  ChannelNumber channel = 0;
  bool accepted = true;          // false: basic.nack
  std::uint32_t count = 1;       // consecutive sequences
  PublishSequence sequence = 0;  // the first of them
};
struct TransactionPartMail {
  TxId id{};
  bool logged = false;  // there is something of it in the log
};
struct TransactionEndedMail {
  TxId id{};
};
// The bytes of a publisher's mail that were taken out of the inbox.
struct PublishCreditMail {
  ConnectionId publisher;
  std::uint64_t bytes = 0;
  bool behind = false;  // the consumers of a queue that it publishes to cannot keep up
};
struct QueueAnswerMail {
  ConnectionId caller;
  QueueId queue;
  QueueAnswer answer;
};
struct ConsumerCancelledMail {
  ConsumerKey consumer;
};

// ---- connection's shard -> another connection's shard ----

struct DirectReplyMail {
  ConnectionId requester;
  ChannelNumber channel = 0;
  std::uint64_t key = 0;  // secret of the requester's channel
  MessageRef message;
};

// Is this requester still there? Answered by a QueueAnswerMail whose queue has the shard alone.
struct DirectReplyQueryMail {
  DirectReplyAddress address;
  ConnectionId caller;
};

// ---- topology thread -> every shard ----

struct ChangesMail {
  std::shared_ptr<const Changes> changes;
};
struct TopologyAnswerMail {
  ConnectionId to;
  TopologyAnswer answer;
};
struct QueueRetiredMail {
  QueueId queue;
};

// ---- the log, the segment store and recovery -> a shard ----

struct LogNewsMail {
  enum class Kind : std::uint8_t { kWritten, kSynced, kFailed, kRecovered, kEpoch, kRetire } kind{};
  std::uint64_t number = 0;  // a LogSequence, or a LogEpoch
};
struct ChunkWrittenMail {
  SegmentCookie cookie = 0;
  std::unique_ptr<StorageResult<ChunkRef>> place;
};
struct ChunkReadMail {
  SegmentCookie cookie = 0;
  std::unique_ptr<StorageResult<std::shared_ptr<const Chunk>>> chunk;
};
struct SegmentsSyncedMail {
  SegmentCookie cookie = 0;
  bool ok = false;
};
// Move what lives in a segment elsewhere.
struct CompactMail {
  std::shared_ptr<Compaction> compaction;
};
// Ends the time in which the queue makes its users wait.
struct RestoreQueueMail {
  QueueId queue;
  std::vector<RecoveredLane> lanes;
};

// ---- acceptor and server -> a shard ----

struct AcceptedMail {
  int socket = -1;             // owned by the mail
  std::uint32_t listener = 0;  // index into the server's listeners
};
// Close it with 320 CONNECTION_FORCED and this reason.
struct CloseConnectionMail {
  ConnectionId connection;
  std::string reason;
};
struct ShutDownMail {};  // close every connection with 320 CONNECTION_FORCED

// ---- a shard that shuts down -> every shard ----

// In front of it lies all that the sender did before its round began.
struct FarewellMail {
  std::uint32_t round = 0;
};

// ---- server -> a shard ----

// Memory or disk alarm: publishing connections are blocked with this reason; empty: unblocked.
struct AlarmMail {
  std::string reason;
};

using Mail =
    std::variant<PublishMail, DeadLetterMail, DeadLetterArrivedMail, DeadLetterRoomMail, SettleMail,
                 PublishRequestMail, StreamCreditMail, ResumeMail, QueueCallMail, QueueRequestMail,
                 BrowseMail, UnackedMail, TransactionMail, DeliverMail, ConfirmMail,
                 TransactionPartMail, TransactionEndedMail, PublishCreditMail, QueueAnswerMail,
                 ConsumerCancelledMail, DirectReplyMail, DirectReplyQueryMail, ChangesMail,
                 TopologyAnswerMail, QueueRetiredMail, LogNewsMail, ChunkWrittenMail, ChunkReadMail,
                 SegmentsSyncedMail, CompactMail, RestoreQueueMail, AcceptedMail,
                 CloseConnectionMail, ShutDownMail, FarewellMail, AlarmMail>;

}  // namespace coney
