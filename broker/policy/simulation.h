#pragma once
// What would be in effect if a policy were set, changed or deleted, without doing it. Pure; for
// whoever wants to know before. Used by one thread.

#include <optional>
#include <vector>

#include "broker/policy/explanation.h"

namespace coney {

struct ValueChange {
  std::string key;
  std::optional<ExplainedValue> before;
  std::optional<ExplainedValue> after;
};

// On one queue or exchange.
struct SimulatedEffect {
  bool fits = false;  // pattern, apply-to and the queue's type
  // Pattern and apply-to fit, but the type does not support one of the keys: it does not apply.
  bool is_unsupported = false;
  bool wins = false;                 // it applies; of a deletion: it has applied
  PolicyMatch before;                // what applies now
  PolicyMatch after;                 // points into the simulation
  std::vector<ValueChange> changes;  // by key

  bool concerns() const { return fits || is_unsupported || before != after; }
};

class PolicySimulation {
 public:
  // `now` outlives the simulation, and does not change.
  static PolicySimulation of_put(const VhostPolicies& now, PolicyRecord policy);
  static PolicySimulation of_deletion(const VhostPolicies& now, PolicyPtr policy);

  SimulatedEffect on(const QueueRecord& queue);
  SimulatedEffect on(const ExchangeRecord& exchange);

 private:
  // Queues without arguments under the same policies change alike.
  struct Known {
    PolicyMatch before, after;
    QueueType type{};
    std::vector<ValueChange> changes;
  };

  PolicySimulation(const VhostPolicies& now, PolicyPtr policy);
  void judge(SimulatedEffect& effect) const;

  const VhostPolicies& now_;
  VhostPolicies then_;
  PolicyPtr policy_;
  CompiledPolicy compiled_;
  CompiledPolicy without_keys_;  // pattern and apply-to alone
  std::optional<Known> known_;
};

}  // namespace coney
