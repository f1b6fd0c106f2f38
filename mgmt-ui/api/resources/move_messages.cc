#include <boost/json.hpp>

#include "amqp/properties.h"
#include "broker/exchange/routed_message.h"
#include "broker/message/cc_header.h"
#include "mgmt-ui/api/body/json_body.h"
#include "mgmt-ui/api/browse/browse_query.h"
#include "mgmt-ui/api/browse/message_cursor.h"
#include "mgmt-ui/api/browse/mover.h"
#include "mgmt-ui/api/resources/declaring.h"
#include "mgmt-ui/api/resources/publishing.h"
#include "mgmt-ui/api/resources/queue_use.h"
#include "mgmt-ui/api/resources/resources.h"

// POST /api/coney/queues/{vhost}/{name}/move: ready messages that match go to another queue, or
// are published to an exchange. A request moves a bounded number; `next` is where the following one
// goes on.

namespace coney::management {

namespace json = boost::json;

namespace {

constexpr std::int64_t kMostMoved = 100'000;

struct Destination {
  std::string queue;  // empty: the exchange
  std::string exchange;
  std::optional<std::string> routing_key;  // none: each message keeps its own
};

struct Wanted {
  Destination destination;
  std::int64_t count = kMostMoved;
  bool dry_run = false;
};

Wanted read(JsonBody& body) {
  Wanted wanted;
  const auto queue = body.optional_text("destination_queue");
  const auto exchange = body.optional_text("exchange");
  wanted.destination = {queue.value_or(""), exchange.value_or(""),
                        body.optional_text("routing_key")};
  if (queue.has_value() == exchange.has_value() || (queue && queue->empty())) {
    body.faults().report("", "name a destination_queue or an exchange");
  }
  const auto& key = wanted.destination.routing_key;
  if (queue && key) body.faults().report("/routing_key", "goes with an exchange");
  if (key && key->size() > 255) body.faults().report("/routing_key", "is too long");
  wanted.count = body.optional_integer("count").value_or(kMostMoved);
  if (wanted.count < 1 || wanted.count > kMostMoved) {
    body.faults().report("/count", "not a number from 1 to 100000");
  }
  wanted.dry_run = body.flag("dry_run", false);
  return wanted;
}

// ---- where to ----

MoveRoute route_to_queue(const Vhost& vhost, const Destination& destination,
                         const MessageRef& message) {
  const CatalogQueue* queue = vhost.find_queue(destination.queue);
  if (!queue) return {.fault = MoveRoute::Fault::kGone};
  return {.message = message, .queues = {queue->id}};
}

MessageRef published_to(const std::string& exchange, const std::string& key,
                        const Message& message) {
  MessageBuilder builder(exchange, key, message.header(), message.body().size(),
                         message.persistent());
  builder.append(message.body());
  return builder.finish();
}

// As publishing it there would: the keys of CC count, unless one key is given for all.
MoveRoute route_to_exchange(const Call& call, const Vhost& vhost, const Destination& destination,
                            const MessageRef& message) {
  const Exchange* exchange = vhost.find_exchange(destination.exchange);
  if (!exchange) return {.fault = MoveRoute::Fault::kGone};
  const auto properties =
      amqp::PropertyList::decode(message->header().substr(amqp::kContentHeaderSize));
  if (!properties) return {.message = message};
  const std::string key = destination.routing_key.value_or(std::string(message->routing_key()));
  std::vector<std::string_view> keys{key};
  if (!destination.routing_key && properties->headers) {
    const auto copies = read_carbon_copies(*properties->headers);
    if (copies) keys.insert(keys.end(), copies->routing_keys.begin(), copies->routing_keys.end());
  }
  for (std::string_view each : keys) {
    if (check_publish(call, *exchange, std::string(each))) {
      return {.fault = MoveRoute::Fault::kRefused};
    }
  }
  MoveRoute route;
  call.services.route(
      vhost, *exchange,
      {.keys = keys, .headers = properties->headers.value_or(""), .properties = &*properties},
      route.queues);
  if (!route.queues.empty()) route.message = published_to(destination.exchange, key, *message);
  return route;
}

// What is there now: it may go in the middle.
MoveRoute route(const Call& call, const Destination& destination, const MessageRef& message) {
  const Vhost* vhost = call.vhost();
  if (!vhost) return {.fault = MoveRoute::Fault::kGone};
  return destination.queue.empty() ? route_to_exchange(call, *vhost, destination, message)
                                   : route_to_queue(*vhost, destination, message);
}

std::optional<Answer> check_destination(const Call& call, const CatalogQueue& source,
                                        Destination& destination) {
  const std::string& vhost = source.record->vhost;
  if (destination.queue.empty()) {
    destination.exchange = exchange_name(destination.exchange);
    const Exchange* exchange = call.vhost()->find_exchange(destination.exchange);
    if (!exchange) return not_found("exchange_not_found");
    return check_publish(call, *exchange, destination.routing_key.value_or(""));
  }
  if (destination.queue == source.record->name) {
    return bad_request("the destination is the queue itself");
  }
  const CatalogQueue* queue = call.vhost()->find_queue(destination.queue);
  if (!queue) return not_found("queue_not_found");
  if (!call.allowed(vhost, Access::kWrite, destination.queue)) return access_refused();
  if (queue->owner.valid()) return locked(*queue);
  return std::nullopt;
}

// ---- the answer ----

Answer outcome_answer(const MoveOutcome& outcome) {
  if (outcome.scanned == 0 && outcome.stopped == "source_gone") return no_such_object();
  if (outcome.scanned == 0 && outcome.stopped == "in_use") {
    return error_answer(409, "in_use", "messages of the queue are being moved already");
  }
  const auto& next = outcome.next;
  const bool ended = outcome.stopped.empty();
  return json_answer(
      json::object{{"matched", outcome.matched},
                   {"bytes", outcome.bytes},
                   {"moved", outcome.moved},
                   {"unroutable", outcome.unroutable},
                   {"rejected", outcome.rejected},
                   {"left_meanwhile", outcome.left_meanwhile},
                   {"scanned", outcome.scanned},
                   {"scan_limited", outcome.scan_limited},
                   {"next", next ? json::value(cursor_text(*next)) : json::value()},
                   {"stopped", ended ? json::value() : json::value(outcome.stopped)}});
}

Reply move(Call& call) {
  auto body = JsonBody::parse(call.request);
  if (!body) return body.error();
  const CatalogQueue* queue = queue_of_path(call);
  if (!queue) return no_such_object();
  for (Access access : {Access::kRead, Access::kConfigure}) {
    if (!call.allowed(queue->record->vhost, access, queue->record->name)) return access_refused();
  }
  if (queue->settings->type == QueueType::kStream) {
    return bad_request("messages of a stream cannot be moved");
  }
  if (queue->owner.valid()) return locked(*queue);
  Wanted wanted = read(*body);
  const BrowseOrder order = read_order(call.request, body->faults());
  if (order.call.backward) body->faults().report("/direction", "is forward");
  if (!order.call.ready) body->faults().report("/state", "only ready messages can be moved");
  MessageFilter filter = MessageFilter::parse(call.request, body->faults());
  if (body->faults().any()) return bad_request(body->faults());
  if (auto refusal = check_destination(call, *queue, wanted.destination)) {
    return std::move(*refusal);
  }
  // Without a word about it all that may be moved may be looked at.
  const bool says_scan = call.request.parameter("scan").has_value();
  const Mover::Order moves{.from = order.call.from.value_or(MessagePlace{UINT8_MAX, 0}),
                           .scan = says_scan ? order.scan : static_cast<std::uint64_t>(kMostMoved),
                           .count = static_cast<std::uint64_t>(wanted.count),
                           .dry_run = wanted.dry_run};
  return Later(
      [&call, id = queue->id, moves, destination = wanted.destination,
       filter = std::make_shared<const MessageFilter>(std::move(filter))](Respond respond) {
        std::make_shared<Mover>(
            call.services, id, moves, *filter,
            [&call, destination](const MessageRef& message) {
              return route(call, destination, message);
            },
            [filter, respond = std::move(respond)](const MoveOutcome& outcome) {
              respond(outcome_answer(outcome));
            })
            ->start();
      });
}

}  // namespace

void add_move_messages(RouteTable& table) {
  table.add("/api/coney/queues/{vhost}/{name}/move", {post(Need::kManagement, move)});
}

}  // namespace coney::management
