#pragma once
// What a queue is, without threads, clock or I/O: messages in order, the consumers that share them,
// what is unacknowledged, what becomes too old or too much. Every call returns after it has told
// the sink what to do; the same calls give the same effects. Runs on the queue's shard only.
//
// Order (RabbitMQ's classic queue): higher priority first, then first in, first out; a requeued
// message goes back to its old place. Consumers of the highest x-priority that have room take
// turns, message by message.
//
// Each priority has a lane of messages (message_lane.h). The first byte of a position says which
// lane it is in, so positions of one lane are consecutive.

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <unordered_map>
#include <vector>

#include "broker/ids.h"
#include "broker/message/message_options.h"
#include "broker/queue/message_lane.h"
#include "broker/queue/queue_settings.h"

namespace coney {

// Says whether a consumer's connection and channel can take more; see consumer_gate.h. The core
// only carries it along.
struct ConsumerGate;

struct ConsumerOptions {
  std::shared_ptr<ConsumerGate> gate;
  bool no_ack = false;
  bool exclusive = false;
  std::int32_t priority = 0;
  std::uint32_t prefetch = 0;  // unacknowledged messages at once; 0: no limit
};

enum class DeathReason : std::uint8_t { kRejected, kExpired, kMaxLength, kDeliveryLimit };

// A message that has left the ready messages because it may not stay.
struct DeadLetter {
  QueuePosition position = 0;
  DeathReason reason{};
  bool held = false;  // the disk has it and keeps it until QueueCore::bury()
  MessageFacts facts;
  MessageRef message;
};

// How a message comes back. RabbitMQ's x-acquired-count grows with all but the first, its
// x-delivery-count, which the delivery limit is about, with kFailed.
enum class Return : std::uint8_t {
  kUnseen,     // it never reached a client
  kGivenBack,  // basic.nack, basic.recover, a consumer that timed out
  kFailed,     // basic.reject, a channel or connection that closed
};

// Carries out what the core decides. Called from inside the core's methods: it must not call back.
class QueueSink {
 public:
  virtual ~QueueSink() = default;
  // May `consumer` be sent a message now? False pauses it until QueueCore::resume.
  virtual bool admit(const ConsumerOptions& consumer) = 0;
  virtual void deliver(const ConsumerKey& key, const ConsumerOptions& consumer,
                       QueuePosition position, const MessageFacts& facts, MessageRef message) = 0;
  // Only while the settings name a dead letter exchange.
  virtual void dead_letter(DeadLetter letter) = 0;
};

struct QueueDelivery {
  MessageRef message;
  QueuePosition position = 0;
  MessageFacts facts;
  std::uint64_t ready_left = 0;
};

class QueueCore final : private LaneOwner {
 public:
  using Level = QueueLevel;
  static Level level_of(QueuePosition position) {
    return static_cast<Level>(position >> kLevelShift);
  }
  static QueuePosition place_of(QueuePosition position) {
    return position & ((QueuePosition{1} << kLevelShift) - 1);
  }
  static QueuePosition at_level(Level level, QueuePosition place) {
    return QueuePosition{level} << kLevelShift | place;
  }

  // Type, priorities and single active consumer are those of the first settings for good.
  explicit QueueCore(QueueSink& sink, QueueSettingsPtr settings = plain_queue_settings());
  QueueCore(const QueueCore&) = delete;
  QueueCore& operator=(const QueueCore&) = delete;

  const QueueSettings& settings() const { return *settings_; }
  // What is new about length and delivery holds at once, a TTL for messages that come.
  void change_settings(QueueSettingsPtr settings);
  // The time of all that follows, in milliseconds since 1970. Never falls.
  void set_time(std::uint64_t now) { now_ = std::max(now_, now); }
  std::uint64_t time() const { return now_; }
  // Time matters to messages that are there, or to this one.
  bool is_timed() const { return lane_.is_timed() || !upper_.empty() || !delayed_.empty(); }
  // Time matters to what is given back.
  bool delays_retries() const { return settings_->delayed_retry != DelayedRetry::kDisabled; }
  bool has_ttl(const Message& message) const {
    return has_expiration(message) || (!plain_ && settings_->message_ttl);
  }
  // Clients see how often a message came back.
  bool shows_counts() const { return delivery_limit_ >= 0 || quorum_; }

