#include "tests/crash/trial.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <cstdio>
#include <thread>

#include "tests/bench/failure.h"
#include "tests/crash/power_broker.h"
#include "tests/crash/process_broker.h"

namespace coney::crash {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kPatience = 60s;  // for a drain

// In the order of the traits below.
enum : std::uint32_t {
  kSingle,
  kMultiple,
  kRequeued,
  kHeld,
  kNoAck,
  kDeep,
  kDropped,
  kGot,
  kSource,
  kTarget,
  kFan0,
  kFan1,
  kFan2,
  kTx0,
  kTx1,
  kTx2,
  kPaged,
};
constexpr QueueNumber q(std::uint32_t number) {
  return static_cast<QueueNumber>(number);
}

const std::vector<QueueTraits>& queues() {
  using Traits = QueueTraits;
  static const std::vector<Traits> all{Traits{"single"},
                                       Traits{"multiple"},
                                       Traits{"requeued"},
                                       Traits{"held"},
                                       Traits{.name = "no-ack", .no_ack = true},
                                       Traits{.name = "deep", .untouched = true},
                                       Traits{"dropped"},
                                       Traits{"got"},
                                       Traits{"source"},
                                       Traits{"target"},
                                       Traits{"fan.0"},
                                       Traits{.name = "fan.1", .untouched = true},
                                       Traits{"fan.2"},
                                       Traits{"tx.0"},
                                       Traits{.name = "tx.1", .untouched = true},
                                       Traits{.name = "tx.2", .untouched = true},
                                       Traits{"paged"}};
  return all;
}
constexpr std::string_view kFanExchange = "crash.fan";

std::vector<std::string> queue_names() {
  std::vector<std::string> names;
  for (const QueueTraits& each : queues()) names.push_back(each.name);
  return names;
}

Route route_to(std::uint32_t queue) {
  return {"", queues()[queue].name, {q(queue)}};
}
Route fan_route() {
  return {std::string(kFanExchange), "", {q(kFan0), q(kFan1), q(kFan2)}};
}

constexpr std::size_t kPublishers = 16;

std::unique_ptr<Broker> make_broker(const TrialOptions& options) {
  const auto data = options.directory / "data";
  if (options.program.empty())
    return std::make_unique<PowerBroker>(data, options.settings, options.seed);
  return std::make_unique<ProcessBroker>(options.program, data, options.directory / "broker.log",
                                         options.settings);
}

}  // namespace

Trial::Trial(const TrialOptions& options)
    : options_(options),
      random_(options.seed),
      ledger_(queues(), kPublishers, options.program.empty()),
      scene_{ledger_, random_, queue_names()},
      broker_(make_broker(options)) {
  scene_.port = broker_->port();
}

bool Trial::run() {
  try {
    for (unsigned number = 1; number <= options_.rounds && ledger_.fault_count() == 0; ++number) {
      round(number);
    }
    if (ledger_.fault_count() == 0) finish();
  } catch (const std::exception& error) {
    fmt::print("{}\n", story_);
    ledger_.fault(error.what());
    if (const auto how = broker_->ended()) ledger_.fault("the broker has ended: " + *how);
  }
  for (const std::string& fault : ledger_.faults()) fmt::print("FAULT {}\n", fault);
  if (ledger_.fault_count() != 0) fmt::print("{} faults\n", ledger_.fault_count());
  return ledger_.fault_count() == 0;
}

void Trial::round(unsigned number) {
  story_ = fmt::format("round {}:", number);
  kill_early();
  start();
  if (number > 1 && one_in(random_, 2)) drain();
  if (ledger_.fault_count() == 0)
    load(std::chrono::milliseconds(
        between(random_, 20, static_cast<std::uint64_t>(options_.most_load.count()))));
  end(one_in(random_, 8) ? Ending::kStop : Ending::kKill);
  fmt::print("{}\n", story_);
  std::fflush(stdout);
}

// The end: nothing is left, and nothing of it comes back.
void Trial::finish() {
  story_ = "end:";
  start();
  drain();
  end(Ending::kStop);
  start();
  expect_empty();
  end(Ending::kStop);
  fmt::print("{} {} messages were confirmed\n", story_, confirmed_);
}

// ---- lives ----

void Trial::start() {
  if (options_.keep_each && std::filesystem::exists(options_.directory / "data")) {
    std::filesystem::remove_all(options_.directory / "before");
    broker_->save(options_.directory / "before");
  }
  const auto before = Clock::now();
  broker_->start();
  declare();
  story_ += fmt::format(" up in {} ms,", (Clock::now() - before) / 1ms);
}

