#include "mgmt-ui/api/services.h"

#include "mgmt-ui/api/stats/statistics.h"

namespace coney::management {

const Statistics& Services::statistics() const {
  static const Statistics kNone;
  return kNone;
}

}  // namespace coney::management
