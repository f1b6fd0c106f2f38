#pragma once
// What queues are sorted by without making their rows: every column that a row of a list can have.
// A column whose value is an object has no order, as if no row had it; but arguments and policies
// are compared as texts. Lives for one request; used by the management's thread.

#include <map>
#include <string_view>

#include "mgmt-ui/api/listing/sort_key.h"
#include "mgmt-ui/api/routing/call.h"
#include "mgmt-ui/api/stats/details.h"
#include "mgmt-ui/api/stats/stats_tables.h"

namespace coney::management {

class QueueOrder {
 public:
  QueueOrder(const Call& call, std::string_view column);

  // The same kind of key for every queue, or numbers for those that lack the column.
  SortKey key(const QueueEntry& entry);

 private:
  using Make = SortKey (QueueOrder::*)(const QueueEntry&);
  struct Field {
    std::string_view name;
    Make make;
  };
  struct Count;
  struct Gauge;
  static const Field kFields[];
  static const Count kCounts[];
  static const Gauge kGauges[];

  const QueueStats* stats_of(const QueueEntry& entry) const;
  SortKey durable(const QueueEntry& entry);
  SortKey auto_delete(const QueueEntry& entry);
  SortKey exclusive(const QueueEntry& entry);
  SortKey arguments(const QueueEntry& entry);
  SortKey argument(const QueueEntry& entry);
  SortKey policy(const QueueEntry& entry);
  SortKey operator_policy(const QueueEntry& entry);
  SortKey effective_policy(const QueueEntry& entry);
  SortKey leader(const QueueEntry& entry);
  SortKey members(const QueueEntry& entry);
  SortKey delivery_limit(const QueueEntry& entry);
  SortKey delayed_retry(const QueueEntry& entry);
  SortKey idle_since(const QueueEntry& entry);
  SortKey oldest_ready_age(const QueueEntry& entry);
  SortKey paused(const QueueEntry& entry);
  SortKey exclusive_consumer(const QueueEntry& entry);
  SortKey active_consumer(const QueueEntry& entry);
  SortKey gauge(const QueueEntry& entry);
  SortKey count(const QueueEntry& entry);
  SortKey rate(const QueueEntry& entry);
  SortKey nothing(const QueueEntry&) { return 0.0; }

  const Call& call_;
  const StatsTables& tables_;
  const Millisecond now_;
  std::string_view column_;
  Details details_;
  Make make_ = &QueueOrder::nothing;
  const Gauge* gauge_ = nullptr;
  const Count* count_ = nullptr;
  std::map<std::pair<const PolicyRecord*, const PolicyRecord*>, std::string> definitions_;
};

}  // namespace coney::management
