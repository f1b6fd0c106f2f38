#include "mgmt-ui/api/services.h"

#include "broker/log/log.h"
#include "mgmt-ui/api/stats/statistics.h"

namespace coney::management {

void Services::calculate(std::function<void()> work, std::function<void(bool done)> then) {
  then(attempt(work));
}

bool attempt(const std::function<void()>& work) {
  try {
    work();
    return true;
  } catch (const std::exception& error) {
    log::error(log::Category::kDefault, "a calculation failed: {}", error.what());
    return false;
  }
}

const Statistics& Services::statistics() const {
  static const Statistics kNone;
  return kNone;
}

}  // namespace coney::management
