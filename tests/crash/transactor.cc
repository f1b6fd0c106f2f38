#include "tests/crash/transactor.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tests/crash/content.h"

namespace coney::crash {
namespace {

constexpr std::uint16_t kPrefetch = 20;

bench::Client open_transacting(const Scene& scene, const TransactorHabit& habit) {
  bench::Client client = open_client(scene.port);
  client.call<amqp::TxSelectOk>(amqp::TxSelect{});
  if (habit.source) {
    client.call<amqp::BasicQosOk>(amqp::BasicQos{.prefetch_count = kPrefetch});
    client.post(amqp::BasicConsume{.queue = scene.name(*habit.source), .no_wait = true});
    client.flush();
  }
  return client;
}

}  // namespace

Transactor::Transactor(Scene& scene, PublisherNumber number, TransactorHabit habit)
    : Actor(scene, open_transacting(scene, habit)),
      number_(number),
      habit_(std::move(habit)),
      consumer_(static_cast<ConsumerNumber>(++scene.last_consumer)) {}

std::string Transactor::name() const {
  return fmt::format("transactions of publisher {}", static_cast<std::uint32_t>(number_));
}

bool Transactor::may_publish() const {
  return std::all_of(habit_.routes.begin(), habit_.routes.end(), [this](const Route& route) {
    return scene_.ledger.waiting_bytes(route.queues.front()) < habit_.most_waiting;
  });
}

void Transactor::act() {
  if (waiting_ != TxNumber{} || !may_publish() || (habit_.source && out_.empty())) return;
  waiting_ = scene_.ledger.begin();
  std::uint64_t count = between(scene_.random, 1, habit_.most_messages);
  if (habit_.source) count = std::min<std::uint64_t>(count, out_.size());
  for (std::uint64_t i = 0; i < count; ++i) publish(waiting_);
  if (habit_.source) {
    for (std::uint64_t i = 0; i < count; ++i) {
      connection_.send(amqp::BasicAck{.delivery_tag = out_[i].tag});
      scene_.ledger.acked(*habit_.source, out_[i].key, waiting_);
      acked_.push_back(out_[i]);
    }
    out_.erase(out_.begin(), out_.begin() + static_cast<std::ptrdiff_t>(count));
  }
  if (one_in(scene_.random, habit_.rollback_one_in)) return connection_.send(amqp::TxRollback{});
  scene_.ledger.commit_sent(waiting_);
  connection_.send(amqp::TxCommit{});
}

void Transactor::publish(TxNumber tx) {
  const Route& route = habit_.routes[scene_.random() % habit_.routes.size()];
  const Ledger::Message message{
      static_cast<std::uint32_t>(one_in(scene_.random, 40) ? between(scene_.random, 0, 100'000)
                                                           : between(scene_.random, 0, 2'000)),
      false};
  const MessageKey key = scene_.ledger.published(number_, route.queues, message, tx);
  connection_.publish(route.exchange, route.key, properties_of(key, message),
                      body_of(key, message));
}

void Transactor::on_delivery(const Incoming& incoming) {
  const auto key = check_content(scene_, *habit_.source, incoming);
  if (!key) return;
  scene_.ledger.delivered(*habit_.source, *key, consumer_, incoming.redelivered);
  out_.push_back({incoming.tag, *key});
}

void Transactor::on_answer(std::uint32_t id, std::string_view arguments) {
  if (id == amqp::TxCommitOk::kMethod.id.packed()) {
    finish(true);
  } else if (id == amqp::TxRollbackOk::kMethod.id.packed()) {
    finish(false);
  } else {
    Actor::on_answer(id, arguments);
  }
}

void Transactor::finish(bool committed) {
  const TxNumber tx = std::exchange(waiting_, {});
  if (committed) {
    scene_.ledger.committed(tx);
    ++commits_;
  } else {
    scene_.ledger.rolled_back(tx);
    out_.insert(out_.begin(), acked_.begin(), acked_.end());  // they are still ours
  }
  acked_.clear();
}

}  // namespace coney::crash
