#include "broker/dead_letter/undertaker.h"

#include <algorithm>

#include "broker/dead_letter/death.h"
#include "broker/shard/shard.h"

namespace coney {
namespace {

// The queues that the letter goes to, without those that would make it go round for ever.
std::vector<QueueId> destinations(Catalog& catalog, const Vhost& vhost, const Exchange& exchange,
                                  const Message& dead, const Death& death) {
  std::vector<QueueId> queues;
  const auto header = dead.header().substr(amqp::kContentHeaderSize);
  const auto properties = *amqp::PropertyList::decode(header);
  catalog.route(vhost, exchange, routing_keys_after_death(dead, death), *properties.headers,
                queues);
  if (queues.empty()) return queues;
  for (const std::string& name : queues_that_end_cycle(dead)) {
    if (const CatalogQueue* queue = vhost.find_queue(name)) std::erase(queues, queue->id);
  }
  return queues;
}

}  // namespace

void Undertaker::send(Shard& shard, QueueId queue, const QueueRecord& record, QueueCore& core,
                      std::uint64_t now) {
  for (auto& [position, waiting] : held_) {
    if (waiting.retry_at == 0 || waiting.retry_at > now) continue;
    letters_.push_back(std::move(waiting.letter));
  }
  for (DeadLetter& letter : std::exchange(letters_, {})) {
    send_one(shard, queue, record, core, std::move(letter), now);
  }
}

void Undertaker::send_one(Shard& shard, QueueId queue, const QueueRecord& record, QueueCore& core,
                          DeadLetter letter, std::uint64_t now) {
  const QueueSettings& settings = core.settings();
  const QueuePosition position = letter.position;
  const bool held = letter.held;
  const MessageFacts facts{.counts = letter.facts.counts, .redelivered = letter.facts.redelivered};
  std::vector<QueueId> queues;
  MessageRef dead;
  const Vhost* vhost = shard.catalog().find_vhost(record.vhost);
  const Exchange* exchange = vhost && settings.dead_letter_exchange
                                 ? vhost->find_exchange(*settings.dead_letter_exchange)
                                 : nullptr;
  if (exchange) {
    const Death death{.queue = record.name,
                      .reason = letter.reason,
                      .time = now / 1000,
                      .exchange = *settings.dead_letter_exchange,
                      .routing_key = settings.dead_letter_routing_key,
                      .honours_publisher = shard.config().trust_publisher_deaths};
    dead = after_death(*letter.message, death);
    queues = destinations(shard.catalog(), *vhost, *exchange, *dead, death);
  }
  if (held) {
    if (!settings.dead_letter_at_least_once) letter.message.reset();
    held_[position] = {std::move(letter), static_cast<std::uint32_t>(queues.size()),
                       queues.empty()};
  }
  for (QueueId to : queues) {
    shard.post(to.shard, DeadLetterMail{to, dead, facts, held ? queue : QueueId{}, position});
  }
  if (held && queues.empty()) ended(core, position, now);
}

void Undertaker::arrived(QueueCore& core, QueuePosition position, bool accepted,
                         std::uint64_t now) {
  const auto at = held_.find(position);
  if (at == held_.end() || at->second.answers == 0) return;
  at->second.refused = at->second.refused || !accepted;
  if (--at->second.answers == 0) ended(core, position, now);
}

void Undertaker::ended(QueueCore& core, QueuePosition position, std::uint64_t now) {
  OnItsWay& letter = held_.at(position);
  if (letter.refused && core.settings().dead_letter_at_least_once && letter.letter.message) {
    letter.retry_at = now + kRetryMilliseconds;
    return;
  }
  held_.erase(position);
  core.bury(position);
}

std::optional<std::uint64_t> Undertaker::next_retry() const {
  std::optional<std::uint64_t> next;
  for (const auto& [position, waiting] : held_) {
    if (waiting.retry_at != 0 && (!next || waiting.retry_at < *next)) next = waiting.retry_at;
  }
  return next;
}

}  // namespace coney
