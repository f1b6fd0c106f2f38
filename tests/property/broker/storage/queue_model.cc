#include "tests/property/broker/storage/queue_model.h"

#include <algorithm>

namespace coney {

std::uint64_t QueueModel::least() const {
  return static_cast<std::uint64_t>(std::count_if(
      ready_.begin(), ready_.end(), [](const auto& each) { return each.second->sure; }));
}

// ---- what clients do ----

void QueueModel::publish(MessageNumber number, bool persistent) {
  auto copy = std::make_shared<Copy>();
  copy->number = number;
  copy->persistent = persistent;
  copy->position = ++positions_;
  copy->place = {1, copy->position};
  copy->history = " (published";
  copies_[number] = copy;
  make_ready(copy, 0);
}

void QueueModel::confirm(MessageNumber number) {
  const CopyRef copy = find(number);
  if (!copy) return;
  copy->safe = true;
  copy->history += ", confirmed";
}

QueueModel::Fault QueueModel::deliver(MessageNumber number, bool persistent, bool redelivered,
                                      std::uint32_t failures, std::uint64_t round) {
  const CopyRef copy = find(number);
  if (!copy)
    return name_ + ": message " + std::to_string(number) + " is not, or no more, there" +
           past_[number];
  if (copy->state == Copy::State::kHeld) return complain(*copy, "is delivered to two clients");
  if (copy->state == Copy::State::kSettled) return complain(*copy, "is delivered once settled");
  if (copy->persistent != persistent) return complain(*copy, "has another delivery mode");
  if (copy->redelivered && *copy->redelivered != redelivered) {
    return complain(*copy, redelivered ? "is flagged redelivered" : "is not flagged redelivered");
  }
  const auto now = static_cast<std::uint32_t>(copy->failed_at.size());
  const std::uint32_t least = copy->failures + now, most = least + copy->doubtful_failures;
  if (quorum_ && (failures < copy->failures || failures > most)) {
    return complain(
        *copy, "has failed " + std::to_string(most) + " times, not " + std::to_string(failures));
  }
  while (!copy->early && !ready_.empty() && ready_.begin()->second != copy) {
    const CopyRef first = ready_.begin()->second;
    // It may have come back when this was on its way.
    if (first->sure && (first->loose || first->ready_since == round)) break;
    if (Fault fault = is_missing(first))
      return *fault + ", " + std::to_string(number) + " is" + copy->history + ")";
  }
  if (Fault fault = is_there(*copy)) return fault;
  copy->redelivered = true;
  copy->history += ", delivered";
  take(copy);
  copy->state = Copy::State::kHeld;
  copy->loose = copy->early = false;
  return std::nullopt;
}

QueueModel::Fault QueueModel::found_empty() {
  while (!ready_.empty()) {
    if (Fault fault = is_missing(ready_.begin()->second)) return *fault + ", the queue is empty";
  }
  return std::nullopt;
}

void QueueModel::settle(MessageNumber number, Step step) {
  const CopyRef copy = find(number);
  if (copy->state == Copy::State::kReady) take(copy);
  copy->history += ", settled";
  keep_settled(copy, step);
}

void QueueModel::requeue(MessageNumber number, bool failed, Step step, std::uint64_t round) {
  const CopyRef copy = find(number);
  copy->redelivered = true;
  copy->history += ", requeued";
  if (failed) copy->failed_at.push_back(step);
  if (quorum_) copy->place = {0, ++returns_};
  make_ready(copy, round);
}

void QueueModel::requeue_loosely(MessageNumber number, Step step, std::uint64_t round) {
  requeue(number, true, step, round);
  find(number)->loose = quorum_;
}

void QueueModel::may_have_been_sent() {
  for (const auto& [place, copy] : ready_) {
    if (copy->redelivered == false) copy->redelivered = std::nullopt;
    copy->early = quorum_;
  }
}

void QueueModel::purge(Step step) {
  for (const auto& [place, copy] : std::exchange(ready_, {})) {
    give_up(*copy);
    copy->history += ", purged";
    keep_settled(copy, step);
  }
}

void QueueModel::clear() {
  for (const auto& [number, copy] : copies_) give_up(*copy);
  ready_.clear();
  copies_.clear();
  settled_.clear();
}

void QueueModel::synced(Step before) {
  while (!settled_.empty() && settled_.front().step < before) {
    erase(settled_.front().copy, ", which is synced)");
    settled_.pop_front();
  }
}

// ---- crashes ----

void QueueModel::may_be_on_its_way() {
  on_its_way_ = true;
}

void QueueModel::crash(const Crash& crash) {
  if (!durable_) return clear();
  if (std::exchange(on_its_way_, false)) may_have_been_sent();
  ready_.clear();
  for (Settled& each : std::exchange(settled_, {})) each.copy->sure = false;
  for (const auto& [number, copy] : std::exchange(copies_, {})) {
    if (keeps(*copy)) restore(copy, crash);
  }
}

void QueueModel::restore(const CopyRef& copy, const Crash& crash) {
  copy->sure = copy->sure && copy->safe;
  copy->restored = true;
  copy->loose = copy->early = false;
  copy->place = {1, copy->position};
  copy->history += crash.power_lost ? "; power lost" : "; restart";
  for (const Step step : std::exchange(copy->failed_at, {})) {
    ++(step < crash.synced ? copy->failures : copy->doubtful_failures);
  }
  copies_[copy->number] = copy;
  make_ready(copy, 0);
}

void QueueModel::stop() {
  on_its_way_ = false;
  if (!durable_) return clear();
  for (const Settled& each : settled_) erase(each.copy, "; stopped)");
  settled_.clear();
  ready_.clear();
  for (const auto& [number, copy] : std::exchange(copies_, {})) {
    if (!keeps(*copy)) continue;
    copy->safe = copy->safe || copy->sure;
    restore(copy, {.synced = UINT64_MAX, .power_lost = false});
  }
}

// Of one that was delivered or settled meanwhile, nobody knows.
void QueueModel::may_have_published(const std::shared_ptr<OpenCommit>& commit,
                                    MessageNumber number) {
  const CopyRef copy = find(number);
  if (!copy || copy->redelivered != false) return;
  copy->published_by = commit;
  commit->published.push_back({this, number});
}

void QueueModel::may_have_settled(const std::shared_ptr<OpenCommit>& commit, MessageNumber number) {
  const CopyRef copy = find(number);
  if (!copy || !copy->safe) return;
  copy->settled_by = commit;
  commit->settled.push_back({this, number});
}

// ---- what turns out ----

// Whether its transaction has happened will not be known.
void QueueModel::give_up(const Copy& copy) {
  for (const auto& commit : {copy.published_by, copy.settled_by}) {
    if (commit) commit->decided = true;
  }
}

// An uncertain copy has been seen.
QueueModel::Fault QueueModel::is_there(Copy& copy) {
  copy.sure = true;
  copy.safe = copy.safe || copy.restored;
  if (const auto commit = std::exchange(copy.published_by, {})) return decide(commit, true);
  if (const auto commit = std::exchange(copy.settled_by, {})) return decide(commit, false);
  return std::nullopt;
}

// What stood in front of something that was seen.
QueueModel::Fault QueueModel::is_missing(CopyRef copy) {
  if (copy->sure) return complain(*copy, "is missing");
  forget(copy);
  if (copy->published_by) return decide(copy->published_by, false);
  if (copy->settled_by && copy->safe) return decide(copy->settled_by, true);
  return std::nullopt;
}

// `commit` may be kept by nothing but the copies.
QueueModel::Fault QueueModel::decide(std::shared_ptr<OpenCommit> commit, bool happened) {
  if (std::exchange(commit->decided, true)) return std::nullopt;
  const auto settle_all = [](const std::vector<OpenCommit::Part>& parts, bool there) -> Fault {
    for (const auto& [queue, number] : parts) {
      const CopyRef copy = queue->find(number);
      if (!copy) {
        if (!there) continue;
        return queue->name() + ": message " + std::to_string(number) +
               " of a transaction that has happened in part is missing";
      }
      if (!there && copy->sure) return queue->complain(*copy, "is of half a transaction");
      if (!there) queue->forget(copy);
      if (there) copy->sure = true;
    }
    return std::nullopt;
  };
  if (Fault fault = settle_all(commit->published, happened)) return fault;
  return settle_all(commit->settled, !happened);
}

// ---- the lists ----

QueueModel::CopyRef QueueModel::find(MessageNumber number) const {
  const auto found = copies_.find(number);
  return found == copies_.end() ? nullptr : found->second;
}

void QueueModel::make_ready(const CopyRef& copy, std::uint64_t round) {
  copy->state = Copy::State::kReady;
  copy->ready_since = round;
  ready_[copy->place] = copy;
}

void QueueModel::take(const CopyRef& copy) {
  ready_.erase(copy->place);
}

void QueueModel::forget(const CopyRef& copy) {
  if (copy->state == Copy::State::kReady) take(copy);
  erase(copy, ", was missing)");
}

void QueueModel::erase(const CopyRef& copy, const char* why) {
  past_[copy->number] = copy->history + why;
  copies_.erase(copy->number);
}

void QueueModel::keep_settled(const CopyRef& copy, Step step) {
  if (!keeps(*copy)) {
    copies_.erase(copy->number);
    return;
  }
  if (copy->redelivered != true) copy->redelivered = std::nullopt;
  copy->state = Copy::State::kSettled;
  settled_.push_back({copy, step});
}

QueueModel::Fault QueueModel::complain(const Copy& copy, const std::string& what) const {
  return name_ + ": message " + std::to_string(copy.number) + " " + what + copy.history + ")";
}

}  // namespace coney
