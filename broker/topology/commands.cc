#include "broker/topology/commands.h"

#include "broker/arguments/equivalence.h"
#include "broker/arguments/resource_text.h"
#include "broker/exchange/exchange_type.h"
#include "broker/topology/execute_administration.h"
#include "broker/topology/topic_access.h"

namespace coney {
namespace {

TopologyAnswer failed(ProtocolError error) {
  return {.error = std::move(error)};
}

TopologyAnswer not_found(const std::string& what) {
  return failed(channel_error(ReplyCode::kNotFound, "no " + what));
}

TopologyAnswer no_vhost(const std::string& name) {
  return failed(connection_error(ReplyCode::kNotAllowed, "vhost " + name + " not found"));
}

TopologyAnswer default_exchange() {
  return failed(
      channel_error(ReplyCode::kAccessRefused, "operation not permitted on the default exchange"));
}

TopologyAnswer existed(const std::optional<ArgumentFault>& inequivalence) {
  if (inequivalence) return failed(from_fault(*inequivalence));
  return {.existed = true};
}

template <typename Record>
std::shared_ptr<const Record> share(const Record& record) {
  return std::make_shared<const Record>(record);
}

class Execution {
 public:
  explicit Execution(TopologyState& state) : state_(state), catalog_(state.catalog()) {}

  TopologyAnswer operator()(const DeclareExchange& command);
  TopologyAnswer operator()(const DeleteExchange& command);
  TopologyAnswer operator()(const DeclareQueue& command);
  TopologyAnswer operator()(const DeleteQueue& command);
  TopologyAnswer operator()(const DeleteExclusiveQueues& command);
  TopologyAnswer operator()(const Bind& command);
  TopologyAnswer operator()(const Unbind& command);
  TopologyAnswer operator()(const SetTracing& command);
  TopologyAnswer operator()(const AdministrationCommand& command) {
    return execute(state_, command);
  }

 private:
  std::optional<ProtocolError> check(const Bind& command) const;
  std::optional<ProtocolError> check_destination(const Vhost& vhost, const Bind& command,
                                                 std::string_view& queue_type) const;
  // Of what is about to lose its incoming bindings.
  static std::vector<std::string> sources_of(const BindingSet& incoming);
  void remove_queue(const Vhost& vhost, const CatalogQueue& queue);
  // Auto-delete exchanges that have lost their last outgoing binding go, and with them their own
  // incoming bindings, so that others may follow.
  void remove_unused(const Vhost& vhost, std::vector<std::string> candidates);

