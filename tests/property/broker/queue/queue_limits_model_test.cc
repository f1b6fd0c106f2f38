// Random calls to a QueueCore with time to live, length limits, priorities, delivery limits and
// dead letters, all at once, against a queue that is too simple to be wrong: a list that is looked
// through for everything. CONEY_SEED repeats a run.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "amqp/properties.h"
#include "broker/queue/queue_core.h"

namespace coney {
namespace {

struct ModelMessage {
  int number = 0;
  int level = 0;
  std::uint64_t expires = 0;  // 0: never
  std::uint64_t size = 0;
  std::uint32_t returned = 0;
  std::uint64_t place = 0;  // among those of its level that are given back
  bool ready = true;
  bool is_back = false;
  bool redelivered = false;
};

// "3 maxlen"
std::string text_of(int number, DeathReason reason) {
  constexpr std::string_view kNames[] = {"rejected", "expired", "maxlen", "limit"};
  return std::to_string(number) + " " + std::string(kNames[static_cast<int>(reason)]);
}

class Model {
 public:
  explicit Model(QueueSettings settings) : settings_(std::move(settings)) {}

  std::vector<ModelMessage> messages;  // in order of arrival
  std::vector<std::string> deaths;
  std::uint64_t now = 0;

  bool quorum() const { return settings_.type == QueueType::kQuorum; }
  std::uint64_t ready() const {
    return static_cast<std::uint64_t>(
        std::count_if(messages.begin(), messages.end(), [](const auto& m) { return m.ready; }));
  }
  std::uint64_t ready_bytes() const {
    std::uint64_t bytes = 0;
    for (const ModelMessage& each : messages) bytes += each.ready ? each.size : 0;
    return bytes;
  }

  // The one that is delivered next: highest level, what is back in front of what is new.
  std::vector<ModelMessage>::iterator next() {
    auto best = messages.end();
    for (auto at = messages.begin(); at != messages.end(); ++at) {
      if (at->ready && (best == messages.end() || comes_before(*at, *best))) best = at;
    }
    return best;
  }

  bool refuses(std::uint64_t size) const {
    if (settings_.overflow == Overflow::kDropHead) return false;
    if (!quorum()) return is_too_much(ready() + 1, ready_bytes() + size);
    return settings_.overflow == Overflow::kRejectPublish && is_too_much(ready(), ready_bytes());
  }
  void publish(ModelMessage message) {
    messages.push_back(message);
    expire();
    shorten();
  }
  std::optional<ModelMessage> get(bool no_ack) {
    expire();
    const auto at = next();
    if (at == messages.end()) return std::nullopt;
    const ModelMessage got = *at;
    if (no_ack) {
      messages.erase(at);
    } else {
      at->ready = false;
    }
    if (!quorum()) expire();
    return got;
  }
  void expire() {
    for (auto at = next(); at != messages.end() && at->expires != 0 && at->expires <= now;
         at = next()) {
      die(at, DeathReason::kExpired);
    }
  }
  void shorten() {
    const bool drops = settings_.overflow == Overflow::kDropHead ||
                       (quorum() && settings_.overflow == Overflow::kRejectPublishDlx);
    while (drops && is_too_much(ready(), ready_bytes())) die(next(), DeathReason::kMaxLength);
  }
  std::vector<ModelMessage>::iterator find(int number) {
    return std::find_if(messages.begin(), messages.end(),
                        [number](const auto& m) { return m.number == number; });
  }
  void reject(int number) { die(find(number), DeathReason::kRejected); }
  void requeue(int number, Return how) {
    const auto at = find(number);
    if (how != Return::kUnseen) at->redelivered = true;
    if (how == Return::kFailed) ++at->returned;
    const auto limit = settings_.delivery_limit;
    if (how == Return::kFailed && limit && *limit >= 0 && at->returned > *limit) {
      die(at, DeathReason::kDeliveryLimit);
    } else {
      at->ready = at->is_back = true;
      at->place = quorum() ? ++returns_ : static_cast<std::uint64_t>(number);
    }
    expire();
    shorten();
  }

