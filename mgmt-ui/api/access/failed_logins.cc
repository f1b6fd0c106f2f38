#include "mgmt-ui/api/access/failed_logins.h"

#include <algorithm>

namespace coney::management {

void FailedLogins::refill(Bucket& bucket, Clock::time_point now) {
  const std::chrono::duration<double> passed = now - bucket.since;
  bucket.tries = std::min(kTries, bucket.tries + passed.count() * kPerSecond);
  bucket.since = now;
}

bool FailedLogins::may_try(const std::string& address, Clock::time_point now) {
  auto found = by_address_.find(address);
  if (found == by_address_.end()) return true;
  refill(*found->second, now);
  return found->second->tries >= 1;
}

void FailedLogins::failed(const std::string& address, Clock::time_point now) {
  auto found = by_address_.find(address);
  if (found == by_address_.end()) {
    if (buckets_.size() == kMaxAddresses) {
      by_address_.erase(buckets_.back().address);
      buckets_.pop_back();
    }
    buckets_.push_front({address, kTries, now});
    found = by_address_.emplace(address, buckets_.begin()).first;
  } else {
    buckets_.splice(buckets_.begin(), buckets_, found->second);
    refill(buckets_.front(), now);
  }
  found->second->tries = std::max(0.0, found->second->tries - 1);
}

}  // namespace coney::management