// Also while it recovers, and while it recovers from that.
void Trial::kill_early() {
  if (!declared_ || !one_in(random_, 3)) return;
  for (auto times = between(random_, 1, 3); times != 0; --times) {
    const auto after = std::chrono::milliseconds(between(random_, 0, 150));
    broker_->start_and_kill(after);
    story_ += fmt::format(" killed {} ms after its start,", after.count());
  }
}

// Two connections, so that the queues are spread over the shards.
void Trial::declare() {
  bench::Client clients[] = {open_client(broker_->port()), open_client(broker_->port())};
  std::size_t turn = 0;
  for (const QueueTraits& each : queues()) {
    clients[++turn % 2].call<amqp::QueueDeclareOk>(
        amqp::QueueDeclare{.queue = each.name, .passive = declared_, .durable = true});
  }
  if (std::exchange(declared_, true)) return;
  clients[0].call<amqp::ExchangeDeclareOk>(
      amqp::ExchangeDeclare{.exchange = kFanExchange, .type = "fanout", .durable = true});
  for (const QueueNumber queue : fan_route().queues) {
    clients[0].call<amqp::QueueBindOk>(
        amqp::QueueBind{.queue = scene_.name(queue), .exchange = kFanExchange});
  }
}

void Trial::end(Ending ending) {
  if (const auto how = broker_->ended()) throw bench::Failure("the broker has ended: {}", *how);
  const bool killed = ending == Ending::kKill;
  if (killed) {
    scene_.power_is_off = options_.program.empty();
    broker_->kill();
    for (const auto& actor : actors_) actor->connection().read_rest();
    scene_.power_is_off = false;
  } else {
    broker_->stop();
  }
  actors_.clear();
  leavers_.clear();
  broker_->gone();
  ledger_.life_ended(killed ? Ledger::End::kKilled : Ledger::End::kStopped);
  story_ += killed ? " killed" : " stopped";
}

void Trial::expect_empty() {
  bench::Client client = open_client(broker_->port());
  for (const QueueTraits& each : queues()) {
    const auto counts =
        client.call<amqp::QueueDeclareOk>(amqp::QueueDeclare{.queue = each.name, .passive = true});
    if (counts.message_count == 0) continue;
    ledger_.fault(fmt::format("queue {}: {} messages after it was drained and the broker stopped",
                              each.name, counts.message_count));
  }
}

void Trial::drain() {
  const auto before = Clock::now();
  ledger_.drain_begins();
  for (std::uint32_t i = 0; i < queues().size(); ++i) {
    consume(q(i), {.prefetch = 500, .multiple = true, .batch = 100, .drain = true});
  }
  const auto all_done = [this] {
    return std::all_of(actors_.begin(), actors_.end(),
                       [](const auto& each) { return each->is_done(); });
  };
  while (!all_done()) {
    turn(10ms);
    if (Clock::now() - before < kPatience) continue;
    for (const auto& actor : actors_) {
      if (!actor->is_done()) ledger_.fault("the drain does not end: " + actor->name());
    }
    return;
  }
  std::uint64_t taken = 0;
  for (const auto& actor : actors_) taken += static_cast<const Consumer&>(*actor).taken();
  ledger_.all_drained();
  actors_.clear();
  story_ += fmt::format(" {} drained in {} ms,", taken, (Clock::now() - before) / 1ms);
}

// ---- load ----

void Trial::load(std::chrono::milliseconds time) {
  add_consumers();
  add_publishers();
  const auto until = Clock::now() + time;
  while (Clock::now() < until) {
    turn(1ms);
    replace_those_that_left();
  }
  std::uint64_t confirmed = 0;
  for (const auto& actor : actors_) {
    if (const auto* publisher = dynamic_cast<const Publisher*>(actor.get())) {
      confirmed += publisher->confirmed();
    }
  }
  confirmed_ += confirmed;
  story_ += fmt::format(" {} confirmed in {} ms,", confirmed, time.count());
}

