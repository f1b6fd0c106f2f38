// What a queue does beyond first in, first out: priorities, time to live, length limits, delivery
// limits, single active consumer, and what becomes of messages that may not stay.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "amqp/properties.h"
#include "broker/queue/consumer_gate.h"
#include "broker/queue/queue_core.h"

namespace coney {
namespace {

using Log = std::vector<std::string>;

std::string_view name_of(DeathReason reason) {
  constexpr std::string_view kNames[] = {"rejected", "expired", "maxlen", "limit"};
  return kNames[static_cast<int>(reason)];
}

// A queue and all that it says. "1:a" is message a to consumer 1, "1:a!" redelivered, "a expired" a
// dead letter.
class World : public QueueSink {
 public:
  explicit World(QueueSettings settings)
      : core(*this, std::make_shared<QueueSettings>(std::move(settings))) {
    core.set_time(1000);
  }

  bool admit(const ConsumerOptions&) override { return true; }
  void deliver(const ConsumerKey& to, const ConsumerOptions&, QueuePosition position,
               const MessageFacts& facts, MessageRef message) override {
    log_.push_back(std::to_string(to.number) + ":" + std::string(message->body()) +
                   (facts.redelivered ? "!" : ""));
    positions.push_back(position);
    counts.push_back(facts.counts);
  }
  void dead_letter(DeadLetter letter) override {
    log_.push_back(std::string(letter.message->body()) + " " + std::string(name_of(letter.reason)));
    letters.push_back(std::move(letter));
  }

  void publish(const std::string& body, const amqp::PropertyList& properties = {},
               bool tracked = false) {
    std::string header;
    amqp::encode_content_header(header, body.size(), properties);
    MessageBuilder builder("", "q", header, body.size(), tracked);
    builder.append(body);
    if (core.refuses(body.size())) {
      core.refuse(builder.finish());
      log_.push_back(body + " refused");
    } else {
      core.publish(builder.finish(), tracked);
    }
  }
  void publish_with_priority(const std::string& body, std::uint8_t priority) {
    publish(body, {.priority = priority});
  }
  void publish_with_expiration(const std::string& body, std::string_view expiration) {
    publish(body, {.expiration = expiration});
  }

  static ConsumerKey key(ConsumerNumber number) { return {ConnectionId{}, 1, number}; }
  void consume(ConsumerNumber number, std::uint32_t prefetch = 0, std::int32_t priority = 0) {
    ConsumerOptions options;
    options.prefetch = prefetch;
    options.priority = priority;
    core.subscribe(key(number), options);
    core.resume(key(number));
  }
  std::string get(bool no_ack = true) {
    auto got = core.get(no_ack);
    if (!got) return "";
    positions.push_back(got->position);
    return std::string(got->message->body());
  }
  std::string get_all() {
    std::string all;
    for (auto got = core.get(true); got; got = core.get(true)) all += got->message->body();
    return all;
  }
  Log take_log() { return std::exchange(log_, {}); }

  QueueCore core;
  std::vector<QueuePosition> positions;
  std::vector<DeliveryCounts> counts;
  std::vector<DeadLetter> letters;

