#pragma once
// Every argument of queue.declare that has a meaning, one row each: which queue types know it, what
// values it takes and where it is kept. An argument
// without a row is stored and otherwise ignored, as by RabbitMQ.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "amqp/table.h"
#include "broker/arguments/queue_arguments.h"
#include "broker/arguments/queue_type.h"
#include "broker/arguments/value_check.h"

namespace coney {

struct QueueArgumentRow {
  std::string_view key;
  // The types that know it: bit 1 << QueueType. Other types refuse it, and a redeclaration must
  // give it the same value.
  std::uint8_t types;
  Reason (*check)(const amqp::Value& value, const amqp::Table& arguments);
  // Puts a checked value into the settings; null when nothing reads it there.
  void (*store)(QueueSettings& into, const amqp::Value& value);

  bool known_to(QueueType type) const { return (types >> static_cast<int>(type) & 1) != 0; }
};

// In the order in which values are checked and compared.
std::span<const QueueArgumentRow> queue_argument_rows();
const QueueArgumentRow* find_queue_argument(std::string_view key);

// The argument's value if there is one that a queue of this type takes, else null.
const amqp::Value* valid_argument(const QueueArgumentRow& row, QueueType type,
                                  const amqp::Table& arguments);

}  // namespace coney
