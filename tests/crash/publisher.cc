#include "tests/crash/publisher.h"

#include <fmt/format.h>

#include <algorithm>

#include "tests/bench/failure.h"
#include "tests/crash/content.h"

namespace coney::crash {
namespace {

constexpr std::size_t kMostUnsent = 256 * 1024;  // bytes
constexpr int kMostPerTurn = 100;

bench::Client open_confirming(std::uint16_t port) {
  bench::Client client = open_client(port);
  client.call<amqp::ConfirmSelectOk>(amqp::ConfirmSelect{});
  return client;
}

}  // namespace

std::uint32_t random_size(Random& random, const PublisherHabit& habit) {
  if (one_in(random, 10)) return 0;
  if (habit.large_one_in != 0 && one_in(random, habit.large_one_in)) {
    return static_cast<std::uint32_t>(between(random, 1, kMostBody));
  }
  return static_cast<std::uint32_t>(between(random, 1, habit.most_bytes));
}

Publisher::Publisher(Scene& scene, PublisherNumber number, PublisherHabit habit)
    : Actor(scene, open_confirming(scene.port)), number_(number), habit_(std::move(habit)) {}

std::string Publisher::name() const {
  return fmt::format("publisher {}", static_cast<std::uint32_t>(number_));
}

bool Publisher::may_publish() const {
  if (open_ >= habit_.window || connection_.unsent() > kMostUnsent) return false;
  return std::all_of(habit_.routes.begin(), habit_.routes.end(), [this](const Route& route) {
    return std::all_of(route.queues.begin(), route.queues.end(), [this](QueueNumber queue) {
      return scene_.ledger.waiting_bytes(queue) < habit_.most_waiting;
    });
  });
}

void Publisher::act() {
  for (int i = 0; i < kMostPerTurn && may_publish(); ++i) publish();
}

void Publisher::publish() {
  const Route& route = habit_.routes[scene_.random() % habit_.routes.size()];
  Ledger::Message message;
  message.size = random_size(scene_.random, habit_);
  message.transient =
      habit_.transient_one_in != 0 && one_in(scene_.random, habit_.transient_one_in);
  const MessageKey key = scene_.ledger.published(number_, route.queues, message);
  connection_.publish(route.exchange, route.key, properties_of(key, message),
                      body_of(key, message));
  waiting_.push_back({key});
  ++open_;
}

void Publisher::on_confirm(std::uint64_t tag, bool multiple, bool ack) {
  if (tag < first_tag_ || tag >= first_tag_ + waiting_.size()) {
    throw bench::Failure("{}: a confirm of tag {}, which does not wait for one", name(), tag);
  }
  if (!ack && !scene_.power_is_off) throw bench::Failure("{}: basic.nack of {}", name(), tag);
  const std::uint64_t last = tag - first_tag_;
  for (std::uint64_t i = multiple ? 0 : last; i <= last; ++i) {
    if (std::exchange(waiting_[i].answered, true)) continue;
    --open_;
    if (!ack) continue;
    scene_.ledger.confirmed(waiting_[i].key);
    ++confirmed_;
  }
  while (!waiting_.empty() && waiting_.front().answered) {
    waiting_.pop_front();
    ++first_tag_;
  }
}

}  // namespace coney::crash
