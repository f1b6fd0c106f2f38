#include "mgmt-ui/api/body/query_values.h"
#include "mgmt-ui/api/events/live_feed.h"
#include "mgmt-ui/api/resources/resources.h"

// GET /api/coney/live: what changes in the answers to other requests, as server-sent events.

namespace coney::management {
namespace {

constexpr std::uint64_t kLongestInterval = 3600;

bool is_view(std::string_view target) {
  return target.starts_with('/') && !target.starts_with("/coney/live");
}

Reply follow_views(Call& call) {
  Faults faults;
  LiveRequest live{.asked = call.request};
  live.interval =
      std::chrono::seconds(read_number(call.request, "interval", 1, 0, kLongestInterval, faults));
  for (const auto& [name, value] : call.request.query) {
    if (name == "view") live.views.push_back(value);
  }
  if (live.views.empty() || live.views.size() > LiveFeed::kMaxViews ||
      !std::ranges::all_of(live.views, is_view)) {
    faults.report("/view", "expected up to 16 paths below /api, each with a slash before it");
  }
  if (faults.any()) return bad_request(faults);
  Answer answer;
  answer.content_type = "text/event-stream";
  answer.events = call.services.follow_views(std::move(live));
  if (!answer.events) return error_answer(503, "too_many_listeners", "Too many listen already.");
  return answer;
}

}  // namespace

void add_live(RouteTable& table) {
  Operation operation = get(Need::kManagement, follow_views);
  operation.any_type = true;
  table.add_without_head("/api/coney/live", {operation});
}

}  // namespace coney::management