  std::uint64_t ready_count() const;
  std::uint64_t unacked_count() const;
  std::uint64_t ready_bytes() const;
  std::uint32_t consumer_count() const { return consumer_count_; }
  bool has_exclusive_consumer() const { return exclusive_; }
  // The one that gets the messages of a queue with a single active consumer.
  const ConsumerKey* active_consumer() const;

  // Must a message with such a body be refused (overflow reject-publish)?
  bool refuses(std::size_t body_bytes) const {
    return limited_ && settings_->overflow != Overflow::kDropHead && is_full_for(body_bytes);
  }
  // A tracked message is one that the disk has as well: see MessageLane::departures(). `facts`:
  // what it brings along from another queue; its time is set here.
  QueuePosition publish(MessageRef message, bool tracked = false, MessageFacts facts = {});
  // A message that refuses() is about: it goes to the dead letter exchange.
  void refuse(MessageRef message);

  // REQUIRES: no consumer with this key. It gets nothing before the first resume(), so that its
  // channel can announce it first.
  void subscribe(const ConsumerKey& key, const ConsumerOptions& options);
  // The consumer gets nothing more; what it has not acknowledged stays with its channel.
  // False when there is no such consumer.
  bool cancel(const ConsumerKey& key);
  // The sink would admit the consumer again.
  void resume(const ConsumerKey& key);

  // basic.get. With `no_ack` the message leaves the queue. nullopt also when the next message is
  // paged out.
  std::optional<QueueDelivery> get(bool no_ack, bool even_paused = false);

  // Settling of `count` consecutive positions; positions that are not unacked are passed over.
  void acknowledge(QueuePosition first, std::uint64_t count);
  // `how` as if they came back. RabbitMQ marks what basic.reject kills as redelivered, not what
  // basic.nack does.
  void reject(QueuePosition first, std::uint64_t count, Return how);
  void requeue(QueuePosition first, std::uint64_t count, Return how);
  // Dead letters that must arrive and have not, which count where publishes are refused: else
  // nothing would hold up their growth.
  void set_pending_letters(std::uint64_t count, std::uint64_t bytes) {
    pending_letters_ = count;
    pending_bytes_ = bytes;
  }
  // A dead letter that was held need not be kept any longer.
  void bury(QueuePosition position);

  // Drops every ready message, returns how many.
  std::uint64_t purge();
  // Drops those of these (ascending) that are ready and in memory, returns how many.
  std::uint64_t remove(Level level, const std::vector<ReadyMessage>& messages);
  // While it is paused nobody is delivered anything, and get() gives nothing but to who insists.
  void pause(bool paused);
  bool is_paused() const { return paused_; }
  // While it is held no ready message leaves but by remove() and purge().
  void hold(bool held);
  bool is_held() const { return held_; }
  // What became of an unacked message, and who has it; null: no consumer.
  enum class Held : std::uint8_t { kByClient, kDelayed, kDead };
  Held held_as(const MessageLane::Entry& entry) const;
  const ConsumerKey* holder(const MessageLane::Entry& entry) const;
  // Lets go of what is too old, and gives what was delayed another try.
  void expire();
  // When expire() will have something to do, in milliseconds since 1970; nullopt: not by itself.
  std::optional<std::uint64_t> next_expiry();
  // The keys of all consumers, in no order.
  std::vector<ConsumerKey> consumers() const;
  // Gives back memory that an idle queue does not need.
  void compact();

  // ---- lanes ----

  MessageLane& lane(Level level);  // made when it is not there
  const MessageLane& lowest_lane() const { return lane_; }
  // The one that a position lies in, which is there.
  MessageLane& lane_of(QueuePosition position) {
    return level_of(position) == 0 ? lane_ : lane(level_of(position));
  }
  Level level_of(const Message& message) const;
  std::size_t lane_count() const { return 1 + upper_.size(); }
  bool has_priorities() const { return !upper_.empty(); }
  // Calls visit(Level, MessageLane&) for every lane that there is, highest first.
  template <typename Visit>
  void for_each_lane(Visit&& visit);
  // Something is ready, but the next message is paged out.
  bool is_stalled();
  // The message that is next; null when there is none or it is paged out.
  const Message* head();

 private:
  using Entry = MessageLane::Entry;
  using State = MessageLane::State;

  struct Consumer {
    ConsumerKey key;
    ConsumerOptions options;
    std::uint64_t number = 0;  // in order of subscription
    std::uint32_t unacked = 0;
    bool alive = true;                               // false: cancelled, still has unacked messages
    bool paused = false;                             // the sink refused it
    bool listed = false;                             // stands in its level's turns
    std::uint32_t next_turn = 0, previous_turn = 0;  // while listed
    bool has_room() const {
      return options.no_ack || options.prefetch == 0 || unacked < options.prefetch;
    }
  };