 private:
  static bool comes_before(const ModelMessage& a, const ModelMessage& b) {
    if (a.level != b.level) return a.level > b.level;
    if (a.is_back != b.is_back) return a.is_back;
    return a.is_back ? a.place < b.place : a.number < b.number;
  }
  bool is_too_much(std::uint64_t count, std::uint64_t bytes) const {
    return (settings_.max_length && count > static_cast<std::uint64_t>(*settings_.max_length)) ||
           (settings_.max_length_bytes &&
            bytes > static_cast<std::uint64_t>(*settings_.max_length_bytes));
  }
  void die(std::vector<ModelMessage>::iterator at, DeathReason reason) {
    if (settings_.dead_letter_exchange) deaths.push_back(text_of(at->number, reason));
    messages.erase(at);
  }

  QueueSettings settings_;
  std::uint64_t returns_ = 0;
};

int number_of(const Message& message) {
  return std::stoi(std::string(message.body()));
}

class World final : public QueueSink {
 public:
  World(std::uint64_t seed, const QueueSettings& settings)
      : random_(seed),
        settings_(settings),
        core_(*this, std::make_shared<QueueSettings>(settings)),
        model_(settings) {}

  bool admit(const ConsumerOptions&) override { return false; }
  void deliver(const ConsumerKey&, const ConsumerOptions&, QueuePosition, const MessageFacts&,
               MessageRef) override {}
  void dead_letter(DeadLetter letter) override {
    deaths_.push_back(text_of(number_of(*letter.message), letter.reason));
    if (letter.held) held_.push_back(letter.position);
  }

  void run(int steps) {
    for (int step = 0; step != steps && !testing::Test::HasFailure(); ++step) {
      SCOPED_TRACE("step " + std::to_string(step));
      now_ += below(4);
      core_.set_time(now_);
      model_.now = now_;
      act(step / 500 % 2 == 0 ? 60 : 35);
      check();
    }
    for (QueuePosition position : held_) core_.bury(position);
    EXPECT_EQ(core_.unacked_count(), unacked_.size());
  }
  std::size_t died() const { return died_; }

 private:
  struct Unacked {
    int number;
    QueuePosition position;
  };

  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(random_() % bound); }

  void act(std::uint32_t publishes) {
    const std::uint32_t dice = below(100);
    if (dice < publishes) return publish();
    if (dice < 85) return get(below(3) == 0);
    if (dice < 97) return settle();
    if (dice < 99) {
      core_.expire();
      return model_.expire();
    }
    if (below(2) == 0 && !held_.empty()) {
      core_.bury(held_.back());
      return held_.pop_back();
    }
    core_.compact();
  }

  void publish() {
    ModelMessage expected{.number = ++last_};
    amqp::PropertyList properties;
    const auto priority = static_cast<std::uint8_t>(below(8));
    if (below(2) == 0) properties.priority = priority;
    const std::uint32_t ttl = below(60);
    const std::string expiration = std::to_string(ttl);
    if (below(3) == 0) properties.expiration = expiration;
    std::int64_t lives = settings_.message_ttl.value_or(INT64_MAX);
    if (properties.expiration) lives = std::min<std::int64_t>(lives, ttl);
    if (lives != INT64_MAX) expected.expires = now_ + static_cast<std::uint64_t>(lives);
    expected.level = level_of(properties.priority);
    const std::string body = std::to_string(expected.number);
    expected.size = body.size();
    std::string header;
    amqp::encode_content_header(header, body.size(), properties);
    MessageBuilder builder("", "q", header, body.size(), true);
    builder.append(body);
    ASSERT_EQ(core_.refuses(body.size()), model_.refuses(body.size()));
    if (model_.refuses(body.size())) return;
    core_.publish(builder.finish(), below(2) == 0);
    model_.publish(expected);
  }

