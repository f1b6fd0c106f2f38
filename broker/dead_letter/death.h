#pragma once
// A message that dies in a queue becomes another message: published to the dead letter exchange,
// with its deaths in the headers x-death, x-first-death-* and x-last-death-* as RabbitMQ writes
// them. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/message/message.h"
#include "broker/queue/queue_core.h"

namespace coney {

// rejected, expired, maxlen, delivery_limit
std::string_view death_reason_name(DeathReason reason);

struct Death {
  std::string_view queue;
  DeathReason reason{};
  std::uint64_t time = 0;                       // seconds since 1970
  std::string_view exchange;                    // where it goes
  std::optional<std::string_view> routing_key;  // nullopt: it keeps its own
  // Deaths that the publisher itself has put into the headers count (RabbitMQ 3.x) or are replaced
  // (RabbitMQ 4.x).
  bool honours_publisher = false;
};

// The newest death stands first; one entry per queue and reason, which counts.
MessageRef after_death(const Message& message, const Death& death);

// What it is routed by: its key and, when it keeps that, those of CC. Views into the message.
std::vector<std::string_view> routing_keys_after_death(const Message& dead, const Death& death);

// The queues to which a message may not return: it has died in them, and since then nobody has
// rejected it, so that it would go round for ever.
std::vector<std::string> queues_that_end_cycle(const Message& dead);

}  // namespace coney
