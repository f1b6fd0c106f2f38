#include <boost/json.hpp>

#include "broker/shard/mail.h"
#include "mgmt-ui/api/resources/declaring.h"
#include "mgmt-ui/api/resources/resources.h"

// Declares a queue, publishes to it and gets the message: the whole way of a message in a vhost.

namespace coney::management {

namespace json = boost::json;

namespace {

constexpr const char* kQueue = "aliveness-test";

Answer alive() {
  return json_answer(json::object{{"status", "ok"}});
}

Answer dead(std::string_view reason) {
  return json_answer(json::object{{"status", "failed"}, {"reason", json::string(reason)}}, 503);
}

void get_back(Call& call, QueueId queue, Respond respond) {
  call.services.ask(queue, GetCall{.no_ack = true},
                    [respond = std::move(respond)](QueueAnswer answer) {
                      respond(answer.delivery ? alive() : dead("the message did not come back"));
                    });
}

void publish_and_get(Call& call, Respond respond) {
  const Vhost* vhost = call.vhost();
  const CatalogQueue* queue = vhost ? vhost->find_queue(kQueue) : nullptr;
  if (!queue) return respond(dead("the queue could not be declared"));
  std::string header;
  amqp::encode_content_header(header, 0, {});
  MessageBuilder builder("", kQueue, header, 0, false);
  call.services.post(queue->id.shard, PublishMail{.queue = queue->id, .message = builder.finish()});
  get_back(call, queue->id, std::move(respond));
}

Reply test(Call& call) {
  if (!call.vhost()) return no_such_object();
  QueueRecord record{.vhost = call.name("vhost"), .name = kQueue};
  record.arguments.set("x-queue-type", amqp::Value::text("classic"));
  if (auto refusal = check_queue_declare(call, record)) return std::move(*refusal);
  if (!call.allowed(record.vhost, Access::kRead, record.name)) return access_refused();
  return Later([&call, record = std::move(record)](Respond respond) {
    const ShardId shard = call.services.shard_for(record.name);
    call.services.submit(DeclareQueue{record, shard, {}}, [&call, respond](TopologyAnswer answer) {
      if (answer.error) return respond(dead(answer.error->text));
      publish_and_get(call, respond);
    });
  });
}

}  // namespace

void add_aliveness(RouteTable& table) {
  table.add("/api/aliveness-test/{vhost}", {get(Need::kManagement, test)});
}

}  // namespace coney::management
