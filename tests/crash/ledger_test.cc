// The ledger finds what it is there to find, and nothing else.

#include "tests/crash/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace coney::crash {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr QueueNumber kQueue{0}, kOther{1}, kNoAck{2}, kUntouched{3};
constexpr PublisherNumber kPublisher{0};
constexpr ConsumerNumber kConsumer{1}, kSecond{2};

class LedgerTest : public testing::Test {
 protected:
  MessageKey publish(QueueNumber queue = kQueue, bool transient = false, TxNumber tx = {}) {
    return ledger_.published(kPublisher, {{queue}}, {10, transient}, tx);
  }
  MessageKey confirmed(QueueNumber queue = kQueue) {
    const MessageKey key = publish(queue);
    ledger_.confirmed(key);
    return key;
  }
  void deliver(const MessageKey& key, bool redelivered = false, QueueNumber queue = kQueue) {
    ledger_.delivered(queue, key, kConsumer, redelivered);
  }
  void ack(const MessageKey& key, QueueNumber queue = kQueue) {
    ledger_.acked(queue, key);
    ledger_.ack_processed(queue, key);
  }
  void kill() { ledger_.life_ended(Ledger::End::kKilled); }
  void drained() {
    ledger_.drain_begins();
    ledger_.all_drained();
  }
  void expect_fault(const char* text) { EXPECT_THAT(ledger_.faults(), Contains(HasSubstr(text))); }
  void expect_no_fault() { EXPECT_THAT(ledger_.faults(), IsEmpty()); }

  Ledger ledger_{{{.name = "queue"},
                  {.name = "other"},
                  {.name = "no-ack", .no_ack = true},
                  {.name = "untouched", .untouched = true}},
                 2};
};

TEST_F(LedgerTest, ConfirmedMessageThatDoesNotComeIsLost) {
  confirmed();
  kill();
  drained();
  expect_fault("LOST");
}

TEST_F(LedgerTest, UnconfirmedMessageMayCome) {
  const MessageKey first = publish(), second = publish();
  kill();
  deliver(second);
  ack(second);
  drained();
  expect_no_fault();
  deliver(first);
  expect_fault("or settled long ago");
}

TEST_F(LedgerTest, AckedMessageMayComeBackUnlessItsSettleIsKnownToBeSynced) {
  const MessageKey key = confirmed();
  deliver(key);
  ack(key);
  kill();
  deliver(key, true);
  expect_no_fault();
  ack(key);
  confirmed(kOther);  // synced behind the settle
  kill();
  deliver(key, true);
  expect_fault("it was settled");
}

TEST_F(LedgerTest, ConfirmOfWhatWasPublishedBeforeTheAckSaysNothing) {
  const MessageKey key = confirmed(), early = publish(kOther);
  deliver(key);
  ack(key);
  ledger_.confirmed(early);
  kill();
  deliver(key, true);
  expect_no_fault();
}

TEST_F(LedgerTest, ConfirmOfATransientMessageSaysNothing) {
  const MessageKey key = confirmed();
  deliver(key);
  ack(key);
  ledger_.confirmed(publish(kOther, true));
  kill();
  deliver(key, true);
  expect_no_fault();
}

TEST_F(LedgerTest, BrokerThatWasStoppedKeepsEverySettle) {
  const MessageKey key = confirmed();
  deliver(key);
  ack(key);
  ledger_.life_ended(Ledger::End::kStopped);
  deliver(key, true);
  expect_fault("it was settled");
}

TEST_F(LedgerTest, TransientMessageEndsWithItsLife) {
  const MessageKey key = publish(kQueue, true);
  ledger_.confirmed(key);
  kill();
  deliver(key);
  expect_fault("transient");
  drained();
  EXPECT_EQ(ledger_.fault_count(), 1u) << "it was not to come back";
}

TEST_F(LedgerTest, DeliveredMessageComesBackRedelivered) {
  const MessageKey first = confirmed(), second = confirmed();
  deliver(first);
  deliver(second);
  kill();
  deliver(first, true);
  expect_no_fault();
  deliver(second, false);
  expect_fault("not flagged redelivered");
}

