#include "mgmt-ui/api/browse/browse_query.h"

#include <boost/json/value.hpp>

#include "mgmt-ui/api/body/query_values.h"
#include "mgmt-ui/api/browse/message_cursor.h"

namespace coney::management {
namespace {

constexpr std::uint64_t kUsualScan = 10'000, kMostScan = 100'000;

// One of two words, the first when there is none.
bool is_second(const Request& request, std::string_view name, std::string_view first,
               std::string_view second, Faults& faults) {
  const std::string_view word = request.parameter(name).value_or(first);
  if (word != first && word != second) {
    faults.report(json_pointer(name),
                  boost::json::string("is " + std::string(first) + " or " + std::string(second)));
  }
  return word == second;
}

}  // namespace

BrowseOrder read_order(const Request& request, Faults& faults) {
  BrowseOrder order;
  order.call.backward = is_second(request, "direction", "forward", "backward", faults);
  if (const auto from = request.parameter("from")) {
    order.call.from = parse_cursor(*from);
    if (!order.call.from) faults.report("/from", "not a place in a queue, such as 0-1234");
  }
  order.scan = read_number(request, "scan", kUsualScan, 1, kMostScan, faults);
  const std::string_view state = request.parameter("state").value_or("all");
  if (state != "all" && state != "ready" && state != "unacked") {
    faults.report("/state", "is all, ready or unacked");
  }
  order.call.ready = state != "unacked";
  order.call.held = state != "ready";
  return order;
}

}  // namespace coney::management
