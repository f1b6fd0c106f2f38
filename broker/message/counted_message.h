#pragma once
// RabbitMQ's headers x-acquired-count and x-delivery-count: how often a message was delivered and
// came back, and how often it came back because a client could not deal with it. Pure.

#include "broker/message/message.h"
#include "persistence/message_facts.h"

namespace coney {

// A copy with these headers; what a publisher has put there is replaced.
MessageRef counted_message(const Message& message, DeliveryCounts counts);

}  // namespace coney
