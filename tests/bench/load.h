#pragma once
// Publishers and consumers at full speed (or at a rate) over a route, measured over a window after
// a warm-up.

#include <vector>

#include "tests/bench/options.h"
#include "tests/bench/report.h"
#include "tests/bench/topology.h"

namespace bench {

struct LoadResult {
  double seconds = 0;  // of the window
  double published = 0;
  double confirmed = 0;
  double refused = 0;
  double returned = 0;
  double delivered = 0;
  double backlog = 0;        // at the end: accepted by the socket and not yet delivered
  double publisher_cpu = 0;  // seconds of our own threads in the window
  double consumer_cpu = 0;
  double broker_cpu = 0;  // seconds, 0 without a pid
  double broker_rss = 0;  // bytes at the end
  bool blocked = false;   // the broker sent connection.blocked
  // With LoadOptions::messages: their rate in the first and the last fifth of them, and the most
  // memory that the broker had.
  double first_fifth = 0;
  double last_fifth = 0;
  double most_rss = 0;
};

LoadResult run_load(const CommonOptions& common, const LoadOptions& load, const Route& route);

// coney-bench throughput.
Report run_throughput(const CommonOptions& common, const LoadOptions& load);

// Consumer `index` of `consumers` reads from these of the queues: its share when there are fewer
// consumers than queues, one queue otherwise.
std::vector<std::size_t> share_of(std::size_t index, std::size_t consumers, std::size_t queues);

// basic.qos and basic.consume of these queues on channel 1.
void subscribe(Client& client, const std::vector<std::string>& queues, const LoadOptions& load);

}  // namespace bench
