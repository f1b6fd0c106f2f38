#include "mgmt-ui/api/stats/statistics.h"

namespace coney::management {

void Statistics::tick(const Catalog& catalog) {
  const Millisecond now = clock_();
  tables_.sample(now);
  if (ticks_ % kTicksPerProbe == 0) node_.record(now / 1000, probe_());
  if (++ticks_ % kTicksPerSweep == 0) tables_.sweep(catalog, now);
}

bool Statistics::is_restoring(QueueId id) const {
  return tables_.restoring(id.shard) && !tables_.find(id);
}

bool Statistics::is_new(QueueId id) const {
  if (is_restoring(id)) return true;
  const auto opened_at = tables_.opened_at(id);
  return opened_at && now() - *opened_at <= StatsTables::kFirstStats;
}

Millisecond Statistics::used_at(QueueId id) const {
  if (const QueueStats* stats = tables_.find(id)) return stats->changed_at;
  return tables_.opened_at(id).value_or(started_at_);
}

}  // namespace coney::management
