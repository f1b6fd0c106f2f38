#include "broker/channel/confirm_tracker.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>

namespace coney {
namespace {

// What flush() tells, as text: "ack 3*" is an ack with `multiple`.
std::string told(ConfirmTracker& tracker) {
  std::string text;
  auto add = [&text](const char* word) {
    return [&text, word](PublishSequence sequence, bool multiple) {
      if (!text.empty()) text += ", ";
      text += word + std::to_string(sequence) + (multiple ? "*" : "");
    };
  };
  tracker.flush(add("ack "), add("nack "));
  return text;
}

TEST(ConfirmTracker, NumbersPublishesFromOne) {
  ConfirmTracker tracker;
  EXPECT_EQ(tracker.publish(0), 1u);
  EXPECT_EQ(tracker.publish(2), 2u);
  EXPECT_EQ(tracker.publish(0), 3u);
  EXPECT_EQ(tracker.last(), 3u);
}

TEST(ConfirmTracker, TellsWhatNeedsNoAnswerAsOne) {
  ConfirmTracker tracker;
  EXPECT_FALSE(tracker.pending());
  for (int n = 0; n != 3; ++n) tracker.publish(0);
  EXPECT_TRUE(tracker.pending());
  EXPECT_TRUE(tracker.all_settled());
  EXPECT_EQ(told(tracker), "ack 3*");
  EXPECT_FALSE(tracker.pending());
  EXPECT_EQ(told(tracker), "");
}

TEST(ConfirmTracker, SingleOneIsToldWithoutMultiple) {
  ConfirmTracker tracker;
  tracker.publish(0);
  EXPECT_EQ(told(tracker), "ack 1");
  tracker.publish(0);
  EXPECT_EQ(told(tracker), "ack 2");
}

TEST(ConfirmTracker, WaitsForTheAnswersOfAllQueues) {
  ConfirmTracker tracker;
  tracker.publish(3);
  tracker.settle(1, true);
  tracker.settle(1, true);
  EXPECT_EQ(told(tracker), "");
  EXPECT_FALSE(tracker.all_settled());
  tracker.settle(1, true);
  EXPECT_EQ(told(tracker), "ack 1");
  EXPECT_TRUE(tracker.all_settled());
}

TEST(ConfirmTracker, TellsOutOfOrderSingly) {
  ConfirmTracker tracker;
  tracker.publish(1);
  tracker.publish(0);
  tracker.publish(1);
  tracker.settle(3, true);
  EXPECT_EQ(told(tracker), "ack 2, ack 3");
  tracker.settle(1, true);
  EXPECT_FALSE(told(tracker).empty());
  tracker.publish(0);
  EXPECT_EQ(told(tracker), "ack 4");
}

TEST(ConfirmTracker, OneRefusalOfSeveralAnswersIsANack) {
  ConfirmTracker tracker;
  tracker.publish(2);
  tracker.settle(1, false);
  EXPECT_EQ(told(tracker), "");
  tracker.settle(1, true);
  EXPECT_EQ(told(tracker), "nack 1");
}

TEST(ConfirmTracker, NoAckWithMultipleCoversANack) {
  ConfirmTracker tracker;
  for (int n = 0; n != 4; ++n) tracker.publish(1);
  tracker.settle(1, true);
  tracker.settle(2, false);
  tracker.settle(3, true);
  EXPECT_EQ(told(tracker), "ack 1, nack 2, ack 3");
  tracker.settle(4, true);
  EXPECT_EQ(told(tracker), "ack 4");
  for (int n = 0; n != 2; ++n) tracker.publish(0);
  EXPECT_EQ(told(tracker), "ack 6*");
}

TEST(ConfirmTracker, AnswersToUnknownSequencesChangeNothing) {
  ConfirmTracker tracker;
  tracker.settle(1, true);
  tracker.publish(1);
  tracker.settle(2, true);
  tracker.settle(1, true);
  tracker.settle(1, false);
  EXPECT_EQ(told(tracker), "ack 1");
  EXPECT_TRUE(tracker.all_settled());
}

// A client that keeps the set of what is unconfirmed, as client libraries do.
struct Publisher {
  std::set<PublishSequence> unconfirmed, refused;
  void confirm(PublishSequence sequence, bool multiple, bool accepted) {
    auto first = multiple ? unconfirmed.begin() : unconfirmed.find(sequence);
    auto last = unconfirmed.upper_bound(sequence);
    for (; first != unconfirmed.end() && first != last; first = unconfirmed.erase(first)) {
      if (!accepted) refused.insert(*first);
    }
  }
};

TEST(ConfirmTracker, AnyOrderOfAnswersConfirmsEverythingAsItWasAnswered) {
  std::mt19937 random(7);
  for (int round = 0; round != 200; ++round) {
    ConfirmTracker tracker;
    Publisher publisher;
    std::vector<std::pair<PublishSequence, bool>> answers;  // to come
    std::set<PublishSequence> refused;
    auto flush = [&] {
      tracker.flush(
          [&](auto sequence, bool multiple) { publisher.confirm(sequence, multiple, true); },
          [&](auto sequence, bool multiple) { publisher.confirm(sequence, multiple, false); });
      for (const auto& [sequence, accepted] : answers) {
        ASSERT_TRUE(publisher.unconfirmed.contains(sequence)) << "told before its answer came";
      }
    };
    auto answer_one = [&] {
      std::swap(answers[random() % answers.size()], answers.back());
      const auto [sequence, accepted] = answers.back();
      answers.pop_back();
      tracker.settle(sequence, accepted);
      if (!accepted) refused.insert(sequence);
    };
    for (int n = 0; n != 400; ++n) {
      const std::uint32_t wanted = random() % 3;
      const PublishSequence sequence = tracker.publish(wanted);
      publisher.unconfirmed.insert(sequence);
      for (std::uint32_t i = 0; i != wanted; ++i)
        answers.emplace_back(sequence, random() % 50 != 0);
      while (!answers.empty() && random() % 2 == 0) answer_one();
      if (random() % 8 == 0) flush();
    }
    while (!answers.empty()) answer_one();
    flush();
    EXPECT_TRUE(tracker.all_settled());
    EXPECT_TRUE(publisher.unconfirmed.empty());
    EXPECT_EQ(publisher.refused, refused);
  }
}

}  // namespace
}  // namespace coney
