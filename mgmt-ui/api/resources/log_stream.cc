#include "mgmt-ui/api/body/query_values.h"
#include "mgmt-ui/api/events/log_feed.h"
#include "mgmt-ui/api/resources/resources.h"

// GET /api/coney/log: the log as it is written, as server-sent events; with follow=false what has
// been written so far.

namespace coney::management {
namespace {

constexpr std::uint64_t kUsualBacklog = 100;

Reply follow_log(Call& call) {
  Faults faults;
  LogFilter filter;
  const std::string_view name = call.request.parameter("level").value_or("info");
  const auto level = std::ranges::find(log::kLevelNames, name);
  if (level == log::kLevelNames.end()) {
    faults.report("/level", "unknown log level");
  } else {
    filter.level = static_cast<log::Level>(level - log::kLevelNames.begin());
  }
  filter.text = call.request.parameter("text").value_or("");
  const std::uint64_t backlog =
      read_number(call.request, "backlog", kUsualBacklog, 0, log::LogTail::kMostLines, faults);
  const bool follows = read_flag(call.request, "follow", true, faults);
  if (faults.any()) return bad_request(faults);
  Answer answer;
  answer.content_type = "text/event-stream";
  answer.events = call.services.follow_log(std::move(filter), backlog);
  if (!answer.events) return no_such_object();
  if (!follows) {
    answer.body = answer.events->take();
    answer.events.reset();
  }
  return answer;
}

}  // namespace

void add_log_stream(RouteTable& table) {
  Operation operation = get(Need::kAdministrator, follow_log);
  operation.any_type = true;
  table.add_without_head("/api/coney/log", {operation});
}

}  // namespace coney::management