  TopologyState& state_;
  const Catalog& catalog_;
};

TopologyAnswer Execution::operator()(const DeclareExchange& command) {
  const ExchangeRecord& record = command.record;
  const Vhost* vhost = catalog_.find_vhost(record.vhost);
  if (!vhost) return no_vhost(record.vhost);
  if (const Exchange* existing = vhost->find_exchange(record.name)) {
    return existed(check_exchange_equivalence(*existing->record, record));
  }
  const ExchangeType* type = find_exchange_type(record.type);
  if (!type) return failed(from_fault(unknown_exchange_type(record.type)));
  if (auto fault = check_exchange_declare(*type, record.arguments)) {
    return failed(from_fault(*fault));
  }
  state_.apply(ExchangePut{share(record)});
  return {};
}

TopologyAnswer Execution::operator()(const DeleteExchange& command) {
  const Vhost* vhost = catalog_.find_vhost(command.vhost);
  const Exchange* exchange = vhost ? vhost->find_exchange(command.name) : nullptr;
  if (!exchange) return {};
  if (exchange->is_default()) return default_exchange();
  if (command.if_unused && !exchange->outgoing.empty()) {
    return failed(channel_error(ReplyCode::kPreconditionFailed,
                                exchange_text(command.name, command.vhost) + " in use"));
  }
  auto sources = sources_of(exchange->incoming);
  state_.apply(ExchangeRemoved{command.vhost, command.name});
  remove_unused(*vhost, std::move(sources));
  return {};
}

TopologyAnswer Execution::operator()(const DeclareQueue& command) {
  const QueueRecord& record = command.record;
  const Vhost* vhost = catalog_.find_vhost(record.vhost);
  if (!vhost) return no_vhost(record.vhost);
  if (const CatalogQueue* existing = vhost->find_queue(record.name)) {
    const bool same_owner = existing->owner == command.owner;
    return existed(check_queue_equivalence(*existing->record, record, same_owner));
  }
  auto limit = vhost->record->max_queues;
  if (limit && *limit >= 0 && vhost->queues.size() >= static_cast<std::uint64_t>(*limit)) {
    return failed(channel_error(ReplyCode::kPreconditionFailed,
                                "cannot declare queue '" + record.name +
                                    "': queue limit in vhost '" + record.vhost + "' (" +
                                    std::to_string(*limit) + ") is reached"));
  }
  state_.apply(QueuePut{share(record), state_.slots().allocate(command.near), command.owner});
  return {};
}

TopologyAnswer Execution::operator()(const DeleteQueue& command) {
  const Vhost* vhost = catalog_.find_vhost(command.vhost);
  const CatalogQueue* queue = vhost ? vhost->find_queue(command.name) : nullptr;
  if (queue && (!command.id.valid() || command.id == queue->id)) remove_queue(*vhost, *queue);
  return {};
}

TopologyAnswer Execution::operator()(const DeleteExclusiveQueues& command) {
  for (const auto& [vhost_name, name] : state_.queues_of(command.owner)) {
    const Vhost* vhost = catalog_.find_vhost(vhost_name);
    remove_queue(*vhost, *vhost->find_queue(name));
  }
  return {};
}

TopologyAnswer Execution::operator()(const Bind& command) {
  if (auto error = check(command)) return failed(std::move(*error));
  if (!catalog_.has_binding(command.record)) state_.apply(BindingPut{share(command.record)});
  return {};
}

TopologyAnswer Execution::operator()(const Unbind& command) {
  const BindingRecord& binding = command.record;
  const Vhost* vhost = catalog_.find_vhost(binding.vhost);
  const Exchange* source = vhost ? vhost->find_exchange(binding.source) : nullptr;
  if (!source) return {};
  if (auto refused = check_topic_access(catalog_, {command.user, command.client_id}, Access::kRead,
                                        *source, binding.routing_key)) {
    return failed(std::move(*refused));
  }
  if (!catalog_.has_binding(binding)) return {};
  state_.apply(BindingRemoved{share(binding)});
  remove_unused(*vhost, {binding.source});
  return {};
}

TopologyAnswer Execution::operator()(const SetTracing& command) {
  const Vhost* vhost = catalog_.find_vhost(command.vhost);
  if (!vhost) return no_vhost(command.vhost);
  if (vhost->tracing == command.on) return {.existed = true};
  state_.apply(TracingPut{command.vhost, command.on});
  return {};
}

// In RabbitMQ's order.
std::optional<ProtocolError> Execution::check(const Bind& command) const {
  const BindingRecord& binding = command.record;
  const Vhost* vhost = catalog_.find_vhost(binding.vhost);
  if (!vhost) return no_vhost(binding.vhost).error;
  const Exchange* source = vhost->find_exchange(binding.source);
  if (source) {
    auto refused = check_topic_access(catalog_, {command.user, command.client_id}, Access::kRead,
                                      *source, binding.routing_key);
    if (refused) return refused;
  }
  std::string_view queue_type;
  if (auto error = check_destination(*vhost, command, queue_type)) return error;
  if (!source) return not_found(exchange_text(binding.source, binding.vhost)).error;
  if (source->is_default()) return default_exchange().error;
  const ExchangeType* type = find_exchange_type(source->record->type);
  auto fault = check_binding(*type, {binding.routing_key, binding.arguments, queue_type});
  if (fault) return from_fault(*fault);
  return std::nullopt;
}

// `queue_type` stays empty for an exchange.
std::optional<ProtocolError> Execution::check_destination(const Vhost& vhost, const Bind& command,
                                                          std::string_view& queue_type) const {
  const BindingRecord& binding = command.record;
  if (binding.destination_kind == DestinationKind::kExchange) {
    const Exchange* exchange = vhost.find_exchange(binding.destination);
    if (!exchange) return not_found(exchange_text(binding.destination, binding.vhost)).error;
    if (exchange->is_default()) return default_exchange().error;
    return std::nullopt;
  }
  const CatalogQueue* queue = vhost.find_queue(binding.destination);
  if (!queue) return not_found(queue_text(binding.destination, binding.vhost)).error;
  if (queue->owner.valid() && queue->owner != command.by) {
    return from_fault(exclusive_queue_locked(*queue->record));
  }
  queue_type = queue->record->type;
  return std::nullopt;
}

std::vector<std::string> Execution::sources_of(const BindingSet& incoming) {
  std::vector<std::string> sources;
  for (const BindingPtr& binding : incoming) sources.push_back(binding->source);
  return sources;
}

void Execution::remove_queue(const Vhost& vhost, const CatalogQueue& queue) {
  auto sources = sources_of(queue.incoming);
  state_.apply(QueueRemoved{queue.record->vhost, queue.record->name, queue.id});
  remove_unused(vhost, std::move(sources));
}

void Execution::remove_unused(const Vhost& vhost, std::vector<std::string> candidates) {
  while (!candidates.empty()) {
    const Exchange* exchange = vhost.find_exchange(candidates.back());
    candidates.pop_back();
    if (!exchange || !exchange->record->auto_delete || !exchange->outgoing.empty()) continue;
    for (std::string& source : sources_of(exchange->incoming)) {
      candidates.push_back(std::move(source));
    }
    state_.apply(ExchangeRemoved{exchange->record->vhost, exchange->record->name});
  }
}

}  // namespace

TopologyAnswer execute(TopologyState& state, const TopologyCommand& command) {
  return std::visit(Execution(state), command);
}

}  // namespace coney
