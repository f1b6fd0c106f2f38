#include "broker/topology/catalog.h"

#include "broker/arguments/exchange_arguments.h"
#include "broker/exchange/exchange_type.h"

namespace coney {
namespace {

template <typename T>
T* find_in(const ByName<std::unique_ptr<T>>& map, std::string_view name) {
  auto found = map.find(name);
  return found == map.end() ? nullptr : found->second.get();
}

void append_text(std::string& out, std::string_view text) {
  auto size = static_cast<std::uint32_t>(text.size());
  out.append(reinterpret_cast<const char*>(&size), sizeof size).append(text);
}

std::optional<PermissionPattern> compile(std::string_view expression) {
  auto pattern = PermissionPattern::compile(expression);
  if (!pattern) return std::nullopt;
  return std::move(*pattern);
}

std::string alternate_of(const ExchangeRecord& record) {
  const std::string* name = alternate_exchange(record.arguments);
  return name ? *name : std::string();
}

std::unique_ptr<BindingIndex> make_index(const ExchangeRecord& record) {
  if (record.name.empty()) return nullptr;
  const ExchangeType* type = find_exchange_type(record.type);
  return type && type->implemented() ? type->make_index(record.arguments) : nullptr;
}

// Where a binding leads, as the index and the destination know it.
struct BindingTarget {
  DestinationIndex index = 0;
  BindingSet* incoming = nullptr;  // null: there is no such destination
};

BindingTarget target_of(const Vhost& vhost, const BindingRecord& binding) {
  if (binding.destination_kind == DestinationKind::kQueue) {
    CatalogQueue* queue = vhost.find_queue(binding.destination);
    return queue ? BindingTarget{queue->destination, &queue->incoming} : BindingTarget{};
  }
  Exchange* exchange = vhost.find_exchange(binding.destination);
  return exchange ? BindingTarget{exchange->destination, &exchange->incoming} : BindingTarget{};
}

}  // namespace

std::string binding_identity(const BindingRecord& binding) {
  std::string identity(1, binding.destination_kind == DestinationKind::kQueue ? 'q' : 'e');
  append_text(identity, binding.destination);
  append_text(identity, binding.routing_key);
  amqp::encode_table(identity, binding.arguments);
  return identity;
}

Exchange* Vhost::find_exchange(std::string_view name) const {
  return find_in(exchanges, name);
}

CatalogQueue* Vhost::find_queue(std::string_view name) const {
  return find_in(queues, name);
}

Catalog::Catalog() = default;
Catalog::~Catalog() = default;

void Catalog::apply(const Change& change) {
  ++version_;
  std::visit([this](const auto& one) { put(one); }, change);
}

Vhost* Catalog::find_vhost(std::string_view name) const {
  return find_in(vhosts_, name);
}

const User* Catalog::find_user(std::string_view name) const {
  auto found = users_.find(name);
  return found == users_.end() ? nullptr : &found->second;
}

std::shared_ptr<const PermissionRecord> Catalog::find_permission(std::string_view user,
                                                                 std::string_view vhost) const {
  const User* found = find_user(user);
  if (!found) return nullptr;
  auto entry = found->permissions.find(vhost);
  return entry == found->permissions.end() ? nullptr : entry->second.record;
}

std::shared_ptr<const TopicPermissionRecord> Catalog::find_topic_permission(
    std::string_view user, std::string_view vhost, std::string_view exchange) const {
  const User* found = find_user(user);
  if (!found) return nullptr;
  auto in_vhost = found->topic_permissions.find(vhost);
  if (in_vhost == found->topic_permissions.end()) return nullptr;
  auto entry = in_vhost->second.find(exchange);
  return entry == in_vhost->second.end() ? nullptr : entry->second.record;
}

bool Catalog::has_access(std::string_view user, std::string_view vhost) const {
  const User* found = find_user(user);
  return found && found->permissions.contains(vhost);
}

bool Catalog::allowed(std::string_view user, std::string_view vhost, Access access,
                      std::string_view resource) const {
  const User* found = find_user(user);
  if (!found) return false;
  auto entry = found->permissions.find(vhost);
  if (entry == found->permissions.end()) return false;
  const Permissions& permissions = entry->second;
  const auto& pattern = access == Access::kConfigure ? permissions.configure
                        : access == Access::kWrite   ? permissions.write
                                                     : permissions.read;
  return pattern && pattern->matches(resource);
}

bool Catalog::topic_allowed(const TopicUser& user, std::string_view vhost,
                            std::string_view exchange, Access access,
                            std::string_view routing_key) const {
  const User* found = find_user(user.name);
  if (!found) return true;
  auto in_vhost = found->topic_permissions.find(vhost);
  if (in_vhost == found->topic_permissions.end()) return true;
  auto entry = in_vhost->second.find(exchange);
  if (entry == in_vhost->second.end()) return true;
  const TopicPattern& pattern = access == Access::kRead ? entry->second.read : entry->second.write;
  return pattern.matches(routing_key, user.client_id);
}

bool Catalog::has_binding(const BindingRecord& binding) const {
  const Vhost* vhost = find_vhost(binding.vhost);
  const Exchange* source = vhost ? vhost->find_exchange(binding.source) : nullptr;
  return source && source->outgoing.contains(binding_identity(binding));
}

void Catalog::put(const VhostPut& change) {
  auto& vhost = vhosts_[change.record->name];
  if (!vhost) vhost = std::make_unique<Vhost>();
  vhost->record = change.record;
  if (vhost->exchanges.contains(std::string_view())) return;
  ExchangeRecord nameless{.vhost = change.record->name, .type = "direct", .durable = true};
  put(ExchangePut{std::make_shared<const ExchangeRecord>(std::move(nameless))});
}

void Catalog::put(const VhostRemoved& change) {
  auto found = vhosts_.find(change.name);
  if (found == vhosts_.end()) return;
  for (const auto& [name, exchange] : found->second->exchanges) {
    free_destination(exchange->destination);
  }
  for (const auto& [name, queue] : found->second->queues) free_destination(queue->destination);
  if (found->second->tracing) --traced_vhosts_;
  vhosts_.erase(found);
  for (auto& [name, user] : users_) {
    user.permissions.erase(change.name);
    user.topic_permissions.erase(change.name);
  }
}

void Catalog::put(const UserPut& change) {
  users_[change.record->name].record = change.record;
}

void Catalog::put(const UserRemoved& change) {
  users_.erase(change.name);
}

void Catalog::put(const PermissionRemoved& change) {
  auto user = users_.find(change.user);
  if (user != users_.end()) user->second.permissions.erase(change.vhost);
}

void Catalog::put(const TopicPermissionRemoved& change) {
  auto user = users_.find(change.user);
  if (user == users_.end()) return;
  auto& topics = user->second.topic_permissions;
  auto in_vhost = topics.find(change.vhost);
  if (in_vhost == topics.end()) return;
  in_vhost->second.erase(change.exchange);
  if (in_vhost->second.empty()) topics.erase(in_vhost);
}

void Catalog::put(const PolicyPut& change) {
  Vhost* vhost = find_vhost(change.record->vhost);
  if (vhost) vhost->policies.list(change.record->is_operator).put(change.record);
}

void Catalog::put(const PolicyRemoved& change) {
  Vhost* vhost = find_vhost(change.vhost);
  if (vhost) vhost->policies.list(change.is_operator).remove(change.name);
}

void Catalog::put(const ParameterPut& change) {
  const ParameterRecord& record = *change.record;
  Vhost* vhost = find_vhost(record.vhost);
  if (vhost) vhost->parameters[{record.component, record.name}] = change.record;
}

void Catalog::put(const ParameterRemoved& change) {
  Vhost* vhost = find_vhost(change.vhost);
  if (vhost) vhost->parameters.erase({change.component, change.name});
}

void Catalog::put(const GlobalParameterPut& change) {
  global_parameters_[change.record->name] = change.record;
}

void Catalog::put(const GlobalParameterRemoved& change) {
  global_parameters_.erase(change.name);
}

void Catalog::put(const PermissionPut& change) {
  auto user = users_.find(change.record->user);
  if (user == users_.end()) return;
  const PermissionRecord& record = *change.record;
  user->second.permissions.insert_or_assign(
      record.vhost, Permissions{change.record, compile(record.configure), compile(record.write),
                                compile(record.read)});
}

void Catalog::put(const TopicPermissionPut& change) {
  auto user = users_.find(change.record->user);
  if (user == users_.end()) return;
  const TopicPermissionRecord& record = *change.record;
  const TopicVariables variables{record.user, record.vhost, std::nullopt};
  user->second.topic_permissions[record.vhost].insert_or_assign(
      record.exchange, TopicPermissions{change.record, TopicPattern(record.write, variables),
                                        TopicPattern(record.read, variables)});
}

void Catalog::put(const ExchangePut& change) {
  Vhost* vhost = find_vhost(change.record->vhost);
  if (!vhost) return;
  auto& exchange = vhost->exchanges[change.record->name];
  if (!exchange) {
    exchange = std::make_unique<Exchange>();
    exchange->index = make_index(*change.record);
    exchange->destination = add_destination(exchange.get(), nullptr);
  }
  exchange->record = change.record;
  exchange->alternate = change.alternate ? *change.alternate : alternate_of(*change.record);
}

void Catalog::put(const ExchangeAlternatePut& change) {
  Vhost* vhost = find_vhost(change.vhost);
  Exchange* exchange = vhost ? vhost->find_exchange(change.name) : nullptr;
  if (exchange) exchange->alternate = change.alternate;
}

void Catalog::put(const ExchangeRemoved& change) {
  Vhost* vhost = find_vhost(change.vhost);
  Exchange* exchange = vhost ? vhost->find_exchange(change.name) : nullptr;
  if (!exchange) return;
  BindingSet bindings = exchange->incoming;
  for (const auto& [identity, binding] : exchange->outgoing) bindings.insert(binding);
  unbind_all(*vhost, bindings);
  free_destination(exchange->destination);
  vhost->exchanges.erase(vhost->exchanges.find(change.name));
}

void Catalog::put(const QueuePut& change) {
  Vhost* vhost = find_vhost(change.record->vhost);
  if (!vhost) return;
  auto& queue = vhost->queues[change.record->name];
  if (!queue) {
    queue = std::make_unique<CatalogQueue>();
    queue->destination = add_destination(nullptr, queue.get());
  }
  queue->record = change.record;
  queue->id = change.id;
  queue->owner = change.owner;
  queue->stored_id = change.stored_id;
  queue->from_disk = change.from_disk;
  queue->settings = change.settings;
}

void Catalog::put(const QueueSettingsPut& change) {
  Vhost* vhost = find_vhost(change.vhost);
  CatalogQueue* queue = vhost ? vhost->find_queue(change.name) : nullptr;
  if (queue) queue->settings = change.settings;
}

void Catalog::put(const QueueRemoved& change) {
  Vhost* vhost = find_vhost(change.vhost);
  CatalogQueue* queue = vhost ? vhost->find_queue(change.name) : nullptr;
  if (!queue) return;
  unbind_all(*vhost, BindingSet(queue->incoming));
  free_destination(queue->destination);
  vhost->queues.erase(vhost->queues.find(change.name));
}

void Catalog::put(const BindingPut& change) {
  const BindingRecord& binding = *change.record;
  Vhost* vhost = find_vhost(binding.vhost);
  Exchange* source = vhost ? vhost->find_exchange(binding.source) : nullptr;
  if (!source || !source->index) return;
  BindingTarget target = target_of(*vhost, binding);
  if (!target.incoming) return;
  if (!source->outgoing.try_emplace(binding_identity(binding), change.record).second) return;
  target.incoming->insert(change.record);
  source->index->add(binding.routing_key, binding.arguments, target.index);
}

void Catalog::put(const BindingRemoved& change) {
  if (Vhost* vhost = find_vhost(change.record->vhost)) unbind(*vhost, *change.record);
}

void Catalog::put(const TracingPut& change) {
  Vhost* vhost = find_vhost(change.vhost);
  if (!vhost || vhost->tracing == change.on) return;
  vhost->tracing = change.on;
  change.on ? ++traced_vhosts_ : --traced_vhosts_;
}

// `binding` is equal to the one that goes, not always the same object.
void Catalog::unbind(Vhost& vhost, const BindingRecord& binding) {
  Exchange* source = vhost.find_exchange(binding.source);
  if (!source) return;
  auto found = source->outgoing.find(binding_identity(binding));
  if (found == source->outgoing.end()) return;
  BindingTarget target = target_of(vhost, binding);
  source->index->remove(binding.routing_key, binding.arguments, target.index);
  target.incoming->erase(found->second);
  source->outgoing.erase(found);
}

void Catalog::unbind_all(Vhost& vhost, const BindingSet& bindings) {
  for (const BindingPtr& binding : bindings) unbind(vhost, *binding);
}

DestinationIndex Catalog::add_destination(Exchange* exchange, CatalogQueue* queue) {
  if (free_destinations_.empty()) {
    destinations_.push_back({exchange, queue, 0});
    return static_cast<DestinationIndex>(destinations_.size() - 1);
  }
  DestinationIndex index = free_destinations_.back();
  free_destinations_.pop_back();
  destinations_[index] = {exchange, queue, 0};
  return index;
}

void Catalog::free_destination(DestinationIndex destination) {
  destinations_[destination] = {};
  free_destinations_.push_back(destination);
}

}  // namespace coney
