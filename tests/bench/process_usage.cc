#include "tests/bench/process_usage.h"

#include <time.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

#include "tests/bench/failure.h"

namespace bench {

ProcessUsage usage_of(int pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string line;
  if (!std::getline(file, line)) throw Failure("no process {}", pid);
  // The name in parentheses may hold anything; field 3 follows the last one.
  std::istringstream fields(line.substr(line.rfind(')') + 2));
  std::string field;
  std::uint64_t ticks = 0;
  std::uint64_t pages = 0;
  for (int number = 3; fields >> field && number <= 24; ++number) {
    if (number == 14 || number == 15) ticks += std::stoull(field);
    if (number == 24) pages = std::stoull(field);
  }
  return {static_cast<double>(ticks) / static_cast<double>(::sysconf(_SC_CLK_TCK)),
          pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE))};
}

double cpu_seconds_of(pthread_t thread) {
  clockid_t clock{};
  timespec time{};
  if (::pthread_getcpuclockid(thread, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

std::uint64_t now_ns() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000u +
         static_cast<std::uint64_t>(time.tv_nsec);
}

}  // namespace bench
