#include "mgmt-ui/api/resources/resources.h"

// GET /api/events: what happens from now on, as server-sent events.

namespace coney::management {
namespace {

Reply listen(Call& call) {
  EventFeed* feed = call.services.events();
  if (!feed) return no_such_object();
  Answer answer;
  answer.content_type = "text/event-stream";
  answer.events = feed->subscribe();
  return answer;
}

}  // namespace

void add_events(RouteTable& table) {
  Operation operation = get(Need::kMonitoring, listen);
  operation.any_type = true;
  table.add_without_head("/api/events", {operation});
}

}  // namespace coney::management
