#pragma once
// CPU time and memory of the broker's process (/proc) and CPU time of one thread of ours.

#include <pthread.h>

#include <cstdint>

namespace bench {

struct ProcessUsage {
  double cpu_seconds = 0;       // utime + stime
  std::uint64_t rss_bytes = 0;  // resident
};

// Throws Failure when there is no such process.
ProcessUsage usage_of(int pid);
double cpu_seconds_of(pthread_t thread);

// Nanoseconds of CLOCK_MONOTONIC: the clock of every measurement here.
std::uint64_t now_ns();

}  // namespace bench
