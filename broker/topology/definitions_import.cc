#include "broker/topology/definitions_import.h"

#include "broker/arguments/exchange_arguments.h"
#include "broker/arguments/queue_arguments.h"
#include "broker/arguments/resource_text.h"
#include "broker/exchange/exchange_type.h"
#include "broker/log/log.h"
#include "broker/policy/policy_check.h"
#include "broker/topology/parameter_component.h"
#include "broker/topology/predeclared_exchanges.h"
#include "broker/topology/record_checks.h"

namespace coney {
namespace {

using Fault = std::optional<std::string>;
constexpr auto kTopology = log::Category::kTopology;

template <typename Record>
std::shared_ptr<const Record> share(const Record& record) {
  return std::make_shared<const Record>(record);
}

class Import {
 public:
  explicit Import(TopologyState& state) : state_(state), catalog_(state.catalog()) {}

  Fault run(const Definitions& all) {
    for (const auto& record : all.vhosts) add(record);
    for (const auto& record : all.users) state_.apply(UserPut{share(record)});
    for (const auto& record : all.global_parameters) {
      state_.apply(GlobalParameterPut{share(record)});
    }
    Fault fault = add_all(all.permissions);
    if (!fault) fault = add_all(all.topic_permissions);
    if (!fault) fault = add_all(all.parameters);
    if (!fault) fault = add_all(all.policies);
    if (!fault) fault = add_all(all.exchanges);
    if (!fault) fault = add_all(all.queues);
    if (!fault) fault = add_all(all.bindings);
    return fault;
  }

 private:
  template <typename Record>
  Fault add_all(const std::vector<Record>& records) {
    for (const Record& record : records) {
      if (!catalog_.find_vhost(record.vhost)) {
        return "Please create virtual host \"" + record.vhost +
               "\" prior to importing definitions.";
      }
      if (auto fault = add(record)) return fault;
    }
    return std::nullopt;
  }

  void add(const VhostRecord& record) {
    VhostRecord merged = record;
    if (const Vhost* vhost = catalog_.find_vhost(record.name)) {
      const VhostRecord& before = *vhost->record;
      if (!merged.max_connections) merged.max_connections = before.max_connections;
      if (!merged.max_queues) merged.max_queues = before.max_queues;
      merged.protected_from_deletion |= before.protected_from_deletion;
    }
    put_vhost(state_, merged);
  }

  Fault add(const ParameterRecord& record) {
    if (record.component != "vhost-limits") {
      state_.apply(ParameterPut{share(record)});
      return std::nullopt;
    }
    if (auto fault = check_parameter(record)) return validation_failed(*fault);
    VhostRecord vhost = *catalog_.find_vhost(record.vhost)->record;
    for (const auto& [name, value] : limits_from_json(record.value)) {
      (name == "max-queues" ? vhost.max_queues : vhost.max_connections) = value;
    }
    state_.apply(VhostPut{share(vhost)});
    return std::nullopt;
  }

  Fault add(const PolicyRecord& record) {
    if (auto fault = check_policy(record)) {
      return *fault + " (vhost: \"" + record.vhost + "\" key: \"" + record.name + "\")";
    }
    state_.apply(PolicyPut{share(record)});
    return std::nullopt;
  }

  Fault add(const PermissionRecord& record) {
    if (auto fault = check_user(record.user)) return fault;
    if (auto fault = check_patterns(record)) return fault;
    state_.apply(PermissionPut{share(record)});
    return std::nullopt;
  }

  Fault add(const TopicPermissionRecord& record) {
    if (auto fault = check_user(record.user)) return fault;
    if (auto fault = check_patterns(record)) return fault;
    state_.apply(TopicPermissionPut{share(record)});
    return std::nullopt;
  }

  Fault add(const ExchangeRecord& record) {
    if (catalog_.find_vhost(record.vhost)->find_exchange(record.name)) return std::nullopt;
    const std::string text = exchange_text(record.name, record.vhost);
    const ExchangeType* type = find_exchange_type(record.type);
    if (!type) return text + ": " + unknown_exchange_type(record.type).text;
    auto fault = check_alternate_exchange(record.vhost, record.name, record.arguments);
    if (!fault) fault = check_exchange_declare(*type, record.arguments);
    if (fault && !type->implemented() && fault->reply_code == kNotImplemented) {
      log::warning(kTopology, "{} not imported: {} is not implemented", text, fault->text);
      return std::nullopt;
    }
    if (fault) return text + ": " + fault->text;
    state_.apply(ExchangePut{share(record)});
    return std::nullopt;
  }

  Fault add(const QueueRecord& record) {
    if (catalog_.find_vhost(record.vhost)->find_queue(record.name)) return std::nullopt;
    const std::string text = queue_text(record.name, record.vhost);
    auto type = parse_queue_type(record.type);
    if (!type) return text + ": unknown queue type '" + record.type + "'";
    auto checked = check_queue_arguments({.vhost = record.vhost,
                                          .name = record.name,
                                          .durable = record.durable,
                                          .exclusive = record.exclusive,
                                          .auto_delete = record.auto_delete,
                                          .arguments = record.arguments,
                                          .default_type = *type});
    if (!checked) return text + ": " + checked.error().text;
    QueueRecord queue = record;
    queue.type = queue_type_name(checked->settings.type);
    queue.arguments = std::move(checked->table);
    state_.apply(QueuePut{share(queue), state_.slots().allocate(), {}});
    return std::nullopt;
  }

  Fault add(const BindingRecord& record) {
    if (!has_ends(catalog_, record)) {
      log::warning(kTopology, "{} not imported: one of them is missing", binding_text(record));
      return std::nullopt;
    }
    const Vhost& vhost = *catalog_.find_vhost(record.vhost);
    const Exchange& source = *vhost.find_exchange(record.source);
    bool to_queue = record.destination_kind == DestinationKind::kQueue;
    if (source.is_default() || (!to_queue && record.destination.empty())) return std::nullopt;
    std::string_view queue_type =
        to_queue ? vhost.find_queue(record.destination)->record->type : std::string_view();
    const ExchangeType* type = find_exchange_type(source.record->type);
    if (auto fault = check_binding(*type, {record.routing_key, record.arguments, queue_type})) {
      return binding_text(record) + ": " + fault->text;
    }
    if (!catalog_.has_binding(record)) state_.apply(BindingPut{share(record)});
    return std::nullopt;
  }

  Fault check_user(const std::string& name) const {
    if (catalog_.find_user(name)) return std::nullopt;
    return "there is no user '" + name + "'";
  }

  static constexpr std::uint16_t kNotImplemented = 540;

  TopologyState& state_;
  const Catalog& catalog_;
};

}  // namespace

std::optional<std::string> apply_definitions(TopologyState& state, const Definitions& definitions) {
  return Import(state).run(definitions);
}

std::optional<std::string> import_definitions(TopologyState& state,
                                              const Definitions& definitions) {
  Fault fault = apply_definitions(state, definitions);
  if (fault) {
    state.rollback();
    return fault;
  }
  if (auto failed = state.commit()) return failed->message;
  return std::nullopt;
}

void put_vhost(TopologyState& state, const VhostRecord& record) {
  const bool is_new = !state.catalog().find_vhost(record.name);
  state.apply(VhostPut{share(record)});
  if (!is_new) return;
  for (const ExchangeRecord& exchange : predeclared_exchanges(record.name)) {
    state.apply(ExchangePut{share(exchange)});
  }
}

}  // namespace coney
