#include "tests/crash/ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace coney::crash {
namespace {

constexpr std::size_t kMostFaultTexts = 40;

std::uint64_t fresh_key(ConsumerNumber consumer, PublisherNumber publisher) {
  return static_cast<std::uint64_t>(consumer) << 16 | static_cast<std::uint64_t>(publisher);
}

}  // namespace

Ledger::Ledger(std::vector<QueueTraits> queues, std::size_t publishers, bool flags_may_be_wrong)
    : flags_may_be_wrong_(flags_may_be_wrong), publishers_(publishers) {
  for (QueueTraits& traits : queues) {
    queues_.push_back({std::move(traits), std::vector<Heights>(publishers)});
  }
}

void Ledger::fault(std::string text) {
  if (++fault_count_ <= kMostFaultTexts) {
    faults_.push_back(fmt::format("life {}: {}", life_, std::move(text)));
  }
}

std::string Ledger::name(QueueNumber queue, const MessageKey& key) const {
  return fmt::format("queue {}, publisher {}, message {}",
                     queues_[static_cast<std::size_t>(queue)].traits.name,
                     static_cast<std::uint32_t>(key.publisher), key.sequence);
}

Ledger::Entry* Ledger::entry(const MessageKey& key) {
  const auto number = static_cast<std::size_t>(key.publisher);
  if (number >= publishers_.size()) return nullptr;
  Publisher& publisher = publishers_[number];
  if (key.sequence < publisher.first) return nullptr;
  const std::uint64_t at = key.sequence - publisher.first;
  return at < publisher.entries.size() ? &publisher.entries[at] : nullptr;
}

Ledger::Copy* Ledger::copy(QueueNumber queue, const MessageKey& key) {
  Entry* found = entry(key);
  if (found == nullptr) return nullptr;
  for (std::uint32_t i = 0; i < found->copies_used; ++i) {
    if (found->copies[i].queue == queue) return &found->copies[i];
  }
  return nullptr;
}

const Ledger::Message* Ledger::find(const MessageKey& key) const {
  const Entry* found = const_cast<Ledger*>(this)->entry(key);
  return found == nullptr ? nullptr : &found->message;
}

template <typename Visit>
void Ledger::for_each_copy(Visit visit) {
  for (std::size_t i = 0; i < publishers_.size(); ++i) {
    std::uint64_t sequence = publishers_[i].first;
    for (Entry& entry : publishers_[i].entries) {
      for (std::uint32_t j = 0; j < entry.copies_used; ++j) {
        const CopyName name{entry.copies[j].queue, {static_cast<PublisherNumber>(i), sequence}};
        visit(name, entry, entry.copies[j]);
      }
      ++sequence;
    }
  }
}

void Ledger::set_state(Entry& entry, Copy& copy, State state) {
  std::uint64_t& waiting = queue(copy.queue).waiting_bytes;
  if (copy.state == State::kWaiting) waiting -= entry.message.size;
  if (state == State::kWaiting) waiting += entry.message.size;
  copy.state = state;
}

void Ledger::gone(Entry& entry, Copy& copy, const char* why) {
  set_state(entry, copy, State::kGone);
  copy.why_gone = why;
  copy.gone_in = life_;
}

std::uint64_t Ledger::waiting_bytes(QueueNumber queue) const {
  return queues_[static_cast<std::size_t>(queue)].waiting_bytes;
}

// ---- publishing ----

MessageKey Ledger::published(PublisherNumber publisher, std::span<const QueueNumber> to,
                             const Message& message, TxNumber tx) {
  Publisher& by = publishers_[static_cast<std::size_t>(publisher)];
  const MessageKey key{publisher, by.first + by.entries.size()};
  Entry& entry = by.entries.emplace_back(Entry{message, ++now_, tx});
  for (const QueueNumber number : to) {
    entry.copies[entry.copies_used++].queue = number;
    queue(number).waiting_bytes += message.size;
    if (tx != TxNumber{}) txs_[tx].published.push_back({number, key});
  }
  return key;
}

void Ledger::confirmed(const MessageKey& key) {
  Entry* found = entry(key);
  if (found == nullptr) return fault("a confirm of a message that was not published");
  bool logged = !found->message.transient;
  for (std::uint32_t i = 0; i < found->copies_used; ++i) {
    found->copies[i].must = true;
    // A no-ack consumer may have taken it before it went to the log.
    logged = logged && !queue(found->copies[i].queue).traits.no_ack;
  }
  if (logged) durable_before_ = std::max(durable_before_, found->sent_at);
}

// ---- transactions ----

TxNumber Ledger::begin() {
  const TxNumber tx{++last_tx_};
  txs_[tx] = {};
  return tx;
}

void Ledger::commit_sent(TxNumber tx) {
  txs_[tx].commit_sent = true;
  txs_[tx].commit_sent_at = ++now_;
}

void Ledger::committed(TxNumber tx) {
  const Tx done = std::move(txs_[tx]);
  txs_.erase(tx);
  for (const CopyName& each : done.published) {
    entry(each.key)->tx = {};
    copy(each.queue, each.key)->must = true;
  }
  for (const CopyName& each : done.acked) {
    gone(*entry(each.key), *copy(each.queue, each.key), "its ack was committed");
  }
  if (!done.published.empty()) durable_before_ = std::max(durable_before_, done.commit_sent_at);
}

