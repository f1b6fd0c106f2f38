#include "mgmt-ui/api/browse/browse_query.h"

#include <boost/json/value.hpp>
#include <charconv>

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

std::uint64_t read_number(const Request& request, std::string_view name, std::uint64_t usual,
                          std::uint64_t least, std::uint64_t most, Faults& faults) {
  const auto text = request.parameter(name);
  if (!text) return usual;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error == std::errc() && end == text->data() + text->size() && number >= least &&
      number <= most) {
    return number;
  }
  const std::string wanted = "not a number from " + std::to_string(least) + " to ";
  faults.report(json_pointer(name), boost::json::string(wanted + std::to_string(most)));
  return usual;
}

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
