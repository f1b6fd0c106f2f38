#pragma once
// The arguments of basic.consume, checked as RabbitMQ checks them, with its texts.

#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "amqp/table.h"
#include "broker/arguments/argument_fault.h"
#include "broker/arguments/queue_type.h"
#include "broker/stream/stream_reading.h"

namespace coney {

// A basic.consume on a queue that exists. Views must outlive the call.
struct ConsumeRequest {
  std::string_view vhost;
  std::string_view queue;
  QueueType queue_type = QueueType::kClassic;
  bool no_ack = false;
  std::uint32_t prefetch_count = 0;  // the channel's for new consumers; 0: unlimited
  const amqp::Table& arguments;
  std::uint64_t now = 0;  // ms since 1970
};

struct ConsumerArguments {
  std::int64_t priority = 0;
  std::optional<std::int64_t> timeout;  // x-consumer-timeout, milliseconds
  StreamReading reading;                // of a stream
};

boost::system::result<ConsumerArguments, ArgumentFault> check_consumer_arguments(
    const ConsumeRequest& request);

}  // namespace coney
