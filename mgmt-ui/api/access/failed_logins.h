#pragma once
// How many logins of an address have failed of late: a bucket of tries for each, which fills up
// again by one a second. Bounded; used by one thread.

#include <chrono>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

namespace coney::management {

class FailedLogins {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr double kTries = 60;
  static constexpr double kPerSecond = 1;
  static constexpr std::size_t kMaxAddresses = 10'000;  // the one that failed longest ago goes

  // May the address try, or has it failed too often?
  bool may_try(const std::string& address, Clock::time_point now);
  void failed(const std::string& address, Clock::time_point now);

 private:
  struct Bucket {
    std::string address;
    double tries = kTries;
    Clock::time_point since;
  };
  static void refill(Bucket& bucket, Clock::time_point now);

  std::list<Bucket> buckets_;  // the one that failed last in front
  std::unordered_map<std::string, std::list<Bucket>::iterator> by_address_;
};

}  // namespace coney::management
