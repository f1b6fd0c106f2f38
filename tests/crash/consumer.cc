#include "tests/crash/consumer.h"

#include <fmt/format.h>

#include <utility>

namespace coney::crash {
namespace {

constexpr unsigned kSettleTurns = 16;  // then also an incomplete batch is settled

bench::Client open_consuming(std::uint16_t port, const std::string& queue,
                             const ConsumerHabit& habit) {
  bench::Client client = open_client(port);
  if (habit.prefetch != 0) {
    client.call<amqp::BasicQosOk>(amqp::BasicQos{.prefetch_count = habit.prefetch});
  }
  if (!habit.get) {
    client.post(amqp::BasicConsume{.queue = queue, .no_ack = habit.no_ack, .no_wait = true});
    client.flush();
  }
  return client;
}

}  // namespace

Consumer::Consumer(Scene& scene, QueueNumber queue, const ConsumerHabit& habit)
    : Actor(scene, open_consuming(scene.port, scene.name(queue), habit)),
      queue_(queue),
      habit_(habit),
      number_(static_cast<ConsumerNumber>(++scene.last_consumer)) {
  if (habit.no_ack) scene.ledger.consumed_without_acks(queue);
}

std::string Consumer::name() const {
  return "consumer of " + scene_.name(queue_);
}

void Consumer::act() {
  ++turn_;
  if (out_.size() >= habit_.batch || (turn_ % kSettleTurns == 0 && !out_.empty())) settle();
  if (habit_.get && !std::exchange(getting_, true)) {
    connection_.send(amqp::BasicGet{.queue = scene_.name(queue_)});
  }
  const bool wants_to_know = !acked_.empty() || (habit_.drain && out_.empty());
  if (wants_to_know && !asking_ && !done_) ask();
}

void Consumer::on_delivery(const Incoming& incoming) {
  getting_ = false;
  ++taken_;
  const auto key = check_content(scene_, queue_, incoming);
  if (!key) return;
  scene_.ledger.delivered(queue_, *key, number_, incoming.redelivered);
  if (habit_.no_ack) return;
  auto& into = held_.size() < habit_.hold ? held_ : out_;
  into.push_back({incoming.tag, *key});
}

// ---- settling ----

void Consumer::settle() {
  const auto times = [this](unsigned many) { return many != 0 && one_in(scene_.random, many); };
  settle_batch(times(habit_.requeue_one_in));
  done_ = times(habit_.leave_one_in);
}

void Consumer::settle_batch(bool requeue) {
  if (habit_.multiple && requeue) {
    connection_.send(amqp::BasicNack{out_.back().tag, true, true});
  } else if (habit_.multiple) {
    connection_.send(amqp::BasicAck{.delivery_tag = out_.back().tag, .multiple = true});
  }
  for (const Held& each : out_) {
    if (!habit_.multiple && requeue) connection_.send(amqp::BasicNack{each.tag, false, true});
    if (!habit_.multiple && !requeue) connection_.send(amqp::BasicAck{.delivery_tag = each.tag});
    if (requeue) {
      scene_.ledger.requeued(queue_, each.key);
    } else {
      scene_.ledger.acked(queue_, each.key);
      acked_.push_back(each.key);
    }
  }
  out_.clear();
}

void Consumer::leave() {
  for (const MessageKey& key : acked_) scene_.ledger.ack_doubtful(queue_, key);
  for (const MessageKey& key : asked_) scene_.ledger.ack_doubtful(queue_, key);
  for (const Held& each : out_) scene_.ledger.requeued(queue_, each.key);
  for (const Held& each : held_) scene_.ledger.requeued(queue_, each.key);
  scene_.ledger.consumer_gone(queue_);
}

// ---- what is known to be processed ----

void Consumer::ask() {
  asking_ = true;
  asked_ = std::exchange(acked_, {});
  connection_.send(amqp::QueueDeclare{.queue = scene_.name(queue_), .passive = true});
}

void Consumer::on_answer(std::uint32_t id, std::string_view arguments) {
  if (id == amqp::QueueDeclareOk::kMethod.id.packed()) {
    on_count(amqp::decode_arguments<amqp::QueueDeclareOk>(arguments).value().message_count);
  } else if (id == amqp::BasicGetEmpty::kMethod.id.packed()) {
    getting_ = false;
  } else {
    Actor::on_answer(id, arguments);
  }
}

void Consumer::on_count(std::uint32_t ready) {
  asking_ = false;
  for (const MessageKey& key : asked_) scene_.ledger.ack_processed(queue_, key);
  asked_.clear();
  if (habit_.drain) done_ = ready == 0 && out_.empty() && acked_.empty();
}

}  // namespace coney::crash