void Trial::add_publishers() {
  const auto habit = [this](std::vector<Route> routes) {
    PublisherHabit made{.routes = std::move(routes)};
    made.window = static_cast<std::uint32_t>(one_in(random_, 4) ? 1 : between(random_, 10, 1000));
    made.transient_one_in = one_in(random_, 2) ? 3 : 0;
    made.most_bytes = one_in(random_, 3) ? 10'000 : 1'000;
    made.large_one_in = one_in(random_, 3) ? 200 : 0;
    return made;
  };
  std::vector<PublisherHabit> habits{
      habit({route_to(kSingle)}),   habit({route_to(kMultiple)}),
      habit({route_to(kRequeued)}), habit({route_to(kHeld), route_to(kRequeued)}),
      habit({route_to(kNoAck)}),    habit({route_to(kDeep)}),
      habit({fan_route()}),         habit({route_to(kDropped), route_to(kGot)}),
      habit({route_to(kSource)}),   habit({route_to(kTarget), fan_route()}),
      habit({route_to(kPaged)})};
  // Deeper than what a queue keeps in memory.
  for (PublisherHabit* deep : {&habits[5], &habits[10]}) {
    deep->window = std::max(deep->window, 50u);
    deep->most_bytes = 20'000;
    deep->large_one_in = 5;
    deep->most_waiting = 50'000'000;
  }
  for (std::size_t i = 0; i < habits.size(); ++i) {
    if (one_in(random_, 5)) continue;
    actors_.push_back(
        std::make_unique<Publisher>(scene_, static_cast<PublisherNumber>(i), habits[i]));
  }
  auto next = [n = habits.size()]() mutable { return static_cast<PublisherNumber>(n++); };
  actors_.push_back(std::make_unique<Transactor>(
      scene_, next(), TransactorHabit{{route_to(kTx0), route_to(kTx1), route_to(kTx2)}, {}}));
  actors_.push_back(std::make_unique<Transactor>(
      scene_, next(), TransactorHabit{{route_to(kTarget), route_to(kTx0)}, q(kSource)}));
}

void Trial::add_consumers() {
  const auto sometimes = [this](std::uint32_t queue, ConsumerHabit habit) {
    if (!one_in(random_, 4)) consume(q(queue), habit);
  };
  const auto batch = [this] { return static_cast<std::size_t>(between(random_, 2, 60)); };
  sometimes(kSingle, {.prefetch = 100});
  sometimes(kMultiple, {.prefetch = 200, .multiple = true, .batch = batch()});
  sometimes(
      kRequeued,
      {.prefetch = 100, .multiple = one_in(random_, 2), .requeue_one_in = 5, .batch = batch()});
  sometimes(kHeld, {.prefetch = 300, .batch = batch(), .hold = between(random_, 1, 100)});
  sometimes(kNoAck, {.no_ack = true});
  sometimes(
      kPaged,
      {.prefetch = 30, .multiple = one_in(random_, 2), .requeue_one_in = 20, .batch = batch()});
  sometimes(kGot, {.get = true});
  sometimes(kFan0, {.prefetch = 50, .batch = batch()});
  sometimes(kFan2, {.prefetch = 50, .multiple = true, .requeue_one_in = 10, .batch = batch()});
  sometimes(kTarget, {.multiple = true, .batch = batch()});
  sometimes(kTx0, {.prefetch = 10});
  for (int i = 0; i < 2; ++i) {
    const ConsumerHabit habit{.prefetch = 40, .leave_one_in = 30, .batch = batch()};
    consume(q(kDropped), habit);
    leavers_.emplace_back(q(kDropped), habit);
  }
}

void Trial::consume(QueueNumber queue, const ConsumerHabit& habit) {
  actors_.push_back(std::make_unique<Consumer>(scene_, queue, habit));
}

void Trial::replace_those_that_left() {
  const auto left = std::stable_partition(actors_.begin(), actors_.end(),
                                          [](const auto& each) { return !each->is_done(); });
  const auto count = actors_.end() - left;
  for (auto at = left; at != actors_.end(); ++at) {
    (*at)->connection().write();
    (*at)->leave();
  }
  actors_.erase(left, actors_.end());
  for (auto i = count; i != 0; --i) consume(leavers_.front().first, leavers_.front().second);
}

void Trial::turn(std::chrono::milliseconds wait) {
  std::vector<pollfd> polled;
  for (const auto& actor : actors_) {
    actor->act();
    Connection& connection = actor->connection();
    if (!connection.write()) throw bench::Failure("{}: the connection broke", actor->name());
    const short events = POLLIN | (connection.unsent() != 0 ? POLLOUT : 0);
    polled.push_back({connection.fd(), events, 0});
  }
  ::poll(polled.data(), polled.size(), static_cast<int>(wait.count()));
  for (std::size_t i = 0; i < polled.size(); ++i) {
    if (polled[i].revents == 0) continue;
    if (!actors_[i]->connection().read()) {
      throw bench::Failure("{}: the broker has ended the stream", actors_[i]->name());
    }
  }
}

}  // namespace coney::crash
