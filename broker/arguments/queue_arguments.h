#pragma once
// The arguments of queue.declare, checked as RabbitMQ checks them and in its order, with its texts.
//
// A declare goes: check_server_named() when the name is empty; permissions; if the queue exists,
// check_queue_equivalence() (equivalence.h) with with_queue_type() and nothing else; if not,
// limits, check_dead_letter_exchange(), permissions on that exchange, then check_queue_arguments().

#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "amqp/table.h"
#include "broker/arguments/argument_fault.h"
#include "broker/arguments/queue_type.h"
#include "broker/queue/queue_settings.h"

namespace coney {

// What a client asks for. Views must outlive the call they are given to.
struct QueueDeclaration {
  std::string_view vhost;
  std::string_view name;
  bool durable = false;
  bool exclusive = false;
  bool auto_delete = false;
  const amqp::Table& arguments;
  QueueType default_type = QueueType::kClassic;  // the vhost's
};

// Checked arguments.
struct QueueArguments {
  QueueSettings settings;
  // What is stored, listed and compared: canonical, x-queue-type always in it.
  amqp::Table table;
};

// The type that a declare asks for: x-queue-type; when it is absent, empty or "undefined" the
// default one, or classic if the default cannot be what is declared. Classic for values that
// check_queue_arguments() refuses.
QueueType requested_queue_type(const QueueDeclaration& declaration);

// The declaration's arguments, canonical, with x-queue-type filled in as above. Values are not
// checked.
amqp::Table with_queue_type(const QueueDeclaration& declaration);

// Only classic queues may be named by the server.
std::optional<ArgumentFault> check_server_named(const QueueDeclaration& declaration);

// RabbitMQ looks at the type of x-dead-letter-exchange before everything else, because it asks for
// permissions on that exchange.
std::optional<ArgumentFault> check_dead_letter_exchange(const QueueDeclaration& declaration);

// What arguments that were checked once ask for; values that no check would let through count as
// absent.
QueueSettings queue_settings(QueueType type, const amqp::Table& arguments);

// All checks of a queue that does not exist yet, check_dead_letter_exchange() included.
boost::system::result<QueueArguments, ArgumentFault> check_queue_arguments(
    const QueueDeclaration& declaration);

}  // namespace coney
