#include "broker/shard/mail.h"
#include "mgmt-ui/api/resources/queue_use.h"
#include "mgmt-ui/api/resources/resources.h"
#include "mgmt-ui/api/stats/statistics.h"

// DELETE /api/consumers/{vhost}/{name}/{tag}: cancels a consumer of a queue. Its client gets
// basic.cancel when it understands that; what it has not settled stays with its channel.

namespace coney::management {
namespace {

std::vector<ConsumerKey> consumers_of(const Call& call, const CatalogQueue& queue) {
  std::vector<ConsumerKey> keys;
  for (const ConsumerStats& one : call.services.statistics().tables().consumers_of(queue.id)) {
    if (one.facts->tag == call.name("tag")) keys.push_back(one.key);
  }
  return keys;
}

void cancel(Call& call, QueueId queue, std::vector<ConsumerKey> keys, Respond respond) {
  if (keys.empty()) return respond(no_content());
  const ConsumerKey key = keys.back();
  keys.pop_back();
  call.services.ask(
      queue, CancelCall{key},
      [&call, queue, key, keys = std::move(keys), respond = std::move(respond)](auto answer) {
        call.services.post(key.connection.shard, ConsumerCancelledMail{key});
        if (answer.delete_now) {  // it was the last one of an auto-delete queue
          call.services.submit(DeleteQueue{call.name("vhost"), call.name("name"), queue},
                               [](TopologyAnswer) {});
        }
        cancel(call, queue, keys, respond);
      });
}

Reply cancel_consumer(Call& call) {
  const CatalogQueue* queue = queue_of_path(call);
  if (!queue) return no_such_object();
  auto keys = consumers_of(call, *queue);
  if (keys.empty()) return no_such_object();
  return Later([&call, id = queue->id, keys = std::move(keys)](Respond respond) {
    cancel(call, id, keys, std::move(respond));
  });
}

}  // namespace

void add_consumer_cancel(RouteTable& table) {
  table.add("/api/consumers/{vhost}/{name}/{tag}", {del(Need::kAdministrator, cancel_consumer)});
}

}  // namespace coney::management
