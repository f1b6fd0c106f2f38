// Random calls to a QueueCore against a queue that is too simple to be wrong: every delivery, its
// order, its consumer and all counts must agree, also while some messages are paged out, and what
// is tracked must be told when it leaves. CONEY_SEED repeats a run.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "broker/queue/consumer_gate.h"
#include "broker/queue/queue_core.h"

namespace coney {
namespace {

struct Delivered {
  ConsumerKey key;
  int message = 0;
  bool redelivered = false;
  bool operator==(const Delivered&) const = default;
};

MessageRef make_message(int number) {
  const std::string body = std::to_string(number);
  MessageBuilder builder("", "q", "", body.size(), false);
  builder.append(body);
  return builder.finish();
}

int number_of(const MessageRef& message) {
  return std::stoi(std::string(message->body()));
}

struct ModelMessage {
  bool ready = true;
  bool redelivered = false;
  int consumer = -1;  // while unacknowledged; -1: taken by get
};

struct ModelConsumer {
  ConsumerKey key;
  ConsumerOptions options;
  std::uint32_t unacked = 0;
  bool alive = true;
  bool paused = true;       // as at first, until it is resumed
  bool open = true;         // would the sink admit it?
  std::uint64_t since = 0;  // it waits for its turn
  bool may_receive() const {
    return alive && !paused &&
           (options.no_ack || options.prefetch == 0 || unacked < options.prefetch);
  }
};

class Model {
 public:
  std::map<int, ModelMessage> messages;  // in order of arrival
  std::vector<ModelConsumer> consumers;
  std::vector<Delivered> deliveries;

  std::map<int, ModelMessage>::iterator first_ready() {
    return std::find_if(messages.begin(), messages.end(),
                        [](const auto& entry) { return entry.second.ready; });
  }
  std::uint64_t ready() const {
    return static_cast<std::uint64_t>(std::count_if(
        messages.begin(), messages.end(), [](const auto& entry) { return entry.second.ready; }));
  }
  std::uint64_t ready_bytes() const {
    std::uint64_t bytes = 0;
    for (const auto& [number, message] : messages) {
      if (message.ready) bytes += std::to_string(number).size();
    }
    return bytes;
  }
  void wait(ModelConsumer& consumer) { consumer.since = ++clock_; }

  void dispatch() {
    for (auto next = first_ready(); next != messages.end(); next = first_ready()) {
      ModelConsumer* to = next_consumer();
      if (!to) return;
      if (!to->open) {
        to->paused = true;
        continue;
      }
      deliveries.push_back({to->key, next->first, next->second.redelivered});
      wait(*to);
      if (to->options.no_ack) {
        messages.erase(next);
      } else {
        next->second.ready = false;
        next->second.consumer = static_cast<int>(to - consumers.data());
        ++to->unacked;
      }
    }
  }

  void settle(int consumer) {
    if (consumer < 0) return;
    ModelConsumer& owner = consumers[static_cast<std::size_t>(consumer)];
    const bool could = owner.may_receive();
    --owner.unacked;
    if (!could && owner.may_receive()) wait(owner);
  }

 private:
  // Of the highest priority, the one that has waited longest.
  ModelConsumer* next_consumer() {
    ModelConsumer* best = nullptr;
    for (ModelConsumer& consumer : consumers) {
      if (!consumer.may_receive()) continue;
      if (!best || consumer.options.priority > best->options.priority ||
          (consumer.options.priority == best->options.priority && consumer.since < best->since)) {
        best = &consumer;
      }
    }
    return best;
  }

  std::uint64_t clock_ = 0;
};

class World : public QueueSink {
 public:
  explicit World(std::uint64_t seed) : random_(seed) {}

  bool admit(const ConsumerOptions& options) override {
    for (const ModelConsumer& consumer : model_.consumers) {
      if (consumer.options.gate == options.gate) return consumer.open;
    }
    ADD_FAILURE() << "an unknown consumer";
    return false;
  }

  void dead_letter(DeadLetter) override {}
  void deliver(const ConsumerKey& key, const ConsumerOptions&, QueuePosition position,
               const MessageFacts& facts, MessageRef message) override {
    const int number = number_of(message);
    deliveries_.push_back({key, number, facts.redelivered});
    remember(number, position);
  }

