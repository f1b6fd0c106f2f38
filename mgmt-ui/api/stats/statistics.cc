#include "mgmt-ui/api/stats/statistics.h"

namespace coney::management {

void Statistics::tick(const Catalog& catalog) {
  const Millisecond now = clock_();
  tables_.sample(now);
  if (ticks_ % kTicksPerProbe == 0) node_.record(now / 1000, probe_());
  if (++ticks_ % kTicksPerSweep == 0) tables_.sweep(catalog, now);
}

}  // namespace coney::management
