#include "broker/topology/change_store.h"

#include <utility>

#include "broker/topology/overloaded.h"
#include "broker/topology/predeclared_exchanges.h"

namespace coney {
namespace {

bool is_stored(const ExchangeRecord& exchange) {
  return exchange.durable && !is_predeclared_exchange(exchange.name);
}

bool is_stored(const QueueRecord& queue) {
  return queue.durable && !queue.exclusive;
}

}  // namespace

ChangeStore::ChangeStore(std::unique_ptr<DefinitionStore> store, const Catalog& catalog)
    : store_(std::move(store)), catalog_(catalog) {}

std::optional<StorageError> ChangeStore::commit() {
  if (open_) {
    auto committed = store_->commit();
    if (!committed && !failed_) failed_ = committed.error();
    open_ = false;
  }
  return std::exchange(failed_, std::nullopt);
}

void ChangeStore::rollback() {
  if (open_) store_->rollback();
  open_ = false;
  failed_.reset();
}

template <typename Write>
void ChangeStore::write(Write&& write) {
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

bool ChangeStore::is_stored(const BindingRecord& binding) const {
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

void ChangeStore::put_queue(QueuePut& put) {
  if (!coney::is_stored(*put.record)) return;
  write([&put](DefinitionStore& store) -> StorageResult<void> {
    auto id = store.put(*put.record);
    if (!id) return id.error();
    put.stored_id = *id;
    return {};
  });
}

void ChangeStore::put(Change& change) {
  if (!store_) return;
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
          [&](QueuePut& one) { put_queue(one); },
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
