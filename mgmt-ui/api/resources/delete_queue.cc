#include <boost/json.hpp>

#include "broker/arguments/resource_text.h"
#include "broker/shard/mail.h"
#include "mgmt-ui/api/resources/declaring.h"
#include "mgmt-ui/api/resources/queue_use.h"
#include "mgmt-ui/api/resources/resources.h"

// Deleting a queue: its shard says whether it may go, then the topology takes it out.

namespace coney::management {

namespace json = boost::json;

namespace {

void delete_marked(Call& call, QueueId id, Respond respond) {
  call.services.submit(DeleteQueue{call.name("vhost"), call.name("name"), id},
                       [respond = std::move(respond)](TopologyAnswer answer) {
                         respond(answer.error ? error_answer(*answer.error) : no_content());
                       });
}

Reply delete_queue(Call& call) {
  const CatalogQueue* queue = queue_of_path(call);
  if (!queue) return no_such_object();
  const std::string text = queue_text(queue->record->name, queue->record->vhost);
  if (!call.allowed(queue->record->vhost, Access::kConfigure, queue->record->name)) {
    return access_refused();
  }
  if (queue->owner.valid()) return locked(*queue);
  // RabbitMQ's stream queues do not look at whether they are empty.
  const bool is_stream = queue->settings->type == QueueType::kStream;
  const DeleteCall command{call.request.flag("if-unused"),
                           call.request.flag("if-empty") && !is_stream};
  return Later([&call, id = queue->id, command, text](Respond respond) {
    call.services.ask(id, command, [&call, id, text, respond](QueueAnswer answer) {
      if (answer.status == QueueStatus::kInUse) {
        return respond(bad_request(json::string(text + " in use")));
      }
      if (answer.status == QueueStatus::kNotEmpty) {
        return respond(bad_request(json::string(text + " not empty")));
      }
      delete_marked(call, id, respond);
    });
  });
}

}  // namespace

Handler queue_deletion() {
  return delete_queue;
}

}  // namespace coney::management
