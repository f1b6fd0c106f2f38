#include "broker/channel/channel.h"
#include "broker/server/server_context.h"
#include "broker/trace/firehose.h"

// The firehose: copies of what the channel publishes and is delivered.

namespace coney {

TracePlace Channel::trace_place() {
  return {.node = connection_.shard().server().node_name,
          .vhost = vhost_name(),
          .connection = connection_.identity().name,
          .channel = number_,
          .user = user()};
}

// REQUIRES: the catalog has routed the message last.
void Channel::trace_published(const MessageRef& message, std::span<const std::string_view> keys) {
  std::vector<std::string_view> queues;
  for (const CatalogQueue* queue : catalog().last_routed()) queues.push_back(queue->record->name);
  send_trace(trace_publish(*message, trace_place(), keys, queues));
}

void Channel::trace_delivered(const MessageRef& message, std::string_view queue, bool redelivered) {
  const Vhost* vhost = catalog().find_vhost(vhost_name());
  if (!vhost || !vhost->tracing || is_trace(*message)) return;
  send_trace(trace_delivery(*message, trace_place(), queue, redelivered));
}

// By mail also to queues of this shard: a queue may be in the middle of delivering what is traced.
void Channel::send_trace(MessageRef trace) {
  const Exchange* exchange = vhost().find_exchange(kTraceExchange);
  if (!exchange) return;
  const std::string_view key = trace->routing_key();
  std::vector<QueueId> queues;
  catalog().route(vhost(), *exchange, {.keys = {&key, 1}}, queues);
  for (QueueId queue : queues) {
    connection_.shard().post(queue.shard, PublishMail{.queue = queue, .message = trace});
  }
}

}  // namespace coney
