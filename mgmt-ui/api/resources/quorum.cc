#include <boost/json.hpp>

#include "mgmt-ui/api/body/json_body.h"
#include "mgmt-ui/api/listing/listing.h"
#include "mgmt-ui/api/resources/queue_use.h"
#include "mgmt-ui/api/resources/resources.h"

// Replicas of quorum queues and streams, of which there is one each: this node's. What RabbitMQ
// tells of its log beside that is null.

namespace coney::management {

namespace json = boost::json;

namespace {

bool is_replicated(const CatalogQueue& queue) {
  return queue.record->type != "classic";
}

Reply show_status(Call& call) {
  const CatalogQueue* queue = queue_of_path(call);
  if (!queue || !is_replicated(*queue)) return no_such_object();
  json::object member{
      {"Node Name", call.config().node_name}, {"Raft State", "leader"}, {"Membership", "voter"}};
  for (const char* name : {"Last Log Index", "Last Written", "Last Applied", "Commit Index",
                           "Snapshot Index", "Term", "Machine Version"}) {
    member[name] = nullptr;
  }
  return json_answer(json::array{std::move(member)});
}

// `present`: what the answer is when the node named is this one.
Reply change_replica(Call& call, std::string_view present) {
  auto body = JsonBody::parse(call.request);
  if (!body) return body.error();
  const CatalogQueue* queue = queue_of_path(call);
  if (!queue || !is_replicated(*queue)) return no_such_object();
  const std::string node = body->text("node");
  if (body->faults().any()) return bad_request(body->faults());
  if (node != call.config().node_name) return bad_request("Node is not a cluster member");
  return bad_request(json::string(present));
}

Reply add_replica(Call& call) {
  return change_replica(call, "The node has a replica already");
}
Reply delete_replica(Call& call) {
  return change_replica(call, "The last replica of a queue cannot be deleted");
}

// With one node everything is where it should be.
Reply rebalance(Call&) {
  return no_content();
}

Reply reset_statistics(Call& call) {
  call.services.reset_statistics();
  return no_content();
}
Reply reset_statistics_of_node(Call& call) {
  if (call.name("node") != call.config().node_name) return no_such_object();
  return reset_statistics(call);
}

}  // namespace

void add_quorum(RouteTable& table) {
  table.add_without_head("/api/queues/quorum/{vhost}/{name}/status",
                         {get(Need::kManagement, show_status)});
  table.add("/api/queues/quorum/{vhost}/{name}/replicas/add",
            {post(Need::kAdministrator, add_replica)});
  table.add("/api/queues/quorum/{vhost}/{name}/replicas/delete",
            {del(Need::kAdministrator, delete_replica)});
  table.add("/api/rebalance/queues", {post(Need::kAdministrator, rebalance)});
  table.add("/api/reset", {del(Need::kAdministrator, reset_statistics)});
  table.add("/api/reset/{node}", {del(Need::kAdministrator, reset_statistics_of_node)});
}

}  // namespace coney::management