void Ledger::rolled_back(TxNumber tx) {
  const Tx done = std::move(txs_[tx]);
  txs_.erase(tx);
  for (const CopyName& each : done.published) {
    gone(*entry(each.key), *copy(each.queue, each.key), "its transaction was rolled back");
  }
  for (const CopyName& each : done.acked) {
    Copy& acked = *copy(each.queue, each.key);
    acked.acked_in = {};
    set_state(*entry(each.key), acked, State::kOut);
  }
}

void Ledger::evidence(TxNumber tx, bool happened, const CopyName& each, const char* how) {
  const auto at = txs_.find(tx);
  if (at == txs_.end()) return;
  std::string& text = happened ? at->second.happened : at->second.not_happened;
  if (text.empty()) text = fmt::format("{} {}", name(each.queue, each.key), how);
}

void Ledger::judge_transactions() {
  for (const auto& [number, tx] : txs_) {
    if (tx.happened.empty() || tx.not_happened.empty()) continue;
    fault(fmt::format("a transaction of {} publishes and {} acks has happened in part: {}, but {}",
                      tx.published.size(), tx.acked.size(), tx.happened, tx.not_happened));
  }
  txs_.clear();
}

// ---- consuming ----

void Ledger::delivered(QueueNumber number, const MessageKey& key, ConsumerNumber consumer,
                       bool redelivered) {
  const CopyName each{number, key};
  ++now_;
  Copy* found = copy(number, key);
  if (found == nullptr) {
    return fault(name(number, key) + ": was never published there, or settled long ago");
  }
  Entry& of = *entry(key);
  judge_presence(each, of, *found);
  judge_flag(each, *found, redelivered);
  judge_order(each, consumer, redelivered);
  found->seen = true;
  found->acked_in = {};
  found->processed_at = 0;
  if (queue(number).traits.no_ack && !draining_) {
    set_state(of, *found, State::kAcked);  // it was before the message left the broker
    found->processed_at = now_;
  } else {
    set_state(of, *found, State::kOut);
  }
}

void Ledger::judge_presence(const CopyName& each, Entry& of, Copy& found) {
  const std::string who = name(each.queue, each.key);
  if (found.state == State::kOut) fault(who + ": delivered while a client has it");
  if (found.state == State::kAcked) fault(who + ": delivered again after its ack");
  if (found.state == State::kGone) {
    fault(
        fmt::format("{}: delivered although {} (in life {})", who, found.why_gone, found.gone_in));
  }
  if (of.tx != TxNumber{}) {
    const auto at = txs_.find(of.tx);
    if (at != txs_.end() && !at->second.commit_sent) fault(who + ": delivered before its commit");
    // In its own life it may be delivered before it is on disk.
    if (at != txs_.end() && at->second.undecided) evidence(of.tx, true, each, "is there");
  }
  if (found.acked_in != TxNumber{}) evidence(found.acked_in, false, each, "was not settled");
}

void Ledger::judge_flag(const CopyName& each, const Copy& found, bool redelivered) {
  if (flags_may_be_wrong_) return;
  if (found.seen && !redelivered) {
    fault(name(each.queue, each.key) + ": delivered before, but not flagged redelivered");
  }
  if (!found.seen && redelivered && queue(each.queue).traits.untouched) {
    fault(name(each.queue, each.key) + ": flagged redelivered, but the queue had no consumer");
  }
}

void Ledger::judge_order(const CopyName& each, ConsumerNumber consumer, bool redelivered) {
  Queue& of = queue(each.queue);
  Heights& heights = of.heights[static_cast<std::size_t>(each.key.publisher)];
  const std::uint64_t height = each.key.sequence + 1;
  const auto behind = [&](std::uint64_t other, const char* what) {
    if (height > other) return;
    fault(fmt::format("{}: comes after message {}{}", name(each.queue, each.key), other - 1, what));
  };
  if (draining_) {
    behind(heights.in_this_drain, "");
    heights.in_this_drain = height;
  }
  if (!redelivered) {
    if (!flags_may_be_wrong_) {
      behind(heights.in_earlier_lives, ", of an earlier life, and is not flagged redelivered");
    }
    std::uint64_t& last = fresh_[fresh_key(consumer, each.key.publisher)];
    if (!of.loose) behind(last, ", and is not flagged redelivered");
    last = height;
  }
  heights.in_this_life = std::max(heights.in_this_life, height);
}

void Ledger::acked(QueueNumber number, const MessageKey& key, TxNumber tx) {
  ++now_;
  Copy* found = copy(number, key);
  if (found == nullptr) return;
  set_state(*entry(key), *found, State::kAcked);
  found->acked_in = tx;
  if (tx != TxNumber{}) txs_[tx].acked.push_back({number, key});
}

void Ledger::ack_processed(QueueNumber number, const MessageKey& key) {
  Copy* found = copy(number, key);
  if (found != nullptr && found->state == State::kAcked) found->processed_at = ++now_;
}

