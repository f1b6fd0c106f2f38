#pragma once
// Redeclaration: is what a client declares what exists already? RabbitMQ's order and texts:
// "inequivalent arg 'durable' for queue 'q' in vhost '/': received 'false' but current is 'true'".
// Arguments that have no meaning are not compared, integers compare by value over all their types.

#include <optional>

#include "broker/arguments/argument_fault.h"
#include "persistence/definitions/records.h"

namespace coney {

// `received.arguments` is what with_queue_type() returned. `same_owner`: the declaring connection
// is the one that an exclusive `existing` belongs to. Vhost and name are taken from `existing`.
std::optional<ArgumentFault> check_queue_equivalence(const QueueRecord& existing,
                                                     const QueueRecord& received, bool same_owner);

std::optional<ArgumentFault> check_exchange_equivalence(const ExchangeRecord& existing,
                                                        const ExchangeRecord& received);

// What another connection gets when it uses an exclusive queue.
ArgumentFault exclusive_queue_locked(const QueueRecord& queue);

}  // namespace coney
