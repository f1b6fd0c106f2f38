#include "broker/policy/simulation.h"

#include <algorithm>

namespace coney {
namespace {

PolicyPtr without_keys(const PolicyRecord& policy) {
  PolicyRecord bare = policy;
  bare.definition = {};
  return std::make_shared<const PolicyRecord>(std::move(bare));
}

// Both are sorted by key.
std::vector<ValueChange> difference(std::vector<ExplainedValue> before,
                                    std::vector<ExplainedValue> after) {
  std::vector<ValueChange> changes;
  auto old = before.begin();
  auto now = after.begin();
  while (old != before.end() || now != after.end()) {
    ValueChange change;
    const bool goes = now == after.end() || (old != before.end() && old->key < now->key);
    const bool comes = old == before.end() || (now != after.end() && now->key < old->key);
    change.key = comes ? now->key : old->key;
    if (!comes) change.before = std::move(*old++);
    if (!goes) change.after = std::move(*now++);
    if (goes || comes || change.before->value != change.after->value) {
      changes.push_back(std::move(change));
    }
  }
  return changes;
}

bool has_own_arguments(const QueueRecord& queue) {
  return std::ranges::any_of(queue.arguments,
                             [](const auto& entry) { return entry.first != "x-queue-type"; });
}

}  // namespace

PolicySimulation::PolicySimulation(const VhostPolicies& now, PolicyPtr policy)
    : now_(now),
      then_(now),
      policy_(std::move(policy)),
      compiled_(policy_),
      without_keys_(without_keys(*policy_)) {}

PolicySimulation PolicySimulation::of_put(const VhostPolicies& now, PolicyRecord policy) {
  PolicySimulation simulation(now, std::make_shared<const PolicyRecord>(std::move(policy)));
  simulation.then_.list(simulation.policy_->is_operator).put(simulation.policy_);
  return simulation;
}

PolicySimulation PolicySimulation::of_deletion(const VhostPolicies& now, PolicyPtr policy) {
  PolicySimulation simulation(now, std::move(policy));
  simulation.then_.list(simulation.policy_->is_operator).remove(simulation.policy_->name);
  return simulation;
}

void PolicySimulation::judge(SimulatedEffect& effect) const {
  const PolicyRecord* policy = policy_.get();
  const auto has = [&](const PolicyMatch& match) {
    return match.user == policy || match.operators == policy;
  };
  effect.wins = has(effect.before) || has(effect.after);
}

SimulatedEffect PolicySimulation::on(const QueueRecord& queue) {
  const QueueType type = parse_queue_type(queue.type).value_or(QueueType::kClassic);
  SimulatedEffect effect;
  effect.fits = compiled_.matches_queue(queue.name, type);
  effect.is_unsupported = !effect.fits && without_keys_.matches_queue(queue.name, type);
  effect.before = now_.match_queue(queue.name, type);
  effect.after = then_.match_queue(queue.name, type);
  judge(effect);
  if (effect.before == effect.after) return effect;
  const bool is_plain = !has_own_arguments(queue);
  if (is_plain && known_ && known_->type == type && known_->before == effect.before &&
      known_->after == effect.after) {
    effect.changes = known_->changes;
    return effect;
  }
  effect.changes = difference(explain(queue, now_).values, explain(queue, then_).values);
  if (is_plain) known_ = Known{effect.before, effect.after, type, effect.changes};
  return effect;
}

SimulatedEffect PolicySimulation::on(const ExchangeRecord& exchange) {
  SimulatedEffect effect;
  effect.fits = compiled_.matches_exchange(exchange.name);
  effect.before = now_.match_exchange(exchange.name);
  effect.after = then_.match_exchange(exchange.name);
  judge(effect);
  if (effect.before == effect.after) return effect;
  effect.changes = difference(explain(exchange, now_).values, explain(exchange, then_).values);
  return effect;
}

}  // namespace coney