void Ledger::requeued(QueueNumber number, const MessageKey& key) {
  ++now_;
  Copy* found = copy(number, key);
  if (found != nullptr) set_state(*entry(key), *found, State::kWaiting);
}

void Ledger::ack_doubtful(QueueNumber number, const MessageKey& key) {
  Copy* found = copy(number, key);
  if (found != nullptr && found->state == State::kAcked) {
    set_state(*entry(key), *found, State::kMaybe);
  }
}

void Ledger::consumer_gone(QueueNumber number) {
  queue(number).loose = true;
}

// ---- lives ----

void Ledger::life_ended(End end) {
  for_each_copy([&](const CopyName&, Entry& of, Copy& found) { end_life(of, found, end); });
  std::erase_if(txs_, [](const auto& tx) { return !tx.second.commit_sent; });
  for (auto& [number, tx] : txs_) tx.undecided = true;
  for (Queue& each : queues_) {
    each.loose = false;
    if (std::exchange(each.takes_at_once, false)) note_what_was_on_its_way(each);
    for (Heights& heights : each.heights) {
      heights.in_earlier_lives = std::max(heights.in_earlier_lives, heights.in_this_life);
      heights.in_this_life = heights.in_this_drain = 0;
    }
  }
  fresh_.clear();
  draining_ = false;
  ++life_;
}

void Ledger::consumed_without_acks(QueueNumber number) {
  queue(number).takes_at_once = true;
}

void Ledger::note_what_was_on_its_way(Queue& of) {
  for (std::size_t i = 0; i != publishers_.size(); ++i) {
    Heights& heights = of.heights[i];
    const Publisher& publisher = publishers_[i];
    heights.on_their_way.emplace_back(std::max(heights.in_this_life, heights.in_earlier_lives),
                                      publisher.first + publisher.entries.size());
  }
}

void Ledger::end_life(Entry& of, Copy& found, End end) {
  if (found.state == State::kGone) return;
  if (of.message.transient) return gone(of, found, "it is transient and of an earlier life");
  const auto tx = txs_.find(of.tx);
  if (of.tx != TxNumber{} && tx != txs_.end() && !tx->second.commit_sent) {
    return gone(of, found, "its transaction was not committed");
  }
  if (found.state == State::kOut) return set_state(of, found, State::kWaiting);
  if (found.state != State::kAcked) return;
  if (found.acked_in != TxNumber{}) {
    if (txs_[found.acked_in].commit_sent) return set_state(of, found, State::kMaybe);
    found.acked_in = {};
    return set_state(of, found, State::kWaiting);
  }
  const bool sure =
      found.processed_at != 0 && (end == End::kStopped || found.processed_at < durable_before_);
  if (sure) return gone(of, found, "it was settled, and what was sent later is known to be synced");
  set_state(of, found, State::kMaybe);
}

void Ledger::drain_begins() {
  draining_ = true;
  for (Queue& each : queues_) {
    for (Heights& heights : each.heights) heights.in_this_drain = 0;
  }
}

void Ledger::all_drained() {
  for_each_copy([&](const CopyName& each, Entry& of, Copy& found) { missing(each, of, found); });
  judge_transactions();
  for (Queue& each : queues_) {
    for (Heights& heights : each.heights) heights.on_their_way.clear();
  }
  draining_ = false;
  trim();
}

void Ledger::missing(const CopyName& each, Entry& of, Copy& found) {
  if (found.state == State::kMaybe) {
    // Of an unconfirmed one nobody knows whether it was there to be settled.
    if (found.acked_in != TxNumber{} && found.must) {
      evidence(found.acked_in, true, each, "was settled");
    }
    return gone(of, found, "it was acked and not there when all was drained");
  }
  if (found.state != State::kWaiting) return;
  if (of.tx != TxNumber{}) evidence(of.tx, false, each, "is missing");
  if (found.must && !was_on_its_way(each)) {
    fault(fmt::format("{}: LOST: confirmed and never settled, {} bytes, {}",
                      name(each.queue, each.key), of.message.size,
                      found.seen ? "delivered before" : "never delivered"));
  }
  gone(of, found, "it was not there when all was drained");
}

bool Ledger::was_on_its_way(const CopyName& each) {
  Queue& of = queue(each.queue);
  if (!of.traits.no_ack) return false;
  const Heights& heights = of.heights[static_cast<std::size_t>(each.key.publisher)];
  const std::uint64_t height = each.key.sequence + 1;
  return std::any_of(heights.on_their_way.begin(), heights.on_their_way.end(),
                     [&](const auto& all) { return all.first < height && height <= all.second; });
}

void Ledger::trim() {
  for (Publisher& publisher : publishers_) {
    while (!publisher.entries.empty()) {
      const Entry& front = publisher.entries.front();
      const auto* end = front.copies.data() + front.copies_used;
      if (std::any_of(front.copies.data(), end,
                      [](const Copy& each) { return each.state != State::kGone; })) {
        break;
      }
      publisher.entries.pop_front();
      ++publisher.first;
    }
  }
}

}  // namespace coney::crash
