#include "broker/arguments/queue_arguments.h"

#include <utility>

#include "broker/arguments/queue_argument_table.h"
#include "broker/arguments/resource_text.h"

namespace coney {
namespace {

constexpr std::string_view kTypeKey = "x-queue-type";
constexpr std::string_view kDeadLetterExchangeKey = "x-dead-letter-exchange";
constexpr std::string_view kFilterSizeKey = "x-stream-filter-size-bytes";

std::string text_of(const QueueDeclaration& declaration) {
  return queue_text(declaration.name, declaration.vhost);
}

// What keeps a declaration from being a queue of this type, in RabbitMQ's words and order.
std::string_view wrong_property(const QueueDeclaration& declaration, QueueType type) {
  if (type == QueueType::kClassic) return {};
  if (declaration.auto_delete) return "auto-delete";
  if (declaration.exclusive) return "exclusive-owner";
  if (!declaration.durable) return "non-durable";
  return {};
}

// The word in x-queue-type; nothing when the default type is meant.
const std::string* named_type(const amqp::Table& arguments) {
  const amqp::Value* value = arguments.find(kTypeKey);
  const std::string* name = value ? value->as_string() : nullptr;
  return name && !name->empty() && *name != "undefined" ? name : nullptr;
}

bool means_default_type(const amqp::Table& arguments) {
  const amqp::Value* value = arguments.find(kTypeKey);
  return !value || (value->as_string() && !named_type(arguments));
}

std::optional<ArgumentFault> check_value(const QueueDeclaration& declaration,
                                         const QueueArgumentRow& row) {
  const amqp::Value* value = declaration.arguments.find(row.key);
  if (!value) return std::nullopt;
  auto reason = row.check(*value, declaration.arguments);
  if (!reason) return std::nullopt;
  return precondition_failed("invalid arg '" + std::string(row.key) + "' for " +
                             text_of(declaration) + ": " + *reason);
}

std::optional<ArgumentFault> check_keys(const QueueDeclaration& declaration, QueueType type) {
  for (const auto& [key, value] : declaration.arguments) {
    const QueueArgumentRow* row = find_queue_argument(key);
    if (!row || row->known_to(type)) continue;
    return precondition_failed("invalid arg '" + key + "' for " + text_of(declaration) +
                               " of queue type " + std::string(queue_type_module(type)));
  }
  return std::nullopt;
}

std::optional<ArgumentFault> check_values(const QueueDeclaration& declaration) {
  for (const QueueArgumentRow& row : queue_argument_rows()) {
    if (auto fault = check_value(declaration, row)) return fault;
  }
  return std::nullopt;
}

std::optional<ArgumentFault> check_properties(const QueueDeclaration& declaration, QueueType type) {
  auto property = wrong_property(declaration, type);
  if (property.empty()) return std::nullopt;
  return precondition_failed("invalid property '" + std::string(property) + "' for " +
                             text_of(declaration));
}

// RabbitMQ checks this one last and with another text.
std::optional<ArgumentFault> check_filter_size(const QueueDeclaration& declaration) {
  const amqp::Value* value = declaration.arguments.find(kFilterSizeKey);
  if (!value) return std::nullopt;
  auto size = value->as_integer();
  if (size && *size >= 16 && *size <= 255) return std::nullopt;
  return precondition_failed("Invalid value for " + std::string(kFilterSizeKey));
}

std::optional<ArgumentFault> find_fault(const QueueDeclaration& declaration, QueueType type) {
  if (auto fault = check_dead_letter_exchange(declaration)) return fault;
  if (auto fault = check_value(declaration, *find_queue_argument(kTypeKey))) return fault;
  if (auto fault = check_keys(declaration, type)) return fault;
  if (auto fault = check_values(declaration)) return fault;
  if (auto fault = check_properties(declaration, type)) return fault;
  return check_filter_size(declaration);
}

}  // namespace

QueueType requested_queue_type(const QueueDeclaration& declaration) {
  if (!means_default_type(declaration.arguments)) {
    const std::string* name = named_type(declaration.arguments);
    return (name ? parse_queue_type(*name) : std::nullopt).value_or(QueueType::kClassic);
  }
  bool possible = wrong_property(declaration, declaration.default_type).empty();
  return possible ? declaration.default_type : QueueType::kClassic;
}

amqp::Table with_queue_type(const QueueDeclaration& declaration) {
  amqp::Table table = declaration.arguments;
  if (means_default_type(table)) {
    auto type = queue_type_name(requested_queue_type(declaration));
    table.set(kTypeKey, amqp::Value::text(type));
  }
  table.canonicalize();
  return table;
}

std::optional<ArgumentFault> check_server_named(const QueueDeclaration& declaration) {
  QueueType type = requested_queue_type(declaration);
  if (type == QueueType::kClassic) return std::nullopt;
  return precondition_failed("Cannot declare a server-named queue for type " +
                             std::string(queue_type_module(type)));
}

std::optional<ArgumentFault> check_dead_letter_exchange(const QueueDeclaration& declaration) {
  const amqp::Value* value = declaration.arguments.find(kDeadLetterExchangeKey);
  if (!value || value->as_string()) return std::nullopt;
  return precondition_failed("invalid type '" + std::string(amqp::type_name(value->tag)) +
                             "' for arg '" + std::string(kDeadLetterExchangeKey) + "' in " +
                             text_of(declaration));
}

QueueSettings queue_settings(QueueType type, const amqp::Table& arguments) {
  QueueSettings settings{.type = type};
  for (const QueueArgumentRow& row : queue_argument_rows()) {
    const amqp::Value* value = arguments.find(row.key);
    if (!value || !row.store || !row.known_to(type) || row.check(*value, arguments)) continue;
    row.store(settings, *value);
  }
  return settings;
}

boost::system::result<QueueArguments, ArgumentFault> check_queue_arguments(
    const QueueDeclaration& declaration) {
  QueueArguments checked;
  const QueueType type = requested_queue_type(declaration);
  if (auto fault = find_fault(declaration, type)) return std::move(*fault);
  checked.table = with_queue_type(declaration);
  checked.settings = queue_settings(type, checked.table);
  return checked;
}

}  // namespace coney