TEST_F(LedgerTest, RequeuedMessageComesBackRedelivered) {
  const MessageKey key = confirmed();
  deliver(key);
  ledger_.requeued(kQueue, key);
  deliver(key, false);
  expect_fault("not flagged redelivered");
}

TEST_F(LedgerTest, MessageOfAQueueWithoutConsumersIsNotRedelivered) {
  const MessageKey key = confirmed(kUntouched);
  kill();
  deliver(key, true, kUntouched);
  expect_fault("the queue had no consumer");
}

TEST_F(LedgerTest, MessageIsWithOneClientAtATime) {
  const MessageKey key = confirmed();
  deliver(key);
  ledger_.delivered(kQueue, key, kSecond, true);
  expect_fault("while a client has it");
}

TEST_F(LedgerTest, AckedMessageDoesNotComeAgainInTheSameLife) {
  const MessageKey key = confirmed();
  deliver(key);
  ledger_.acked(kQueue, key);
  deliver(key, true);
  expect_fault("after its ack");
}

TEST_F(LedgerTest, AckOnAConnectionThatDroppedMayBeUnread) {
  const MessageKey key = confirmed();
  deliver(key);
  ledger_.acked(kQueue, key);
  ledger_.ack_doubtful(kQueue, key);
  deliver(key, true);
  expect_no_fault();
}

TEST_F(LedgerTest, OrderIsKeptForEachConsumer) {
  const MessageKey first = confirmed(), second = confirmed(), third = confirmed();
  deliver(second);
  ledger_.delivered(kQueue, first, kSecond, false);
  expect_no_fault();
  ledger_.delivered(kQueue, third, kSecond, false);
  ledger_.requeued(kQueue, second);
  deliver(second, true);
  expect_no_fault();
  const MessageKey fourth = confirmed(), fifth = confirmed();
  deliver(fifth);
  deliver(fourth);
  expect_fault("comes after message 4");
}

TEST_F(LedgerTest, DrainComesInOrderWhateverTheFlags) {
  const MessageKey first = confirmed(), second = confirmed();
  deliver(first);
  kill();
  ledger_.drain_begins();
  deliver(second);
  deliver(first, true);
  expect_fault("comes after message 1");
}

TEST_F(LedgerTest, MessageThatWasOnItsWayToANoAckConsumerMayBeLost) {
  ledger_.consumed_without_acks(kNoAck);
  const MessageKey first = confirmed(kNoAck);
  confirmed(kNoAck);  // on its way
  const MessageKey third = confirmed(kNoAck);
  deliver(first, false, kNoAck);
  kill();
  ledger_.drain_begins();
  deliver(third, false, kNoAck);
  ledger_.all_drained();
  expect_no_fault();
}

// That it had left was not written yet; the other was never written.
TEST_F(LedgerTest, MessageBehindOneThatComesBackMayHaveBeenOnItsWayToANoAckConsumer) {
  ledger_.consumed_without_acks(kNoAck);
  const MessageKey first = confirmed(kNoAck);
  confirmed(kNoAck);
  deliver(first, false, kNoAck);
  kill();
  ledger_.drain_begins();
  deliver(first, true, kNoAck);
  ledger_.all_drained();
  expect_no_fault();
}

TEST_F(LedgerTest, MessageThatANoAckConsumerCannotHaveTakenIsLost) {
  ledger_.consumed_without_acks(kNoAck);
  confirmed(kNoAck);
  deliver(confirmed(kNoAck), false, kNoAck);  // in front of one that was received
  kill();
  confirmed(kNoAck);  // in a life without such a consumer
  kill();
  drained();
  expect_fault("LOST");
  EXPECT_EQ(ledger_.fault_count(), 2u);
}

// ---- transactions ----

