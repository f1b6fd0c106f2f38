#include "broker/dead_letter/undertaker.h"

#include <algorithm>
#include <utility>

#include "broker/dead_letter/death.h"
#include "broker/queue/queue_storage.h"
#include "broker/shard/shard.h"
#include "broker/storage/shard_storage.h"

namespace coney {
namespace {

constexpr std::uint64_t kPause = 20;  // milliseconds

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

const Exchange* dead_letter_exchange(const Undertaker::Queue& from, const Vhost*& vhost) {
  const auto& name = from.core.settings().dead_letter_exchange;
  vhost = from.shard.catalog().find_vhost(from.record.vhost);
  return vhost && name ? vhost->find_exchange(*name) : nullptr;
}

// A view into the queue's settings.
Death death_of(const Undertaker::Queue& from, DeathReason reason) {
  const QueueSettings& settings = from.core.settings();
  std::string_view exchange;
  if (settings.dead_letter_exchange) exchange = *settings.dead_letter_exchange;
  return {.queue = from.record.name,
          .reason = reason,
          .time = from.now / 1000,
          .exchange = exchange,
          .routing_key = settings.dead_letter_routing_key,
          .honours_publisher = from.shard.config().trust_publisher_deaths};
}

// What a letter brings along.
MessageFacts facts_of(const MessageFacts& facts) {
  return {.counts = facts.counts, .redelivered = facts.redelivered};
}

}  // namespace

PendingLetters& Undertaker::make_pending() {
  if (!pending_) pending_ = std::make_unique<PendingLetters>();
  return *pending_;
}

void Undertaker::send(const Queue& from) {
  const bool must_arrive = from.core.settings().dead_letters_must_arrive();
  for (DeadLetter& letter : std::exchange(letters_, {})) {
    must_arrive ? keep(from, std::move(letter)) : send_once(from, std::move(letter));
  }
  if (pending_) send_pending(from);
}

// ---- at most once ----

void Undertaker::send_once(const Queue& from, DeadLetter letter) {
  std::vector<QueueId> queues;
  MessageRef dead;
  const Vhost* vhost = nullptr;
  if (const Exchange* exchange = dead_letter_exchange(from, vhost)) {
    const Death death = death_of(from, letter.reason);
    dead = after_death(*letter.message, death);
    queues = destinations(from.shard.catalog(), *vhost, *exchange, *dead, death);
  }
  const QueueId source = letter.held ? from.id : QueueId{};
  for (QueueId to : queues) {
    from.shard.post(to.shard,
                    DeadLetterMail{to, dead, facts_of(letter.facts), source, letter.position});
  }
  if (!letter.held) return;
  if (queues.empty()) return from.core.bury(letter.position);
  held_.emplace(letter.position, static_cast<std::uint32_t>(queues.size()));
}

void Undertaker::arrived(QueueCore& core, QueuePosition position, QueueId by, bool accepted,
                         std::uint64_t now) {
  if (pending_ && QueueCore::level_of(position) == PendingLetters::kLevel) {
    return pending_->answered(QueueCore::place_of(position), by, accepted, now);
  }
  const auto at = held_.find(position);
  if (at == held_.end() || --at->second != 0) return;
  held_.erase(at);
  core.bury(position);
}

// ---- at least once ----

// The disk has it among the pending letters before the queue lets go of it.
void Undertaker::keep(const Queue& from, DeadLetter letter) {
  const MessageRef dead = after_death(*letter.message, death_of(from, letter.reason));
  const QueuePosition place =
      make_pending().add(dead, facts_of(letter.facts), from.letters != nullptr);
  if (from.letters) from.letters->published(place, dead, {});
  if (letter.held) from.core.bury(letter.position);
}

void Undertaker::send_pending(const Queue& from) {
  const bool must_arrive = from.core.settings().dead_letters_must_arrive();
  const Vhost* vhost = nullptr;
  const Exchange* exchange = dead_letter_exchange(from, vhost);
  const Death death = death_of(from, {});
  paused_until_ = 0;
  while (pending_->has_next(from.now) && !must_pause(from)) {
    const PendingLetters::Letter letter = pending_->next(from.now);
    std::vector<QueueId> queues;
    if (exchange) {
      queues = destinations(from.shard.catalog(), *vhost, *exchange, *letter.message, death);
    }
    DeadLetterMail mail{{},
                        letter.message,
                        facts_of(letter.facts),
                        from.id,
                        QueueCore::at_level(PendingLetters::kLevel, letter.place),
                        true};
    if (must_arrive) {
      queues = pending_->route(letter.place, std::move(queues), from.now);
    } else {  // the strategy was changed meanwhile
      mail.source = {};
      pending_->give_up(letter.place);
    }
    for (QueueId to : queues) {
      mail.queue = to;
      from.shard.post(to.shard, mail);
    }
  }
  if (pending_->is_waiting() && !std::exchange(awaits_changes_, true)) {
    from.shard.tell_of_changes(from.id);
  }
}

// Letters are held up like publishers: what the log has not written yet is in memory.
bool Undertaker::must_pause(const Queue& from) {
  paused_until_ = from.shard.storage().congested() ? from.now + kPause : 0;
  return paused_until_ != 0;
}

void Undertaker::try_again() {
  awaits_changes_ = false;
  if (pending_) pending_->stop_waiting();
}

std::optional<std::uint64_t> Undertaker::next_retry() const {
  if (paused_until_ != 0) return paused_until_;
  return pending_ ? pending_->next_retry() : std::nullopt;
}

// ---- letters of other queues ----

void Undertaker::turn_away(QueueId source) {
  if (std::find(turned_away_.begin(), turned_away_.end(), source) == turned_away_.end()) {
    turned_away_.push_back(source);
  }
}

void Undertaker::tell_of_room(Shard& shard) {
  for (QueueId source : std::exchange(turned_away_, {})) {
    shard.post(source.shard, DeadLetterRoomMail{source});
  }
}

}  // namespace coney
