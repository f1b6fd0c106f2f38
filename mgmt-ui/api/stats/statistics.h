#pragma once
// All statistics that the API shows, and the time they are of. Used by the management's thread; the
// clock and the probe come from whoever makes it.

#include <functional>
#include <span>

#include "mgmt-ui/api/stats/node_stats.h"
#include "mgmt-ui/api/stats/stats_tables.h"

namespace coney::management {

class Statistics {
 public:
  static constexpr unsigned kTicksPerProbe = 5;
  static constexpr unsigned kTicksPerSweep = 60;

  using Clock = std::function<Millisecond()>;
  using Probe = std::function<NodeSample()>;

  // Without a clock time stands still, without a probe nothing is known of the machine.
  Statistics() : Statistics([] { return Millisecond{0}; }, [] { return NodeSample{}; }) {}
  Statistics(Clock clock, Probe probe)
      : clock_(std::move(clock)), probe_(std::move(probe)), started_at_(clock_()) {}

  void take(std::span<const StatsEvent> events) { tables_.apply(events, clock_()); }
  // Once a second.
  void tick(const Catalog& catalog);

  // All histories begin anew.
  void reset() {
    tables_.forget_histories();
    node_.forget_history();
  }

  const StatsTables& tables() const { return tables_; }
  const NodeStats& node() const { return node_; }
  Millisecond now() const { return clock_(); }
  Millisecond started_at() const { return started_at_; }
  // A restart may have brought more than has been told.
  bool is_restoring(QueueId id) const;
  // Too young for statistics, or not known yet after a restart.
  bool is_new(QueueId id) const;
  // When the queue was last used; when it was declared or the node started, if it never was.
  Millisecond used_at(QueueId id) const;
  Millisecond uptime() const { return clock_() - started_at_; }

 private:
  const Clock clock_;
  const Probe probe_;
  const Millisecond started_at_;
  unsigned ticks_ = 0;
  HistoryBudget node_budget_{std::size_t{1} << 20};
  StatsTables tables_;
  NodeStats node_{node_budget_};
};

}  // namespace coney::management