  int level_of(std::optional<std::uint8_t> priority) const {
    if (settings_.type == QueueType::kQuorum) return priority.value_or(4);
    return static_cast<int>(std::min<std::int64_t>(priority.value_or(0), settings_.max_priority));
  }

  void get(bool no_ack) {
    const auto got = core_.get(no_ack);
    const auto expected = model_.get(no_ack);
    ASSERT_EQ(got.has_value(), expected.has_value());
    if (!got) return;
    EXPECT_EQ(number_of(*got->message), expected->number);
    EXPECT_EQ(got->facts.redelivered, expected->redelivered);
    EXPECT_EQ(got->facts.counts.returned, expected->returned);
    EXPECT_EQ(got->ready_left, model_.ready());
    if (!no_ack) unacked_.push_back({expected->number, got->position});
  }

  void settle() {
    if (unacked_.empty()) return;
    const auto at = unacked_.begin() + below(static_cast<std::uint32_t>(unacked_.size()));
    const Unacked settled = *at;
    unacked_.erase(at);
    const std::uint32_t dice = below(10);
    if (dice < 3) {
      core_.acknowledge(settled.position, 1);
      model_.messages.erase(model_.find(settled.number));
    } else if (dice < 5) {
      core_.reject(settled.position, 1, Return::kFailed);
      model_.reject(settled.number);
    } else {
      const Return how = dice < 6   ? Return::kUnseen
                         : dice < 8 ? Return::kGivenBack
                                    : Return::kFailed;
      core_.requeue(settled.position, 1, how);
      model_.requeue(settled.number, how);
    }
  }

  void check() {
    EXPECT_EQ(core_.ready_count(), model_.ready());
    EXPECT_EQ(core_.ready_bytes(), model_.ready_bytes());
    EXPECT_EQ(core_.unacked_count(), unacked_.size());
    EXPECT_EQ(deaths_, model_.deaths);
    died_ += deaths_.size();
    deaths_.clear();
    model_.deaths.clear();
    const auto next = model_.next();
    const bool expires = next != model_.messages.end() && next->expires != 0;
    EXPECT_EQ(core_.next_expiry(), expires ? std::optional(next->expires) : std::nullopt);
  }

  std::mt19937_64 random_;
  const QueueSettings settings_;
  std::uint64_t now_ = 1'000'000;
  QueueCore core_;
  Model model_;
  std::vector<Unacked> unacked_;
  std::vector<QueuePosition> held_;
  std::vector<std::string> deaths_;
  std::size_t died_ = 0;
  int last_ = 0;
};

TEST(QueueLimitsModel, EveryMixtureBehavesLikeTheNaiveQueue) {
  const char* given = std::getenv("CONEY_SEED");
  const std::uint64_t seed = given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  SCOPED_TRACE("CONEY_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  std::size_t died = 0;
  for (int world = 0; world != 60 && !testing::Test::HasFailure(); ++world) {
    SCOPED_TRACE("world " + std::to_string(world));
    QueueSettings settings;
    if (random() % 2 == 0) settings.type = QueueType::kQuorum;
    if (random() % 2 == 0) settings.message_ttl = random() % 50;
    if (random() % 2 == 0) settings.max_length = random() % 40;
    if (random() % 3 == 0) settings.max_length_bytes = random() % 120;
    if (settings.type == QueueType::kClassic && random() % 2 == 0) settings.max_priority = 5;
    settings.overflow = static_cast<Overflow>(random() % 3);
    settings.delivery_limit = static_cast<std::int64_t>(random() % 4) - 1;
    if (random() % 4 != 0) settings.dead_letter_exchange = "x";
    World one(random(), settings);
    one.run(1'500);
    died += one.died();
  }
  EXPECT_GT(died, 5'000u);
}

}  // namespace
}  // namespace coney
