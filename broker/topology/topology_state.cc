#include "broker/topology/topology_state.h"

#include <algorithm>

#include "broker/arguments/queue_arguments.h"

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

// Most queues ask for nothing: they share one value for each type.
QueueSettingsPtr settings_of(const QueueRecord& queue) {
  static const QueueSettingsPtr kPlain[] = {
      std::make_shared<QueueSettings>(QueueSettings{.type = QueueType::kClassic}),
      std::make_shared<QueueSettings>(QueueSettings{.type = QueueType::kQuorum}),
      std::make_shared<QueueSettings>(QueueSettings{.type = QueueType::kStream})};
  const QueueType type = parse_queue_type(queue.type).value_or(QueueType::kClassic);
  const QueueSettingsPtr& plain = kPlain[static_cast<int>(type)];
  QueueSettings settings = queue_settings(type, queue.arguments);
  return settings == *plain ? plain : std::make_shared<QueueSettings>(std::move(settings));
}

void fill_in_settings(QueuePut& put) {
  if (!put.settings) put.settings = settings_of(*put.record);
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
  if (auto* queue = std::get_if<QueuePut>(&change)) fill_in_settings(*queue);
  remember_undo(change);
  if (store_) store_change(change);
  if (const auto* queue = std::get_if<QueueRemoved>(&change)) retired_.push_back(queue->id);
  apply_to_catalog(change);
  changes_.push_back(std::move(change));
}

void TopologyState::apply_stored(Change change) {
  if (auto* queue = std::get_if<QueuePut>(&change)) fill_in_settings(*queue);
  apply_to_catalog(change);
  changes_.push_back(std::move(change));
}

std::optional<StorageError> TopologyState::commit() {
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
          [&](const ExchangePut& put) {
            undo_.push_back(ExchangeRemoved{put.record->vhost, put.record->name});
          },
          [&](const ExchangeRemoved& removed) {
            const Exchange& exchange =
                *catalog_.find_vhost(removed.vhost)->find_exchange(removed.name);
            for (const auto& [identity, binding] : exchange.outgoing) {
              undo_.push_back(BindingPut{binding});
            }
            remember_bindings(exchange.incoming);
            undo_.push_back(ExchangePut{exchange.record});
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
          [](const auto&) {},
      },
      change);
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
          [&](const ExchangePut& one) {
            if (coney::is_stored(*one.record)) put(*one.record);
          },
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
          [&](const auto& one) { put(*one.record); },
      },
      change);
}

}  // namespace coney
