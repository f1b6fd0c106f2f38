#include "mgmt-ui/api/resources/declaring.h"

#include <boost/json.hpp>

#include "broker/arguments/exchange_arguments.h"
#include "broker/arguments/queue_arguments.h"
#include "broker/exchange/exchange_type.h"

namespace coney::management {
namespace {

constexpr std::string_view kDefaultExchange = "amq.default";

// The type of a declare without x-queue-type is the vhost's, else the node's.
QueueDeclaration declaration_of(const Call& call, const QueueRecord& record, const Vhost& vhost) {
  QueueDeclaration declaration{record.vhost,     record.name,        record.durable,
                               record.exclusive, record.auto_delete, record.arguments};
  const std::string& own = vhost.record->default_queue_type;
  const auto type = parse_queue_type(own.empty() ? call.config().default_queue_type : own);
  if (type) declaration.default_type = *type;
  return declaration;
}

bool may(const Call& call, const std::string& vhost, Access access, std::string_view exchange) {
  return call.allowed(vhost, access, permission_name_of_exchange(exchange));
}

}  // namespace

std::string_view exchange_name(std::string_view in_path) {
  return in_path == kDefaultExchange ? std::string_view() : in_path;
}

Answer access_refused() {
  return not_authorised("Access refused.");
}

Answer fault_answer(const ArgumentFault& fault) {
  return error_answer(from_fault(fault));
}

std::optional<Answer> check_queue_declare(const Call& call, QueueRecord& record) {
  const Vhost* vhost = call.directory.find_vhost(record.vhost);
  if (!vhost) return not_found("vhost_not_found");
  if (!call.allowed(record.vhost, Access::kConfigure, record.name)) return access_refused();
  const QueueDeclaration declaration = declaration_of(call, record, *vhost);
  if (vhost->find_queue(record.name)) {
    amqp::Table table = with_queue_type(declaration);
    const amqp::Value* type = table.find("x-queue-type");
    if (type && type->as_string()) record.type = *type->as_string();
    record.arguments = std::move(table);
    return std::nullopt;
  }
  if (record.name.starts_with(kReservedPrefix)) return access_refused();
  if (auto fault = check_dead_letter_exchange(declaration)) return fault_answer(*fault);
  auto checked = check_queue_arguments(declaration);
  if (!checked) return fault_answer(checked.error());
  record.type = queue_type_name(checked->settings.type);
  record.arguments = std::move(checked->table);
  return std::nullopt;
}

std::optional<Answer> check_exchange_declare(const Call& call, const ExchangeRecord& record) {
  const Vhost* vhost = call.directory.find_vhost(record.vhost);
  if (!vhost) return not_found("vhost_not_found");
  const ExchangeType* type = find_exchange_type(record.type);
  if (!type) return fault_answer(unknown_exchange_type(record.type));
  if (record.name.empty() || !may(call, record.vhost, Access::kConfigure, record.name)) {
    return access_refused();
  }
  if (vhost->find_exchange(record.name)) return std::nullopt;
  if (record.name.starts_with(kReservedPrefix)) return access_refused();
  if (auto fault = check_alternate_exchange(record.vhost, record.name, record.arguments)) {
    return fault_answer(*fault);
  }
  const std::string* alternate = alternate_exchange(record.arguments);
  if (alternate && (!may(call, record.vhost, Access::kRead, record.name) ||
                    !may(call, record.vhost, Access::kWrite, *alternate))) {
    return access_refused();
  }
  auto fault = coney::check_exchange_declare(*type, record.arguments);
  return fault ? std::optional(fault_answer(*fault)) : std::nullopt;
}

std::optional<Answer> check_binding_access(const Call& call, const BindingRecord& record) {
  const bool to_queue = record.destination_kind == DestinationKind::kQueue;
  const bool write = to_queue ? call.allowed(record.vhost, Access::kWrite, record.destination)
                              : may(call, record.vhost, Access::kWrite, record.destination);
  if (!write || !may(call, record.vhost, Access::kRead, record.source)) return access_refused();
  return std::nullopt;
}

}  // namespace coney::management
