#include <boost/json.hpp>

#include "mgmt-ui/api/resources/resources.h"
#include "mgmt-ui/api/stats/statistics.h"

// GET /api/coney/histograms: how large messages are, how long they wait in queues and publishers
// for confirms, since the start. The times are those of samples.

namespace coney::management {

namespace json = boost::json;

namespace {

constexpr double kMicrosecondsPerSecond = 1'000'000;

// Each bucket counts what is above the one before it and not above its own limit; the last has
// none.
template <typename Counts, typename Limits>
json::object histogram(const Counts& counts, const Limits& limits, double unit, double sum) {
  json::array buckets;
  std::uint64_t all = 0;
  for (std::size_t n = 0; n != counts.size(); ++n) {
    all += counts[n];
    const json::value limit =
        n < limits.size() ? json::value(static_cast<double>(limits[n]) / unit) : json::value();
    buckets.push_back(json::object{{"up_to", limit}, {"count", counts[n]}});
  }
  return {{"count", all}, {"sum", sum / unit}, {"buckets", std::move(buckets)}};
}

json::object seconds(const LatencyHistogram& of) {
  return histogram(of.counts, LatencyHistogram::kLimits, kMicrosecondsPerSecond,
                   static_cast<double>(of.microseconds));
}

Reply show_histograms(Call& call) {
  const ShardCounters& counters = call.services.statistics().tables().shard_totals();
  return json_answer(json::object{
      {"message_size_bytes", histogram(counters.message_sizes, ShardCounters::kSizeLimits, 1,
                                       static_cast<double>(counters.message_bytes))},
      {"time_in_queue_seconds", seconds(counters.time_in_queue)},
      {"confirm_latency_seconds", seconds(counters.confirm_latency)}});
}

}  // namespace

void add_histograms(RouteTable& table) {
  table.add("/api/coney/histograms", {get(Need::kMonitoring, show_histograms)});
}

}  // namespace coney::management