 private:
  Log log_;
};

// ---- priorities ----

TEST(QueueCorePriorities, HigherOnesComeFirstAndKeepTheirOrder) {
  World queue({.max_priority = 5});
  queue.publish("a");
  queue.publish_with_priority("b", 3);
  queue.publish_with_priority("c", 5);
  queue.publish_with_priority("d", 3);
  queue.publish_with_priority("e", 200);  // counts as 5
  queue.publish_with_priority("f", 0);
  EXPECT_EQ(queue.core.ready_count(), 6u);
  EXPECT_EQ(queue.get_all(), "cebdaf");
}

TEST(QueueCorePriorities, RequeuedMessageKeepsLevelAndPlace) {
  World queue({.max_priority = 5});
  queue.publish_with_priority("a", 1);
  queue.publish_with_priority("b", 2);
  queue.publish_with_priority("c", 2);
  EXPECT_EQ(queue.get(false), "b");
  queue.core.requeue(queue.positions[0], 1, Return::kFailed);
  EXPECT_EQ(queue.core.unacked_count(), 0u);
  EXPECT_EQ(queue.get_all(), "bca");
}

TEST(QueueCorePriorities, AreIgnoredByAQueueWithout) {
  World queue({});
  queue.publish_with_priority("a", 1);
  queue.publish_with_priority("b", 9);
  EXPECT_EQ(queue.get_all(), "ab");
}

TEST(QueueCorePriorities, OfAQuorumQueueEndAt31AndDefaultTo4) {
  World queue({.type = QueueType::kQuorum});
  queue.publish_with_priority("a", 3);
  queue.publish("b");
  queue.publish_with_priority("c", 4);
  queue.publish_with_priority("d", 2);
  queue.publish_with_priority("e", 31);
  queue.publish_with_priority("f", 255);
  EXPECT_EQ(queue.get_all(), "efbcad");
}

TEST(QueueCorePriorities, LimitTakesTheHeadWhichIsTheHighest) {
  World queue({.max_length = 2, .max_priority = 9});
  queue.publish_with_priority("1", 1);
  queue.publish_with_priority("5", 5);
  queue.publish_with_priority("9", 9);
  EXPECT_EQ(queue.get_all(), "51");
}

// ---- order of what comes back ----

TEST(QueueCoreQuorum, ReturnedMessagesWaitInTheOrderOfTheirReturn) {
  World queue({.type = QueueType::kQuorum});
  for (const char* body : {"1", "2", "3", "4", "5"}) queue.publish(body);
  for (int n = 0; n != 3; ++n) queue.get(false);
  for (int n : {2, 1, 0}) queue.core.requeue(queue.positions[n], 1, Return::kFailed);
  EXPECT_EQ(queue.get_all(), "32145");
}

// ---- time to live ----

TEST(QueueCoreTtl, MessagesDieAtTheHeadOnly) {
  World queue({.dead_letter_exchange = "x"});
  queue.publish("stays");
  queue.publish_with_expiration("short", "200");
  EXPECT_EQ(queue.core.next_expiry(), std::nullopt);
  queue.core.set_time(1600);
  queue.core.expire();
  EXPECT_EQ(queue.core.ready_count(), 2u);
  EXPECT_EQ(queue.get(), "stays");
  EXPECT_EQ(queue.core.ready_count(), 0u);
  EXPECT_EQ(queue.take_log(), Log{"short expired"});
}

TEST(QueueCoreTtl, TheSmallerOfQueueAndMessageCounts) {
  World queue({.message_ttl = 500});
  queue.publish_with_expiration("a", "10000");
  EXPECT_EQ(queue.core.next_expiry(), 1500u);
  queue.publish_with_expiration("b", "100");
  queue.core.set_time(1499);
  queue.core.expire();
  EXPECT_EQ(queue.core.ready_count(), 2u);
  queue.core.set_time(1500);
  queue.core.expire();
  EXPECT_EQ(queue.core.ready_count(), 0u);
}

TEST(QueueCoreTtl, ZeroIsNowOrNever) {
  World queue({.message_ttl = 0});
  queue.publish("a");
  EXPECT_EQ(queue.core.ready_count(), 0u);
  queue.consume(1);
  queue.publish("b");
  EXPECT_EQ(queue.take_log(), Log{"1:b"});
}

TEST(QueueCoreTtl, WhatIsTooOldIsNotDelivered) {
  World queue({.message_ttl = 100});
  queue.publish("a");
  queue.core.set_time(1050);
  queue.publish("b");
  queue.core.set_time(1120);
  queue.consume(1);
  EXPECT_EQ(queue.take_log(), Log{"1:b"});
}

TEST(QueueCoreTtl, RequeuedMessageKeepsItsTimeAndUnackedOnesDoNotExpire) {
  World queue({.message_ttl = 100, .dead_letter_exchange = "x"});
  queue.publish("a");
  EXPECT_EQ(queue.get(false), "a");
  queue.core.set_time(2000);
  queue.core.expire();
  EXPECT_EQ(queue.core.unacked_count(), 1u);
  queue.core.requeue(queue.positions[0], 1, Return::kGivenBack);
  EXPECT_EQ(queue.take_log(), Log{"a expired"});
  EXPECT_EQ(queue.core.ready_count(), 0u);
}

TEST(QueueCoreTtl, NewOneHoldsForNewMessagesOnly) {
  World queue({});
  queue.publish("a");
  queue.core.change_settings(std::make_shared<QueueSettings>(QueueSettings{.message_ttl = 10}));
  queue.publish("b");
  queue.core.set_time(5000);
  queue.core.expire();
  EXPECT_EQ(queue.core.ready_count(), 2u);
  EXPECT_EQ(queue.get_all(), "a");
}

TEST(QueueCoreTtl, TimeNeverFalls) {
  World queue({.message_ttl = 100});
  queue.core.set_time(500);
  queue.publish("a");
  EXPECT_EQ(queue.core.next_expiry(), 1100u);
}

// ---- length ----

TEST(QueueCoreLength, HeadIsDroppedWhenThereIsTooMuch) {
  World queue({.max_length = 2, .dead_letter_exchange = "x"});
  for (const char* body : {"a", "b", "c"}) queue.publish(body);
  EXPECT_EQ(queue.take_log(), Log{"a maxlen"});
  EXPECT_EQ(queue.get_all(), "bc");
}

TEST(QueueCoreLength, BytesAreThoseOfBodies) {
  World queue({.max_length_bytes = 5});
  queue.publish("123");
  queue.publish("45");
  EXPECT_EQ(queue.core.ready_count(), 2u);
  queue.publish("6");
  EXPECT_EQ(queue.get_all(), "456");
  queue.publish("too long");
  EXPECT_EQ(queue.core.ready_count(), 0u);
}

TEST(QueueCoreLength, UnackedMessagesDoNotCount) {
  World queue({.max_length = 1});
  queue.publish("a");
  queue.get(false);
  queue.publish("b");
  EXPECT_EQ(queue.core.ready_count(), 1u);
  EXPECT_EQ(queue.core.unacked_count(), 1u);
}

TEST(QueueCoreLength, ZeroLetsAMessageGoToWhoWaitsForIt) {
  World queue({.max_length = 0});
  queue.publish("a");
  queue.consume(1);
  queue.publish("b");
  EXPECT_EQ(queue.take_log(), Log{"1:b"});
}

TEST(QueueCoreLength, PublishIsRefusedExactlyWhenItDoesNotFit) {
  World queue({.max_length = 1, .overflow = Overflow::kRejectPublish});
  queue.publish("a");
  queue.publish("b");
  EXPECT_EQ(queue.take_log(), Log{"b refused"});
  EXPECT_EQ(queue.get_all(), "a");
}

TEST(QueueCoreLength, WhatIsRefusedMayGoToTheDeadLetterExchange) {
  World queue(
      {.max_length = 1, .overflow = Overflow::kRejectPublishDlx, .dead_letter_exchange = "x"});
  queue.publish("a");
  queue.publish("b");
  EXPECT_EQ(queue.take_log(), (Log{"b maxlen", "b refused"}));
}

TEST(QueueCoreLength, QuorumQueueTakesOneMoreBeforeItRefuses) {
  World queue({.type = QueueType::kQuorum, .max_length = 1, .overflow = Overflow::kRejectPublish});
  for (const char* body : {"a", "b", "c"}) queue.publish(body);
  EXPECT_EQ(queue.take_log(), Log{"c refused"});
}

TEST(QueueCoreLength, QuorumQueueDropsTheHeadForRejectPublishDlx) {
  World queue({.type = QueueType::kQuorum,
               .max_length = 1,
               .overflow = Overflow::kRejectPublishDlx,
               .dead_letter_exchange = "x"});
  queue.publish("a");
  queue.publish("b");
  EXPECT_EQ(queue.take_log(), Log{"a maxlen"});
}

TEST(QueueCoreLength, NewLimitHoldsAtOnce) {
  World queue({});
  for (const char* body : {"a", "b", "c"}) queue.publish(body);
  queue.core.change_settings(std::make_shared<QueueSettings>(QueueSettings{.max_length = 1}));
  EXPECT_EQ(queue.get_all(), "c");
}

// ---- death ----

TEST(QueueCoreDeath, RejectedMessageIsADeadLetter) {
  World queue({.dead_letter_exchange = "x"});
  queue.publish("a");
  queue.get(false);
  queue.core.reject(queue.positions[0], 1, Return::kFailed);
  EXPECT_EQ(queue.take_log(), Log{"a rejected"});
  EXPECT_FALSE(queue.letters[0].held);
  EXPECT_EQ(queue.core.unacked_count(), 0u);
}

TEST(QueueCoreDeath, WithoutDeadLetterExchangeMessagesAreGone) {
  World queue({});
  queue.publish("a");
  queue.get(false);
  queue.core.reject(queue.positions[0], 1, Return::kFailed);
  EXPECT_EQ(queue.take_log(), Log{});
  EXPECT_EQ(queue.core.unacked_count(), 0u);
}

TEST(QueueCoreDeath, WhatTheDiskHasStaysUntilItIsBuried) {
  World queue({.dead_letter_exchange = "x"});
  queue.publish("a", {}, true);
  queue.get(false);
  queue.core.reject(queue.positions[0], 1, Return::kFailed);
  ASSERT_TRUE(queue.letters[0].held);
  EXPECT_EQ(queue.core.unacked_count(), 0u);
  EXPECT_TRUE(queue.core.lane(0).departures().empty());
  queue.core.acknowledge(queue.positions[0], 1);  // nobody's any more
  EXPECT_TRUE(queue.core.lane(0).departures().empty());
  queue.core.bury(queue.letters[0].position);
  EXPECT_EQ(queue.core.lane(0).departures().size(), 1u);
  queue.core.bury(queue.letters[0].position);
}

TEST(QueueCoreDeath, PurgeMakesNoDeadLetters) {
  World queue({.dead_letter_exchange = "x"});
  queue.publish("a");
  EXPECT_EQ(queue.core.purge(), 1u);
  EXPECT_EQ(queue.take_log(), Log{});
}

// ---- delivery counts ----

TEST(QueueCoreCounts, FailuresCountTowardsTheLimitWhatIsGivenBackDoesNot) {
  World queue({.dead_letter_exchange = "x", .delivery_limit = 1});
  queue.publish("a");
  queue.consume(1, 1);
  queue.core.requeue(queue.positions.back(), 1, Return::kGivenBack);
  queue.core.requeue(queue.positions.back(), 1, Return::kUnseen);
  queue.core.requeue(queue.positions.back(), 1, Return::kFailed);
  EXPECT_EQ(queue.take_log(), (Log{"1:a", "1:a!", "1:a!", "1:a!"}));
  EXPECT_EQ(queue.counts.back(), (DeliveryCounts{1, 2}));
  queue.core.requeue(queue.positions.back(), 1, Return::kFailed);
  EXPECT_EQ(queue.take_log(), Log{"a limit"});
}

TEST(QueueCoreCounts, QuorumQueueGivesUpAfterTwentyOneDeliveries) {
  World queue({.type = QueueType::kQuorum});
  queue.publish("a");
  queue.consume(1, 1);
  for (int n = 0; n != 20; ++n) {
    queue.core.requeue(queue.positions.back(), 1, Return::kFailed);
  }
  EXPECT_EQ(queue.positions.size(), 21u);
  EXPECT_EQ(queue.counts.back().returned, 20u);
  queue.core.requeue(queue.positions.back(), 1, Return::kFailed);
  EXPECT_EQ(queue.positions.size(), 21u);
  EXPECT_EQ(queue.core.ready_count() + queue.core.unacked_count(), 0u);
}

TEST(QueueCoreCounts, ClassicQueueHasNoLimitAndMinusOneIsNone) {
  for (QueueSettings settings :
       {QueueSettings{}, QueueSettings{.type = QueueType::kQuorum, .delivery_limit = -1}}) {
    World queue(settings);
    queue.publish("a");
    queue.consume(1, 1);
    for (int n = 0; n != 50; ++n) {
      queue.core.requeue(queue.positions.back(), 1, Return::kFailed);
    }
    EXPECT_EQ(queue.positions.size(), 51u);
  }
}

// ---- delayed retries ----

TEST(QueueCoreDelayedRetry, MessageWaitsLongerEachTimeUpToTheMaximum) {
  World queue({.type = QueueType::kQuorum,
               .delayed_retry = DelayedRetry::kAll,
               .delayed_retry_min = 500,
               .delayed_retry_max = 700});
  queue.publish("a");
  queue.consume(1, 1);
  queue.take_log();
  queue.core.requeue(queue.positions.back(), 1, Return::kFailed);
  EXPECT_EQ(queue.core.ready_count() + queue.core.unacked_count(), 0u);
  EXPECT_EQ(queue.core.next_expiry(), 1500u);
  queue.core.set_time(1499);
  queue.core.expire();
  EXPECT_EQ(queue.take_log(), Log{});
  queue.core.set_time(1500);
  queue.core.expire();
  EXPECT_EQ(queue.take_log(), Log{"1:a!"});
  queue.core.requeue(queue.positions.back(), 1, Return::kGivenBack);
  EXPECT_EQ(queue.core.next_expiry(), 2200u);
}

TEST(QueueCoreDelayedRetry, TypeSaysWhichOnesWait) {
  for (auto [type, how, waits] : {std::tuple{DelayedRetry::kFailed, Return::kFailed, true},
                                  {DelayedRetry::kFailed, Return::kGivenBack, false},
                                  {DelayedRetry::kReturned, Return::kGivenBack, true},
                                  {DelayedRetry::kReturned, Return::kFailed, false},
                                  {DelayedRetry::kAll, Return::kUnseen, false},
                                  {DelayedRetry::kDisabled, Return::kFailed, false}}) {
    World queue({.type = QueueType::kQuorum, .delayed_retry = type, .delayed_retry_min = 10});
    queue.publish("a");
    queue.get(false);
    queue.core.requeue(queue.positions[0], 1, how);
    EXPECT_EQ(queue.core.ready_count(), waits ? 0u : 1u);
  }
}

TEST(QueueCoreDelayedRetry, OthersAreDeliveredMeanwhileAndAcksDoNotReachIt) {
  World queue(
      {.type = QueueType::kQuorum, .delayed_retry = DelayedRetry::kAll, .delayed_retry_min = 100});
  queue.publish("a");
  queue.get(false);
  queue.core.requeue(queue.positions[0], 1, Return::kFailed);
  queue.publish("b");
  EXPECT_EQ(queue.get(), "b");
  queue.core.acknowledge(queue.positions[0], 1);
  queue.core.set_time(1100);
  EXPECT_EQ(queue.get(), "a");
}

// ---- single active consumer ----

TEST(QueueCoreSingleActive, OnlyTheFirstReceivesUntilItIsCancelled) {
  World queue({.single_active_consumer = true});
  queue.consume(1);
  queue.consume(2);
  queue.consume(3);
  queue.publish("a");
  queue.publish("b");
  EXPECT_EQ(queue.take_log(), (Log{"1:a", "1:b"}));
  queue.core.cancel(World::key(1));
  EXPECT_EQ(*queue.core.active_consumer(), World::key(2));
  queue.publish("c");
  EXPECT_EQ(queue.take_log(), Log{"2:c"});
  EXPECT_EQ(queue.core.unacked_count(), 3u);
}

TEST(QueueCoreSingleActive, FullPrefetchDoesNotMoveActivity) {
  World queue({.single_active_consumer = true});
  queue.consume(1, 1);
  queue.consume(2);
  queue.publish("a");
  queue.publish("b");
  EXPECT_EQ(queue.take_log(), Log{"1:a"});
  queue.core.acknowledge(queue.positions[0], 1);
  EXPECT_EQ(queue.take_log(), Log{"1:b"});
}

TEST(QueueCoreSingleActive, NextOneGetsWhatIsWaitingAtOnce) {
  World queue({.single_active_consumer = true});
  queue.consume(1, 1);
  queue.consume(2);
  queue.publish("a");
  queue.publish("b");
  queue.take_log();
  queue.core.cancel(World::key(1));
  EXPECT_EQ(queue.take_log(), Log{"2:b"});
}

TEST(QueueCoreSingleActive, PriorityTakesOverInAQuorumQueueOnly) {
  for (QueueType type : {QueueType::kClassic, QueueType::kQuorum}) {
    World queue({.type = type, .single_active_consumer = true});
    queue.consume(1);
    queue.publish("a");
    queue.consume(2, 0, 10);
    queue.publish("b");
    const bool quorum = type == QueueType::kQuorum;
    EXPECT_EQ(queue.take_log(), quorum ? Log{"1:a"} : (Log{"1:a", "1:b"}));
    queue.core.acknowledge(queue.positions[0], 1);
    EXPECT_EQ(queue.take_log(), quorum ? Log{"2:b"} : Log{});
  }
}

}  // namespace
}  // namespace coney
