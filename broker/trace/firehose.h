#pragma once
// The firehose (RabbitMQ): while tracing is on in a vhost, each message that is published there or
// delivered from there is copied to the exchange amq.rabbitmq.trace, with the original's body and
// with headers that tell what happened to it. Pure functions.

#include <span>
#include <string_view>

#include "broker/ids.h"
#include "broker/message/message.h"

namespace coney {

inline constexpr std::string_view kTraceExchange = "amq.rabbitmq.trace";

// Where it happened.
struct TracePlace {
  std::string_view node;
  std::string_view vhost;
  std::string_view connection;  // its name
  ChannelNumber channel = 0;
  std::string_view user;
};

// The copies themselves are not traced.
inline bool is_trace(const Message& message) {
  return message.exchange() == kTraceExchange;
}

// Routing key "publish.<exchange>". `routing_keys`: the message's own and those of CC and BCC.
MessageRef trace_publish(const Message& message, const TracePlace& place,
                         std::span<const std::string_view> routing_keys,
                         std::span<const std::string_view> routed_queues);
// Routing key "deliver.<queue>".
MessageRef trace_delivery(const Message& message, const TracePlace& place, std::string_view queue,
                          bool redelivered);

}  // namespace coney