  void run(int steps) {
    for (int step = 0; step != steps && !testing::Test::HasFailure(); ++step) {
      SCOPED_TRACE("step " + std::to_string(step));
      // Alternately more comes in and more goes out, so that chunks fill and empty.
      act(step / 2'000 % 2 == 0);
      while (core_.is_stalled()) page_in();
      compare();
      most_unacked_ = std::max(most_unacked_, core_.unacked_count());
      most_ready_ = std::max(most_ready_, core_.ready_count());
    }
    // Else the run has shown little.
    EXPECT_GT(most_unacked_, 300u);
    EXPECT_GT(most_ready_, 300u);
    EXPECT_GT(delivered_, static_cast<std::uint64_t>(steps) / 10);
    EXPECT_GT(paged_in_, static_cast<std::uint64_t>(steps) / 100);
    EXPECT_GT(tracked_departures_, static_cast<std::uint64_t>(steps) / 100);
  }

 private:
  std::uint32_t below(std::size_t bound) { return static_cast<std::uint32_t>(random_() % bound); }

  void act(bool growing) {
    if (below(100) < (growing ? 75 : 15) && model_.messages.size() < 900) return publish();
    switch (below(growing ? 12 : 24)) {
      case 0:
        return subscribe();
      case 1:
        return cancel();
      case 2:
        return close_gate();
      case 3:
      case 4:
        return resume();
      case 5:
      case 6:
        return get();
      case 7:
        return below(60) == 0 ? purge() : publish();
      case 8:
        if (below(4) != 0) return page_out();
        return below(2) == 0 ? core_.compact() : page_in();
      case 9:
      case 10:
        return settle(true);
      default:
        return settle(false);
    }
  }

  void publish() {
    const int number = next_message_++;
    model_.messages[number] = {};
    model_.dispatch();
    const bool tracked = below(2) == 0;
    const QueuePosition position = core_.publish(make_message(number), tracked);
    if (tracked) tracked_.insert(position);
    remember(number, position);
  }

  // ---- the disk ----

  struct Paged {
    QueuePosition position;
    MessageRef message;
    MessageFacts facts;
    bool tracked;
  };

  void page_out() {
    const auto from = lane_.first_to_page_out(below(400));
    if (!from) return;
    std::vector<Paged> range;
    const std::size_t most = 1 + below(300);
    lane_.visit(*from, [&](const ResidentMessage& each) {
      EXPECT_TRUE(each.ready);
      range.push_back({each.position, each.message, each.facts, each.tracked});
      return range.size() != most;
    });
    lane_.page_out(range.front().position, range.back().position);
    for (const Paged& each : range) tracked_.insert(each.position);  // stored from now on
    pages_.push_back(std::move(range));
  }

  void page_in() {
    if (!lane_.is_paged()) return;
    const std::vector<Paged> range = std::move(pages_.front());
    pages_.pop_front();
    ASSERT_EQ(lane_.first_paged().first, range.front().position);
    ASSERT_EQ(lane_.first_paged().count, range.size());
    for (const Paged& each : range) {
      lane_.put_back(each.position, each.message, each.facts, each.tracked, true);
      ++paged_in_;
    }
    lane_.paged_in();
  }

  void take_departures() {
    for (const PositionRun& run : lane_.departures()) {
      for (QueuePosition at = run.first; at != run.end(); ++at) {
        tracked_departures_ += tracked_.erase(at);
      }
    }
    lane_.departures().clear();
    if (below(50) != 0) return;
    // What is tracked is what lives.
    std::set<QueuePosition> live;
    for (const auto& [number, message] : model_.messages) live.insert(positions_.at(number));
    EXPECT_TRUE(std::includes(live.begin(), live.end(), tracked_.begin(), tracked_.end()));
  }

  void subscribe() {
    const auto alive = std::count_if(model_.consumers.begin(), model_.consumers.end(),
                                     [](const auto& consumer) { return consumer.alive; });
    if (alive >= 8) return cancel();
    ModelConsumer consumer;
    consumer.key.number = next_consumer_++;
    consumer.key.channel = 1;
    consumer.options.gate = std::make_shared<ConsumerGate>();
    consumer.options.no_ack = below(4) == 0;
    consumer.options.priority = static_cast<std::int32_t>(below(3)) - 1;
    consumer.options.prefetch = below(3) == 0 ? 0 : 1 + below(20);
    model_.consumers.push_back(consumer);
    core_.subscribe(consumer.key, consumer.options);
  }

  ModelConsumer* any_consumer() {
    std::vector<ModelConsumer*> alive;
    for (ModelConsumer& consumer : model_.consumers) {
      if (consumer.alive) alive.push_back(&consumer);
    }
    return alive.empty() ? nullptr : alive[below(alive.size())];
  }

  void cancel() {
    ModelConsumer* consumer = any_consumer();
    if (!consumer) return;
    consumer->alive = false;
    EXPECT_TRUE(core_.cancel(consumer->key));
    EXPECT_FALSE(core_.cancel(consumer->key));
  }

  void close_gate() {
    if (ModelConsumer* consumer = any_consumer()) consumer->open = false;
  }

  void resume() {
    ModelConsumer* consumer = any_consumer();
    if (!consumer) return;
    consumer->open = true;
    if (consumer->paused) {
      consumer->paused = false;
      model_.wait(*consumer);
    }
    const ConsumerKey key = consumer->key;
    model_.dispatch();
    core_.resume(key);
  }

  void get() {
    const bool no_ack = below(2) == 0;
    const auto first = model_.first_ready();
    while (core_.is_stalled()) page_in();
    const auto got = core_.get(no_ack);
    ASSERT_EQ(got.has_value(), first != model_.messages.end());
    if (!got) return;
    EXPECT_EQ(number_of(got->message), first->first);
    EXPECT_EQ(got->facts.redelivered, first->second.redelivered);
    remember(first->first, got->position);
    first->second.ready = false;
    first->second.consumer = -1;
    if (no_ack) model_.messages.erase(first);
    EXPECT_EQ(got->ready_left, model_.ready());
  }

  void settle(bool requeue) {
    std::vector<QueuePosition> unacked;
    for (const auto& [number, message] : model_.messages) {
      if (!message.ready) unacked.push_back(positions_.at(number));
    }
    if (unacked.empty()) return;
    const QueuePosition first = unacked[below(unacked.size())];
    const std::uint64_t count = 1 + below(below(10) == 0 ? 300 : 6);
    const bool seen = below(3) != 0;
    for (auto at = model_.messages.begin(); at != model_.messages.end();) {
      const auto current = at++;
      if (current->second.ready) continue;
      const QueuePosition position = positions_.at(current->first);
      if (position < first || position >= first + count) continue;
      const int consumer = current->second.consumer;
      if (requeue) {
        current->second.ready = true;
        current->second.redelivered |= seen;
      } else {
        model_.messages.erase(current);
      }
      model_.settle(consumer);
    }
    model_.dispatch();
    if (requeue) {
      core_.requeue(first, count, seen ? Return::kFailed : Return::kUnseen);
    } else {
      core_.acknowledge(first, count);
    }
  }

  void purge() {
    const std::uint64_t ready = model_.ready();
    std::erase_if(model_.messages, [](const auto& entry) { return entry.second.ready; });
    EXPECT_EQ(core_.purge(), ready);
    pages_.clear();
    EXPECT_FALSE(lane_.is_paged());
  }

  // A message keeps its position, and positions are in order of arrival.
  void remember(int number, QueuePosition position) {
    const auto [at, is_new] = positions_.emplace(number, position);
    EXPECT_EQ(at->second, position);
    if (at != positions_.begin()) {
      EXPECT_LT(std::prev(at)->second, position);
    }
    if (std::next(at) != positions_.end()) {
      EXPECT_GT(std::next(at)->second, position);
    }
  }

  void compare() {
    EXPECT_EQ(deliveries_.size(), model_.deliveries.size());
    EXPECT_TRUE(deliveries_ == model_.deliveries);
    delivered_ += deliveries_.size();
    deliveries_.clear();
    model_.deliveries.clear();
    EXPECT_EQ(core_.ready_count(), model_.ready());
    EXPECT_EQ(core_.unacked_count(), model_.messages.size() - model_.ready());
    EXPECT_EQ(core_.ready_bytes(), model_.ready_bytes());
    std::vector<ConsumerKey> alive;
    for (const ModelConsumer& consumer : model_.consumers) {
      if (consumer.alive) alive.push_back(consumer.key);
      if (consumer.options.prefetch != 0) {
        EXPECT_LE(consumer.unacked, consumer.options.prefetch);
      }
    }
    EXPECT_EQ(core_.consumer_count(), alive.size());
    std::vector<ConsumerKey> keys = core_.consumers();
    std::sort(keys.begin(), keys.end());
    EXPECT_EQ(keys, alive);
    take_departures();
    forget_the_dead();
  }

  // Consumers that nothing refers to any more, and positions of messages that are gone.
  void forget_the_dead() {
    while (!model_.consumers.empty() && !model_.consumers.back().alive &&
           model_.consumers.back().unacked == 0) {
      model_.consumers.pop_back();
    }
    if (positions_.size() < 4'000) return;
    std::erase_if(positions_,
                  [&](const auto& entry) { return !model_.messages.contains(entry.first); });
  }

  std::mt19937_64 random_;
  Model model_;
  QueueCore core_{*this};
  MessageLane& lane_ = core_.lane(0);
  std::vector<Delivered> deliveries_;
  std::map<int, QueuePosition> positions_;
  std::uint64_t most_unacked_ = 0;
  std::uint64_t most_ready_ = 0;
  std::uint64_t delivered_ = 0;
  std::deque<std::vector<Paged>> pages_;
  std::set<QueuePosition> tracked_;  // alive and tracked or stored
  std::uint64_t paged_in_ = 0;
  std::uint64_t tracked_departures_ = 0;
  int next_message_ = 0;
  ConsumerNumber next_consumer_ = 1;
};

TEST(QueueCoreModel, AgreesWithANaiveQueue) {
  const char* given = std::getenv("CONEY_SEED");
  const std::uint64_t seed = given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  SCOPED_TRACE("CONEY_SEED=" + std::to_string(seed));
  World(seed).run(100'000);
}

}  // namespace
}  // namespace coney
