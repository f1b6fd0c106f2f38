#pragma once
// The management's own copy of what exists: a catalog as each shard has one, fed by the same
// changes, and its objects in the order in which lists show them. Used by the management's thread.
// Pointers returned live until the next apply().

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "broker/topology/catalog.h"
#include "mgmt-ui/api/directory/sorted_entries.h"

namespace coney::management {

struct QueueEntry {
  using Record = QueueRecord;
  const Vhost* vhost;
  const CatalogQueue* queue;

  const std::shared_ptr<const Record>& record() const { return queue->record; }
  static std::optional<QueueEntry> find(const Vhost& vhost, std::string_view name) {
    const CatalogQueue* queue = vhost.find_queue(name);
    return queue ? std::optional(QueueEntry{&vhost, queue}) : std::nullopt;
  }
  template <typename Use>
  static void each(const Vhost& vhost, Use use) {
    for (const auto& [name, queue] : vhost.queues) use(QueueEntry{&vhost, queue.get()});
  }
};
struct ExchangeEntry {
  using Record = ExchangeRecord;
  const Vhost* vhost;
  const Exchange* exchange;

  const std::shared_ptr<const Record>& record() const { return exchange->record; }
  static std::optional<ExchangeEntry> find(const Vhost& vhost, std::string_view name) {
    const Exchange* exchange = vhost.find_exchange(name);
    return exchange ? std::optional(ExchangeEntry{&vhost, exchange}) : std::nullopt;
  }
  template <typename Use>
  static void each(const Vhost& vhost, Use use) {
    for (const auto& [name, exchange] : vhost.exchanges) use(ExchangeEntry{&vhost, exchange.get()});
  }
};

class Directory {
 public:
  void apply(std::span<const Change> changes);

  const Catalog& catalog() const { return catalog_; }
  // To route with, which needs room of its own in it.
  Catalog& router() { return catalog_; }
  // Grows with every apply().
  std::uint64_t version() const { return catalog_.version(); }

  const Vhost* find_vhost(std::string_view name) const { return catalog_.find_vhost(name); }
  const User* find_user(std::string_view name) const { return catalog_.find_user(name); }

  // By name; those of vhosts by vhost, then name.
  const std::vector<const Vhost*>& vhosts() const;
  const std::vector<const User*>& users() const;
  const std::vector<QueueEntry>& queues() const { return queues_.items(catalog_); }
  const std::vector<ExchangeEntry>& exchanges() const { return exchanges_.items(catalog_); }
  // Those of one vhost. The span lives until the next apply().
  std::span<const QueueEntry> queues(const Vhost& vhost) const;
  std::span<const ExchangeEntry> exchanges(const Vhost& vhost) const;
  // The records of queues(), in its order: for those who need them beyond the next apply().
  using QueueRecords = SortedEntries<QueueEntry>::Records;
  std::shared_ptr<const QueueRecords> queue_records() const { return queues_.records(catalog_); }

 private:
  template <typename T>
  struct Sorted {
    std::vector<T> items;
    bool valid = false;
  };
  void note(const Change& change);

  Catalog catalog_;
  mutable Sorted<const Vhost*> vhosts_;
  mutable Sorted<const User*> users_;
  mutable SortedEntries<QueueEntry> queues_;
  mutable SortedEntries<ExchangeEntry> exchanges_;
};

}  // namespace coney::management
