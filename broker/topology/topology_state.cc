#include "broker/topology/topology_state.h"

#include <algorithm>

#include "broker/policy/effective_settings.h"

namespace coney {
namespace {

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

TopologyState::TopologyState(std::unique_ptr<DefinitionStore> store, unsigned shards)
    : store_(std::move(store), catalog_), slots_(shards) {}

void TopologyState::apply(Change change) {
  fill_in(change);
  undo_.remember(change);
  store_.put(change);
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
  auto failed = store_.commit();
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
  store_.rollback();
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
    auto concerns = [&, &queue_name = name](const CompiledPolicy& one) {
      return one.matches_queue(queue_name, type);
    };
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
    auto concerns = [&exchange_name = name](const CompiledPolicy& one) {
      return one.matches_exchange(exchange_name);
    };
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
  for (; !undo_.empty(); undo_.pop_last()) {
    const Change& change = undo_.last();
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

}  // namespace coney