TEST_F(LedgerTest, TransactionWithoutAnswerIsAllOrNothing) {
  const TxNumber tx = ledger_.begin();
  const MessageKey first = publish(kQueue, false, tx);
  publish(kOther, false, tx);
  ledger_.commit_sent(tx);
  kill();
  ledger_.drain_begins();
  deliver(first);
  ledger_.all_drained();
  expect_fault("in part");
}

TEST_F(LedgerTest, TransactionWithoutAnswerMayHaveHappenedOrNot) {
  const TxNumber lost = ledger_.begin(), done = ledger_.begin();
  publish(kQueue, false, lost);
  publish(kOther, false, lost);
  const MessageKey first = publish(kQueue, false, done), second = publish(kOther, false, done);
  ledger_.commit_sent(lost);
  ledger_.commit_sent(done);
  kill();
  ledger_.drain_begins();
  deliver(first);
  deliver(second, false, kOther);
  ledger_.all_drained();
  expect_no_fault();
}

TEST_F(LedgerTest, AcksAreOneWithThePublishesOfTheirTransaction) {
  const MessageKey source = confirmed();
  deliver(source);
  const TxNumber tx = ledger_.begin();
  const MessageKey moved = publish(kOther, false, tx);
  ledger_.acked(kQueue, source, tx);
  ledger_.commit_sent(tx);
  kill();
  ledger_.drain_begins();
  deliver(source, true);
  deliver(moved, false, kOther);
  ledger_.all_drained();
  expect_fault("in part");
}

TEST_F(LedgerTest, AbsenceOfAnUnconfirmedMessageDoesNotShowThatItsAckHappened) {
  const MessageKey unconfirmed = publish(), source = confirmed();
  deliver(unconfirmed);
  deliver(source);
  const TxNumber tx = ledger_.begin();
  ledger_.acked(kQueue, unconfirmed, tx);
  ledger_.acked(kQueue, source, tx);
  ledger_.commit_sent(tx);
  kill();
  ledger_.drain_begins();
  deliver(source, true);
  ack(source);
  ledger_.all_drained();
  expect_no_fault();
}

TEST_F(LedgerTest, AcksOfATransactionAreAllOrNothing) {
  const MessageKey first = confirmed(), second = confirmed();
  deliver(first);
  deliver(second);
  const TxNumber tx = ledger_.begin();
  ledger_.acked(kQueue, first, tx);
  ledger_.acked(kQueue, second, tx);
  ledger_.commit_sent(tx);
  kill();
  ledger_.drain_begins();
  deliver(second, true);
  ledger_.all_drained();
  expect_fault("in part");
}

TEST_F(LedgerTest, CommittedTransactionIsThere) {
  const TxNumber tx = ledger_.begin();
  publish(kQueue, false, tx);
  ledger_.commit_sent(tx);
  ledger_.committed(tx);
  kill();
  drained();
  expect_fault("LOST");
}

TEST_F(LedgerTest, AckThatWasCommittedHolds) {
  const MessageKey key = confirmed();
  deliver(key);
  const TxNumber tx = ledger_.begin();
  ledger_.acked(kQueue, key, tx);
  ledger_.commit_sent(tx);
  ledger_.committed(tx);
  kill();
  deliver(key, true);
  expect_fault("its ack was committed");
}

TEST_F(LedgerTest, NothingOfATransactionThatWasRolledBackIsDelivered) {
  const MessageKey source = confirmed();
  deliver(source);
  const TxNumber tx = ledger_.begin();
  const MessageKey key = publish(kOther, false, tx);
  ledger_.acked(kQueue, source, tx);
  ledger_.rolled_back(tx);
  kill();
  deliver(source, true);
  expect_no_fault();
  deliver(key, false, kOther);
  expect_fault("rolled back");
}

TEST_F(LedgerTest, NothingIsDeliveredBeforeItsCommit) {
  const TxNumber tx = ledger_.begin();
  deliver(publish(kQueue, false, tx));
  expect_fault("before its commit");
}

}  // namespace
}  // namespace coney::crash
