#include "broker/dead_letter/pending_letters.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "broker/message/message.h"

namespace coney {
namespace {

constexpr QueueId kOne{ShardId{0}, 1, 1}, kOther{ShardId{1}, 1, 1};
constexpr std::uint64_t kNow = 1'000'000, kLater = kNow + PendingLetters::kFirstRetry;

MessageRef letter(int number) {
  const std::string body = std::to_string(number);
  MessageBuilder builder("", "q", "", body.size(), true);
  builder.append(body);
  return builder.finish();
}

class PendingLettersTest : public testing::Test {
 protected:
  void add(int count) {
    for (int n = 0; n != count; ++n) letters_.add(letter(n), {}, true);
  }
  // The bodies of those that are sent at `now` to these queues.
  std::vector<std::string> send(std::vector<QueueId> to, std::uint64_t now = kNow) {
    std::vector<std::string> bodies;
    while (letters_.has_next(now)) {
      const PendingLetters::Letter next = letters_.next(now);
      bodies.emplace_back(next.message->body());
      sent_to_ = letters_.route(next.place, to, now);
    }
    return bodies;
  }
  std::uint64_t left() {
    EXPECT_EQ(letters_.bytes(), letters_.count());  // bodies of one byte
    return letters_.count();
  }

  PendingLetters letters_;
  std::vector<QueueId> sent_to_;
};

TEST_F(PendingLettersTest, AreGoneWhenEveryQueueHasThem) {
  add(2);
  EXPECT_EQ(send({kOne, kOther}), (std::vector<std::string>{"0", "1"}));
  letters_.answered(0, kOne, true, kNow);
  EXPECT_EQ(left(), 2u);
  letters_.answered(0, kOther, true, kNow);
  EXPECT_EQ(left(), 1u);
  EXPECT_EQ(letters_.lane().departures(), (std::vector<PositionRun>{{0, 1}}));
  EXPECT_FALSE(letters_.is_waiting());
}

TEST_F(PendingLettersTest, WithoutAQueueWaitAndAreSentAgain) {
  add(2);
  send({});
  EXPECT_EQ(letters_.next_retry(), kLater);
  EXPECT_EQ(send({kOne}, kLater - 1), std::vector<std::string>{});
  EXPECT_EQ(send({kOne}, kLater), (std::vector<std::string>{"0", "1"}));
  EXPECT_EQ(letters_.next_retry(), std::nullopt);
}

TEST_F(PendingLettersTest, WaitLongerEachTime) {
  add(1);
  std::uint64_t now = kNow, waits = PendingLetters::kFirstRetry;
  for (int n = 0; n != 12; ++n, waits = std::min(2 * waits, PendingLetters::kLongestRetry)) {
    EXPECT_EQ(send({}, now).size(), 1u);
    EXPECT_EQ(*letters_.next_retry() - now, waits);
    now += waits;
  }
  letters_.stop_waiting();
  send({}, now);
  EXPECT_EQ(*letters_.next_retry() - now, PendingLetters::kFirstRetry);
}

TEST_F(PendingLettersTest, GoAgainOnlyWhereTheyWereRefused) {
  add(1);
  send({kOne, kOther});
  letters_.answered(0, kOther, false, kNow);
  EXPECT_FALSE(letters_.is_waiting());
  letters_.answered(0, kOne, true, kNow);
  EXPECT_TRUE(letters_.is_waiting());
  letters_.stop_waiting();
  EXPECT_EQ(send({kOne, kOther}), std::vector<std::string>{"0"});
  EXPECT_EQ(sent_to_, std::vector<QueueId>{kOther});
  letters_.answered(0, kOther, true, kNow);
  EXPECT_EQ(left(), 0u);
}

TEST_F(PendingLettersTest, AreGoneWhenTheQueueThatRefusedThemIs) {
  add(1);
  send({kOne, kOther});
  letters_.answered(0, kOne, true, kNow);
  letters_.answered(0, kOther, false, kNow);
  EXPECT_EQ(send({kOne}, kLater), std::vector<std::string>{"0"});
  EXPECT_EQ(left(), 0u);
  EXPECT_FALSE(letters_.is_waiting());
}

TEST_F(PendingLettersTest, OnlySoManyAreOut) {
  add(1000);
  EXPECT_EQ(send({}).size(), PendingLetters::kMostOut);
  EXPECT_EQ(letters_.lane().ready_count(), 1000 - PendingLetters::kMostOut);
  EXPECT_EQ(send({kOne}, kLater).size(), PendingLetters::kMostOut);
  for (QueuePosition place = 0; place != 10; ++place) letters_.answered(place, kOne, true, kLater);
  EXPECT_EQ(send({kOne}, kLater).front(), std::to_string(PendingLetters::kMostOut));
}

TEST_F(PendingLettersTest, AnswersThatNobodyWaitsForChangeNothing) {
  add(1);
  letters_.answered(0, kOne, true, kNow);
  letters_.answered(7, kOne, false, kNow);
  send({kOne});
  letters_.answered(0, kOne, true, kNow);
  letters_.answered(0, kOne, true, kNow);
  EXPECT_EQ(left(), 0u);
}

TEST_F(PendingLettersTest, MayBeGivenUp) {
  add(2);
  letters_.give_up(letters_.next(kNow).place);
  EXPECT_EQ(left(), 1u);
  EXPECT_EQ(send({kOne}), std::vector<std::string>{"1"});
}

}  // namespace
}  // namespace coney