  // Who holds an unacked message beside consumers.
  static constexpr std::uint32_t kNobody = 0xFFFFFFFF;   // basic.get
  static constexpr std::uint32_t kDead = 0xFFFFFFFE;     // until bury()
  static constexpr std::uint32_t kDelayed = 0xFFFFFFFD;  // until it is tried again

  static bool is_nobodys(std::uint32_t holder) { return holder == kDead || holder == kDelayed; }

  // Consumers of one priority that may be sent something: a ring of Consumer::next_turn.
  struct Turns {
    std::uint32_t front = kNobody;
    bool empty() const { return front == kNobody; }
  };

  // Given back, and to be ready again at a time.
  struct Delayed {
    std::uint64_t time = 0;
    QueuePosition position = 0;
    auto operator<=>(const Delayed&) const = default;
  };

  struct UpperLane {
    Level level;
    std::unique_ptr<MessageLane> lane;
  };

  // Messages
  void lane_has_more() override;
  void dispatch();
  MessageLane* find_lane(Level level);
  MessageLane* next_lane();
  MessageLane* next_upper_lane();
  Level level_of(const MessageLane& lane) const;
  void take_settings(QueueSettingsPtr settings);
  std::uint64_t expiry_of(const Message& message) const;
  bool is_expired(MessageLane& lane, std::uint64_t by);
  void let_die(MessageLane& lane, DeathReason reason);
  void die(MessageLane& lane, QueuePosition place, Entry& entry, DeathReason reason);
  bool is_full_for(std::size_t body_bytes) const;
  bool is_too_long(std::uint64_t count, std::uint64_t bytes) const;
  bool drop_paged();
  void shorten();
  static void note_return(Entry& entry, Return how);
  std::uint64_t delay_of(const Entry& entry, Return how) const;
  void try_delayed_again();
  void give_back(MessageLane& lane, QueuePosition place, Entry& entry, Return how);
  template <typename Visit>
  void for_each_unacked(QueuePosition first, std::uint64_t count, Visit&& visit);

  // Consumers
  Turns* next_turns();
  bool deliver_next(MessageLane& lane, Turns& turns);
  void push_turn(Turns& turns, std::uint32_t index);
  void remove_turn(Turns& turns, std::uint32_t index);
  void list(std::uint32_t index);
  void unlist(std::uint32_t index);
  std::uint32_t find_consumer(const ConsumerKey& key) const;
  void settled(std::uint32_t consumer);
  void release_consumer(std::uint32_t index);
  void choose_active();
  std::uint32_t best_consumer() const;
  bool is_superseded() const;

  struct KeyHash {
    std::size_t operator()(const ConsumerKey& key) const;
  };

  QueueSink& sink_;
  QueueSettingsPtr settings_;
  const bool quorum_, single_active_;
  bool limited_ = false;  // the settings limit the length
  bool plain_ = false;    // one priority, and no TTL but messages' own
  std::int64_t delivery_limit_ = -1;
  std::uint64_t now_ = 0;

  MessageLane lane_;              // of level 0: all messages of most queues
  std::vector<UpperLane> upper_;  // the others, highest first
  std::uint64_t dead_ = 0;        // held until bury()
  std::uint64_t pending_letters_ = 0, pending_bytes_ = 0;
  std::priority_queue<Delayed, std::vector<Delayed>, std::greater<>> delayed_;

  std::vector<Consumer> consumers_;
  std::vector<std::uint32_t> free_consumers_;
  std::unordered_map<ConsumerKey, std::uint32_t, KeyHash> alive_;  // indices
  std::map<std::int32_t, Turns, std::greater<>> turns_;            // by priority, highest first
  std::uint64_t subscriptions_ = 0;                                // so far
  std::uint32_t consumer_count_ = 0;
  std::uint32_t active_ = kNobody;  // of a queue with a single active consumer
  bool exclusive_ = false;
  bool paused_ = false, held_ = false;
  bool stopped_ = false;  // either
};

template <typename Visit>
void QueueCore::for_each_lane(Visit&& visit) {
  for (UpperLane& upper : upper_) visit(upper.level, *upper.lane);
  visit(Level{0}, lane_);
}

}  // namespace coney
