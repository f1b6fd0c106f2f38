#pragma once
// Looking at the messages of a queue without taking any: a cursor that asks for one slice after the
// other and costs the queue's shard a bounded number of messages each. Nothing changes for
// consumers: no order, no flag, nothing is put back into memory. Messages that wait on disk are
// handed out as the chunk that has them, to be read by whoever asked (messages_of).
//
// In the order of arrival within each priority, higher priorities first; backward the other way
// round. A message that comes or goes between two slices is seen or not; none is seen twice.

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "broker/ids.h"
#include "broker/message/message.h"
#include "broker/queue/arrival_times.h"
#include "broker/queue/chunk_view.h"
#include "broker/queue/message_lane.h"
#include "persistence/message_facts.h"

namespace coney {

struct MessagePlace {
  QueueLevel level = 0;  // of a stream: 0
  QueuePosition position = 0;
  friend bool operator==(const MessagePlace&, const MessagePlace&) = default;
};

struct BrowseCall {
  static constexpr std::uint32_t kMost = 512;

  bool backward = false;
  // Forward begins at it, backward with what stands in front of it; nullopt: at the end that comes
  // first.
  std::optional<MessagePlace> from{};
  std::uint32_t most = kMost;  // messages that are looked at
  // Which of them are wanted.
  bool ready = true;
  bool held = true;  // by clients, until they are tried again, or until their dead letter arrived
};

enum class MessageState : std::uint8_t { kReady, kUnacked, kDelayed, kDead };

struct BrowsedMessage {
  MessagePlace place;
  MessageRef message;
  MessageFacts facts;  // of a stream its time is that of arrival
  MessageState state = MessageState::kReady;
  bool on_disk = false;                   // only there
  std::optional<ConsumerKey> consumer{};  // that has it, when it is no basic.get
  std::optional<std::uint64_t> age{};     // milliseconds, roughly; nullopt: not known
};

// To be removed: RemoveCall.
inline ReadyMessage ready_message(const BrowsedMessage& browsed) {
  const Message& message = *browsed.message;
  return {browsed.place.position, message.body().size(), message.persistent()};
}

// Ready messages that wait on disk.
struct BrowsedChunk {
  ChunkView view;  // its bytes are there
  QueueLevel level = 0;
  bool stream = false;
  std::uint64_t now = 0;  // milliseconds since 1970
  std::uint32_t tick = 0;
  std::uint32_t tick_length = 0;  // milliseconds
  ArrivalTimes arrivals{};
};
// All of them, ascending; `unreadable` counts those that are of no known form.
std::vector<BrowsedMessage> messages_of(const BrowsedChunk& chunk, std::uint64_t& unreadable);

struct BrowseSlice {
  bool gone = false;  // the queue is
  std::vector<BrowsedMessage> messages{};
  std::optional<BrowsedChunk> chunk{};  // then there are no `messages`
  bool failed = false;                  // the chunk could not be read: gone meanwhile, or damaged
  std::uint64_t in_chunk = 0;           // messages that it has, or had
  std::uint64_t passed = 0;             // looked at and not wanted
  std::optional<MessagePlace> next{};   // `from` of the next slice; nullopt: that was all
};
// Called once, on the queue's shard.
using BrowseThen = std::function<void(BrowseSlice)>;

}  // namespace coney
