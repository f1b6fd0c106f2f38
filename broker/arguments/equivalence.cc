#include "broker/arguments/equivalence.h"

#include <string>
#include <string_view>

#include "broker/arguments/erlang_term.h"
#include "broker/arguments/exchange_arguments.h"
#include "broker/arguments/max_age.h"
#include "broker/arguments/queue_argument_table.h"
#include "broker/arguments/resource_text.h"

namespace coney {
namespace {

using amqp::Table;
using amqp::Value;

ArgumentFault inequivalent(const std::string& subject, std::string_view key,
                           std::string_view received, std::string_view current) {
  std::string text = "inequivalent arg '";
  text.append(key).append("' for ").append(subject).append(": received ").append(received);
  return precondition_failed(text.append(" but current is ").append(current));
}

std::optional<ArgumentFault> compare_flag(const std::string& subject, std::string_view key,
                                          bool current, bool received) {
  if (current == received) return std::nullopt;
  return inequivalent(subject, key, received ? "'true'" : "'false'",
                      current ? "'true'" : "'false'");
}

// A stream's age in milliseconds: "60m" is what "1h" is, and the text shows the number.
Value comparable(std::string_view key, const Value& value) {
  if (key != "x-max-age" || !value.as_string()) return value;
  auto age = parse_max_age(*value.as_string());
  return age ? Value::int64(age->count()) : value;
}

// RabbitMQ compares values without their types.
bool same(const Value& a, const Value& b) {
  if (a.is_integer() && b.is_integer()) return a.as_integer() == b.as_integer();
  return a.data == b.data;
}

std::string plain(const Value& value) {
  const auto* text = std::get_if<std::string>(&value.data);
  return text ? *text : erlang_term(value);
}

std::string quoted(const Value& value) {
  return "'" + plain(value) + "'";
}

std::string described(const Value* value) {
  if (!value) return "none";
  return "the value " + quoted(*value) + " of type '" + std::string(amqp::type_name(value->tag)) +
         "'";
}

std::optional<ArgumentFault> compare_value(const std::string& subject, std::string_view key,
                                           const Value* current, const Value* received) {
  if (!current && !received) return std::nullopt;
  if (!current || !received) {
    return inequivalent(subject, key, described(received), described(current));
  }
  Value have = comparable(key, *current);
  Value want = comparable(key, *received);
  if (same(have, want)) return std::nullopt;
  return inequivalent(subject, key, quoted(want), quoted(have));
}

std::optional<ArgumentFault> compare_arguments(const std::string& subject,
                                               const QueueRecord& existing, const Table& received) {
  QueueType type = parse_queue_type(existing.type).value_or(QueueType::kClassic);
  for (const QueueArgumentRow& row : queue_argument_rows()) {
    if (!row.known_to(type)) continue;
    const Value* current = existing.arguments.find(row.key);
    Value implied = Value::text(existing.type);
    if (!current && row.key == "x-queue-type") current = &implied;
    if (auto fault = compare_value(subject, row.key, current, received.find(row.key))) return fault;
  }
  return std::nullopt;
}

}  // namespace

ArgumentFault exclusive_queue_locked(const QueueRecord& queue) {
  return {405,
          "cannot obtain exclusive access to locked " + queue_text(queue.name, queue.vhost) +
              ". It could be originally declared on another connection or the exclusive property "
              "value does not match that of the original declaration.",
          false};
}

std::optional<ArgumentFault> check_queue_equivalence(const QueueRecord& existing,
                                                     const QueueRecord& received, bool same_owner) {
  bool accessible = existing.exclusive ? received.exclusive && same_owner : !received.exclusive;
  if (!accessible) return exclusive_queue_locked(existing);
  const std::string subject = queue_text(existing.name, existing.vhost);
  if (auto fault = compare_flag(subject, "durable", existing.durable, received.durable))
    return fault;
  if (auto fault =
          compare_flag(subject, "auto_delete", existing.auto_delete, received.auto_delete)) {
    return fault;
  }
  return compare_arguments(subject, existing, received.arguments);
}

std::optional<ArgumentFault> check_exchange_equivalence(const ExchangeRecord& existing,
                                                        const ExchangeRecord& received) {
  const std::string subject = exchange_text(existing.name, existing.vhost);
  if (existing.type != received.type) {
    return inequivalent(subject, "type", "'" + received.type + "'", "'" + existing.type + "'");
  }
  if (auto fault = compare_flag(subject, "durable", existing.durable, received.durable))
    return fault;
  if (auto fault =
          compare_flag(subject, "auto_delete", existing.auto_delete, received.auto_delete)) {
    return fault;
  }
  if (auto fault = compare_flag(subject, "internal", existing.internal, received.internal))
    return fault;
  return compare_value(subject, kAlternateExchangeKey,
                       existing.arguments.find(kAlternateExchangeKey),
                       received.arguments.find(kAlternateExchangeKey));
}

}  // namespace coney
