#include "broker/dead_letter/pending_letters.h"

#include <algorithm>
#include <utility>

namespace coney {

QueuePosition PendingLetters::add(MessageRef message, const MessageFacts& facts, bool tracked) {
  return lane_.append(std::move(message), tracked, facts);
}

bool PendingLetters::has_next(std::uint64_t now) {
  if (!waiting_.empty() && waiting_.begin()->until <= now) return true;
  return out_.size() < kMostOut && lane_.has_next();
}

PendingLetters::Letter PendingLetters::next(std::uint64_t now) {
  if (!waiting_.empty() && waiting_.begin()->until <= now) {
    const QueuePosition place = waiting_.extract(waiting_.begin()).value().place;
    const MessageLane::Entry& entry = *lane_.find(place);
    return {place, entry.message, entry.facts()};
  }
  Letter letter;
  MessageLane::Entry& entry = lane_.take(letter.place);
  entry.set_state(MessageLane::State::kUnacked);
  letter.message = entry.message;
  letter.facts = entry.facts();
  out_.try_emplace(letter.place);
  out_bytes_ += letter.message->body().size();
  return letter;
}

std::vector<QueueId> PendingLetters::route(QueuePosition place, std::vector<QueueId> queues,
                                           std::uint64_t now) {
  Out& out = out_.at(place);
  out.refused = queues.empty();
  std::erase_if(queues, [&out](QueueId queue) {
    return std::find(out.reached.begin(), out.reached.end(), queue) != out.reached.end();
  });
  out.answers = static_cast<std::uint32_t>(queues.size());
  if (queues.empty()) all_answered(place, out, now);
  return queues;
}

void PendingLetters::answered(QueuePosition place, QueueId by, bool accepted, std::uint64_t now) {
  const auto at = out_.find(place);
  if (at == out_.end() || at->second.answers == 0) return;
  Out& out = at->second;
  if (accepted) {
    out.reached.push_back(by);
  } else {
    out.refused = true;
  }
  if (--out.answers == 0) all_answered(place, out, now);
}

void PendingLetters::all_answered(QueuePosition place, Out& out, std::uint64_t now) {
  if (!out.refused) return give_up(place);
  waiting_.insert({now + out.retry_after, place});
  out.retry_after = std::min(2 * out.retry_after, kLongestRetry);
}

// Only one that is not waiting.
void PendingLetters::give_up(QueuePosition place) {
  out_.erase(place);
  const MessageLane::Entry& entry = *lane_.find(place);
  out_bytes_ -= entry.message->body().size();
  lane_.erase(place, entry);
}

void PendingLetters::stop_waiting() {
  for (const Waiting& each : std::exchange(waiting_, {})) {
    waiting_.insert({0, each.place});
    out_.at(each.place).retry_after = kFirstRetry;
  }
}

std::optional<std::uint64_t> PendingLetters::next_retry() const {
  return waiting_.empty() ? std::nullopt : std::optional(waiting_.begin()->until);
}

}  // namespace coney
