#include "broker/topology/topology_state.h"

#include <algorithm>

#include "broker/policy/effective_settings.h"

namespace coney {
namespace {

struct Predeclared {
  std::string_view name, type;
  bool internal = false;
};
constexpr Predeclared kPredeclared[] = {
    {"amq.direct", "direct"},
    {"amq.fanout", "fanout"},
    {"amq.topic", "topic"},
    {"amq.headers", "headers"},
    {"amq.match", "headers"},
    {"amq.rabbitmq.trace", "topic", true},
    {"amq.rabbitmq.log", "topic", true},
};

template <typename... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <typename... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

bool is_stored(const ExchangeRecord& exchange) {
  return exchange.durable && !is_predeclared_exchange(exchange.name);
}

bool is_stored(const QueueRecord& queue) {
  return queue.durable && !queue.exclusive;
}

QueueType type_of(const QueueRecord& queue) {
  return parse_queue_type(queue.type).value_or(QueueType::kClassic);
}

// What the settings of queues with the same policies depend on.
std::string settings_key(const QueueRecord& queue, const PolicyMatch& policies) {
  std::string key = queue.type;
  key.append(reinterpret_cast<const char*>(&policies), sizeof policies);
  amqp::encode_table(key, queue.arguments);
  return key;
}

}  // namespace

std::vector<ExchangeRecord> predeclared_exchanges(const std::string& vhost) {
  std::vector<ExchangeRecord> records;
  for (const Predeclared& one : kPredeclared) {
    records.push_back({.vhost = vhost,
                       .name = std::string(one.name),
                       .type = std::string(one.type),
                       .durable = true,
                       .internal = one.internal});
  }
  return records;
}

bool is_predeclared_exchange(std::string_view name) {
  return name.empty() ||
         std::ranges::find(kPredeclared, name, &Predeclared::name) != std::end(kPredeclared);
}

TopologyState::TopologyState(std::unique_ptr<DefinitionStore> store, unsigned shards)
    : store_(std::move(store)), slots_(shards) {}

void TopologyState::apply(Change change) {
  fill_in(change);
  remember_undo(change);
  if (store_) store_change(change);
  if (const auto* queue = std::get_if<QueueRemoved>(&change)) retired_.push_back(queue->id);
  if (const auto* vhost = std::get_if<VhostRemoved>(&change)) forget_vhost(*vhost);
  note_policy(change);
  apply_to_catalog(change);
  changes_.push_back(std::move(change));
}

void TopologyState::apply_stored(Change change) {
  fill_in(change);
  apply_to_catalog(change);
  changes_.push_back(std::move(change));
}

std::optional<StorageError> TopologyState::commit() {
  apply_policies();
  if (open_) {
    auto committed = store_->commit();
    if (!committed && !failed_) failed_ = committed.error();
    open_ = false;
  }
  auto failed = std::exchange(failed_, std::nullopt);
  if (failed) {
    undo_all();
    changes_.clear();
    retired_.clear();
  }
  undo_.clear();
  for (QueueId id : retired_) slots_.release(id);
  return failed;
}

void TopologyState::rollback() {
  if (open_) store_->rollback();
  open_ = false;
  failed_.reset();
  undo_all();
  changes_.clear();
  retired_.clear();
  changed_policies_.clear();
}

// ---- what policies ask for ----

QueueSettingsPtr TopologyState::settings_of(const QueueRecord& queue) {
  const Vhost* vhost = catalog_.find_vhost(queue.vhost);
  const QueueType type = type_of(queue);
  const PolicyMatch policies =
      vhost ? vhost->policies.match_queue(queue.name, type) : PolicyMatch{};
  return settings_.share(effective_settings(type, queue.arguments, policies));
}

void TopologyState::fill_in(Change& change) {
  if (auto* queue = std::get_if<QueuePut>(&change); queue && !queue->settings) {
    queue->settings = settings_of(*queue->record);
  }
  auto* exchange = std::get_if<ExchangePut>(&change);
  const Vhost* vhost = exchange ? catalog_.find_vhost(exchange->record->vhost) : nullptr;
  if (!vhost || exchange->alternate) return;
  exchange->alternate = effective_alternate(*exchange->record,
                                            vhost->policies.match_exchange(exchange->record->name));
}

// Whom a changed policy concerned and concerns has to be looked at with the commit, once for all
// changes.
void TopologyState::note_policy(const Change& change) {
  const auto* put = std::get_if<PolicyPut>(&change);
  const auto* removed = std::get_if<PolicyRemoved>(&change);
  if (!put && !removed) return;
  const std::string& vhost_name = put ? put->record->vhost : removed->vhost;
  const bool is_operator = put ? put->record->is_operator : removed->is_operator;
  const PolicyList& list = catalog_.find_vhost(vhost_name)->policies.list(is_operator);
  auto& changed = changed_policies_[vhost_name];
  if (put) changed.emplace_back(put->record);
  const PolicyPtr* before = list.find(put ? put->record->name : removed->name);
  if (before) changed.emplace_back(*before);
}

void TopologyState::apply_policies() {
  auto changed = std::exchange(changed_policies_, {});
  for (const auto& [name, policies] : changed) {
    if (const Vhost* vhost = catalog_.find_vhost(name)) apply_policies(*vhost, policies);
  }
}

void TopologyState::apply_policies(const Vhost& vhost, std::span<const CompiledPolicy> changed) {
  std::unordered_map<std::string, QueueSettingsPtr> known;
  for (const auto& [name, queue] : vhost.queues) {
    const QueueType type = type_of(*queue->record);
    auto concerns = [&](const CompiledPolicy& one) { return one.matches_queue(name, type); };
    if (std::ranges::none_of(changed, concerns)) continue;
    const PolicyMatch policies = vhost.policies.match_queue(name, type);
    QueueSettingsPtr& settings = known[settings_key(*queue->record, policies)];
    if (!settings) {
      settings = settings_.share(effective_settings(type, queue->record->arguments, policies));
    }
    if (settings != queue->settings) {
      apply(QueueSettingsPut{vhost.record->name, name, queue->id, settings});
    }
  }
  for (const auto& [name, exchange] : vhost.exchanges) {
    auto concerns = [&](const CompiledPolicy& one) { return one.matches_exchange(name); };
    if (std::ranges::none_of(changed, concerns)) continue;
    auto alternate = effective_alternate(*exchange->record, vhost.policies.match_exchange(name));
    if (alternate == exchange->alternate) continue;
    apply(ExchangeAlternatePut{vhost.record->name, name, std::move(alternate)});
  }
}

// ---- taking back ----

std::vector<std::pair<std::string, std::string>> TopologyState::queues_of(
    ConnectionId owner) const {
  auto found = exclusive_.find(owner);
  if (found == exclusive_.end()) return {};
  return {found->second.begin(), found->second.end()};
}

void TopologyState::remember_bindings(const BindingSet& bindings) {
  for (const BindingPtr& binding : bindings) undo_.push_back(BindingPut{binding});
}

// What restores an object comes behind what restores its bindings, because undo_ is walked from its
// end.
void TopologyState::remember_undo(const Change& change) {
  std::visit(
      Overloaded{
          [&](const VhostPut& put) {
            const Vhost* before = catalog_.find_vhost(put.record->name);
            undo_.push_back(before ? Change(VhostPut{before->record})
                                   : VhostRemoved{put.record->name});
          },
          [&](const VhostRemoved& removed) { remember_undo(removed); },
          [&](const UserPut& put) {
            const User* before = catalog_.find_user(put.record->name);
            undo_.push_back(before ? Change(UserPut{before->record})
                                   : UserRemoved{put.record->name});
          },
          [&](const UserRemoved& removed) { remember_undo(removed); },
          [&](const PermissionPut& put) {
            const PermissionRecord& record = *put.record;
            auto before = catalog_.find_permission(record.user, record.vhost);
            undo_.push_back(before ? Change(PermissionPut{before})
                                   : PermissionRemoved{record.user, record.vhost});
          },
          [&](const PermissionRemoved& removed) {
            auto before = catalog_.find_permission(removed.user, removed.vhost);
            if (before) undo_.push_back(PermissionPut{before});
          },
          [&](const TopicPermissionPut& put) {
            const TopicPermissionRecord& record = *put.record;
            auto before =
                catalog_.find_topic_permission(record.user, record.vhost, record.exchange);
            undo_.push_back(
                before ? Change(TopicPermissionPut{before})
                       : TopicPermissionRemoved{record.user, record.vhost, record.exchange});
          },
          [&](const TopicPermissionRemoved& removed) {
            auto before =
                catalog_.find_topic_permission(removed.user, removed.vhost, removed.exchange);
            if (before) undo_.push_back(TopicPermissionPut{before});
          },
          [&](const PolicyPut& put) {
            const PolicyRecord& record = *put.record;
            const PolicyPtr* before = catalog_.find_vhost(record.vhost)
                                          ->policies.list(record.is_operator)
                                          .find(record.name);
            undo_.push_back(before ? Change(PolicyPut{*before})
                                   : PolicyRemoved{record.vhost, record.is_operator, record.name});
          },
          [&](const PolicyRemoved& removed) {
            const PolicyPtr* before = catalog_.find_vhost(removed.vhost)
                                          ->policies.list(removed.is_operator)
                                          .find(removed.name);
            if (before) undo_.push_back(PolicyPut{*before});
          },
          [&](const ParameterPut& put) {
            const ParameterRecord& record = *put.record;
            const auto& parameters = catalog_.find_vhost(record.vhost)->parameters;
            auto before = parameters.find({record.component, record.name});
            undo_.push_back(before != parameters.end()
                                ? Change(ParameterPut{before->second})
                                : ParameterRemoved{record.vhost, record.component, record.name});
          },
          [&](const ParameterRemoved& removed) {
            const auto& parameters = catalog_.find_vhost(removed.vhost)->parameters;
            auto before = parameters.find({removed.component, removed.name});
            if (before != parameters.end()) undo_.push_back(ParameterPut{before->second});
          },
          [&](const GlobalParameterPut& put) {
            auto before = catalog_.global_parameters().find(put.record->name);
            undo_.push_back(before != catalog_.global_parameters().end()
                                ? Change(GlobalParameterPut{before->second})
                                : GlobalParameterRemoved{put.record->name});
          },
          [&](const GlobalParameterRemoved& removed) {
            auto before = catalog_.global_parameters().find(removed.name);
            if (before != catalog_.global_parameters().end()) {
              undo_.push_back(GlobalParameterPut{before->second});
            }
          },
          [&](const ExchangePut& put) {
            undo_.push_back(ExchangeRemoved{put.record->vhost, put.record->name});
          },
          [&](const ExchangeAlternatePut& put) {
            const Exchange& exchange = *catalog_.find_vhost(put.vhost)->find_exchange(put.name);
            undo_.push_back(ExchangeAlternatePut{put.vhost, put.name, exchange.alternate});
          },
          [&](const ExchangeRemoved& removed) {
            const Exchange& exchange =
                *catalog_.find_vhost(removed.vhost)->find_exchange(removed.name);
            for (const auto& [identity, binding] : exchange.outgoing) {
              undo_.push_back(BindingPut{binding});
            }
            remember_bindings(exchange.incoming);
            undo_.push_back(ExchangePut{exchange.record, exchange.alternate});
          },
          [&](const QueuePut& put) {
            undo_.push_back(QueueRemoved{put.record->vhost, put.record->name, put.id});
          },
          [&](const QueueRemoved& removed) {
            const CatalogQueue& queue =
                *catalog_.find_vhost(removed.vhost)->find_queue(removed.name);
            remember_bindings(queue.incoming);
            undo_.push_back(QueuePut{queue.record, queue.id, queue.owner, queue.stored_id,
                                     queue.from_disk, queue.settings});
          },
          [&](const QueueSettingsPut& put) {
            const CatalogQueue& queue = *catalog_.find_vhost(put.vhost)->find_queue(put.name);
            undo_.push_back(QueueSettingsPut{put.vhost, put.name, put.id, queue.settings});
          },
          [&](const BindingPut& put) { undo_.push_back(BindingRemoved{put.record}); },
          [&](const BindingRemoved& removed) { undo_.push_back(BindingPut{removed.record}); },
          [&](const TracingPut& put) {
            const Vhost& vhost = *catalog_.find_vhost(put.vhost);
            undo_.push_back(TracingPut{put.vhost, vhost.tracing});
          },
      },
      change);
}

void TopologyState::remember_permissions(const User& user, const std::string* only_vhost) {
  for (const auto& [vhost, topics] : user.topic_permissions) {
    if (only_vhost && vhost != *only_vhost) continue;
    for (const auto& [exchange, topic] : topics) {
      undo_.push_back(TopicPermissionPut{topic.record});
    }
  }
  for (const auto& [vhost, permission] : user.permissions) {
    if (!only_vhost || vhost == *only_vhost) undo_.push_back(PermissionPut{permission.record});
  }
}

void TopologyState::remember_undo(const UserRemoved& removed) {
  const User& user = *catalog_.find_user(removed.name);
  remember_permissions(user, nullptr);
  undo_.push_back(UserPut{user.record});
}

void TopologyState::remember_undo(const VhostRemoved& removed) {
  const Vhost& vhost = *catalog_.find_vhost(removed.name);
  undo_.push_back(TracingPut{removed.name, vhost.tracing});
  for (const auto& [name, user] : catalog_.users()) remember_permissions(user, &removed.name);
  for (const auto& [name, exchange] : vhost.exchanges) {
    for (const auto& [identity, binding] : exchange->outgoing) {
      undo_.push_back(BindingPut{binding});
    }
  }
  for (const auto& [name, queue] : vhost.queues) {
    undo_.push_back(QueuePut{queue->record, queue->id, queue->owner, queue->stored_id,
                             queue->from_disk, queue->settings});
  }
  for (const auto& [name, exchange] : vhost.exchanges) {
    undo_.push_back(ExchangePut{exchange->record, exchange->alternate});
  }
  for (bool is_operator : {false, true}) {
    for (const CompiledPolicy& policy : vhost.policies.list(is_operator)) {
      undo_.push_back(PolicyPut{policy.record()});
    }
  }
  for (const auto& [key, parameter] : vhost.parameters) undo_.push_back(ParameterPut{parameter});
  undo_.push_back(VhostPut{vhost.record});
}

// Its queues, which go without a change of their own.
void TopologyState::forget_vhost(const VhostRemoved& removed) {
  for (const auto& [name, queue] : catalog_.find_vhost(removed.name)->queues) {
    retired_.push_back(queue->id);
    auto owned = exclusive_.find(queue->owner);
    if (owned == exclusive_.end()) continue;
    owned->second.erase({removed.name, name});
    if (owned->second.empty()) exclusive_.erase(owned);
  }
}

void TopologyState::undo_all() {
  for (; !undo_.empty(); undo_.pop_back()) {
    const Change& change = undo_.back();
    if (const auto* queue = std::get_if<QueueRemoved>(&change)) slots_.release(queue->id);
    apply_to_catalog(change);
  }
}

void TopologyState::apply_to_catalog(const Change& change) {
  if (const auto* put = std::get_if<QueuePut>(&change); put && put->owner.valid()) {
    exclusive_[put->owner].emplace(put->record->vhost, put->record->name);
  }
  if (const auto* removed = std::get_if<QueueRemoved>(&change)) {
    const CatalogQueue& queue = *catalog_.find_vhost(removed->vhost)->find_queue(removed->name);
    auto owned = exclusive_.find(queue.owner);
    if (owned != exclusive_.end()) {
      owned->second.erase({removed->vhost, removed->name});
      if (owned->second.empty()) exclusive_.erase(owned);
    }
  }
  catalog_.apply(change);
}

template <typename Write>
void TopologyState::write(Write&& write) {
  if (failed_) return;
  if (!open_) {
    auto begun = store_->begin();
    if (!begun) {
      failed_ = begun.error();
      return;
    }
    open_ = true;
  }
  auto written = write(*store_);
  if (!written) failed_ = written.error();
}

bool TopologyState::is_stored(const BindingRecord& binding) const {
  const Vhost* vhost = catalog_.find_vhost(binding.vhost);
  const Exchange* source = vhost->find_exchange(binding.source);
  if (!source || !source->record->durable) return false;
  if (binding.destination_kind == DestinationKind::kQueue) {
    const CatalogQueue* queue = vhost->find_queue(binding.destination);
    return queue && coney::is_stored(*queue->record);
  }
  const Exchange* exchange = vhost->find_exchange(binding.destination);
  return exchange && exchange->record->durable;
}

void TopologyState::store(QueuePut& put) {
  if (!coney::is_stored(*put.record)) return;
  write([&put](DefinitionStore& store) -> StorageResult<void> {
    auto id = store.put(*put.record);
    if (!id) return id.error();
    put.stored_id = *id;
    return {};
  });
}

// Before the catalog has the change, so that what is removed can be looked at. Gives a queue that
// is stored its id.
void TopologyState::store_change(Change& change) {
  auto put = [&](const auto& record) {
    write([&](DefinitionStore& store) { return store.put(record); });
  };
  std::visit(
      Overloaded{
          [&](const VhostRemoved& one) {
            write([&](DefinitionStore& store) { return store.remove_vhost(one.name); });
          },
          [&](const UserRemoved& one) {
            write([&](DefinitionStore& store) { return store.remove_user(one.name); });
          },
          [&](const PermissionRemoved& one) {
            write([&](DefinitionStore& store) {
              return store.remove_permission(one.user, one.vhost);
            });
          },
          [&](const TopicPermissionRemoved& one) {
            write([&](DefinitionStore& store) {
              return store.remove_topic_permission(one.user, one.vhost, one.exchange);
            });
          },
          [&](const PolicyRemoved& one) {
            write([&](DefinitionStore& store) {
              return store.remove_policy(one.vhost, one.is_operator, one.name);
            });
          },
          [&](const ParameterRemoved& one) {
            write([&](DefinitionStore& store) {
              return store.remove_parameter(one.vhost, one.component, one.name);
            });
          },
          [&](const GlobalParameterRemoved& one) {
            write([&](DefinitionStore& store) { return store.remove_global_parameter(one.name); });
          },
          [&](const ExchangePut& one) {
            if (coney::is_stored(*one.record)) put(*one.record);
          },
          [](const ExchangeAlternatePut&) {},  // follows from what is stored
          [&](const ExchangeRemoved& one) {
            auto* exchange = catalog_.find_vhost(one.vhost)->find_exchange(one.name);
            if (!coney::is_stored(*exchange->record)) return;
            write(
                [&](DefinitionStore& store) { return store.remove_exchange(one.vhost, one.name); });
          },
          [&](QueuePut& one) { store(one); },
          [](const QueueSettingsPut&) {},  // follows from what is stored
          [&](const QueueRemoved& one) {
            auto* queue = catalog_.find_vhost(one.vhost)->find_queue(one.name);
            if (!coney::is_stored(*queue->record)) return;
            write([&](DefinitionStore& store) { return store.remove_queue(one.vhost, one.name); });
          },
          [&](const BindingPut& one) {
            if (is_stored(*one.record)) put(*one.record);
          },
          [&](const BindingRemoved& one) {
            if (!is_stored(*one.record)) return;
            write([&](DefinitionStore& store) { return store.remove(*one.record); });
          },
          [](const TracingPut&) {},
          [&](const auto& one) { put(*one.record); },
      },
      change);
}

}  // namespace coney
