#include "broker/shard/mail.h"
#include "mgmt-ui/api/resources/declaring.h"
#include "mgmt-ui/api/resources/queue_use.h"
#include "mgmt-ui/api/resources/resources.h"

// POST /api/coney/queues/{vhost}/{name}/pause and resume: while a queue is paused its messages stay
// with it, whoever waits for them; publishing goes on. A restart ends it.

namespace coney::management {
namespace {

Reply set_paused(Call& call, bool paused) {
  const CatalogQueue* queue = queue_of_path(call);
  if (!queue) return no_such_object();
  if (!call.allowed(queue->record->vhost, Access::kConfigure, queue->record->name)) {
    return access_refused();
  }
  if (queue->settings->type == QueueType::kStream) {
    return bad_request("a stream cannot be paused");
  }
  return Later([&call, id = queue->id, paused](Respond respond) {
    call.services.ask(id, PauseCall{paused}, [respond](QueueAnswer answer) {
      respond(answer.status == QueueStatus::kGone ? no_such_object() : no_content());
    });
  });
}

Reply pause(Call& call) {
  return set_paused(call, true);
}
Reply resume(Call& call) {
  return set_paused(call, false);
}

}  // namespace

void add_pause(RouteTable& table) {
  table.add("/api/coney/queues/{vhost}/{name}/pause", {post(Need::kManagement, pause)});
  table.add("/api/coney/queues/{vhost}/{name}/resume", {post(Need::kManagement, resume)});
}

}  // namespace coney::management
