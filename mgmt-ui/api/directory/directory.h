#pragma once
// The management's own copy of what exists: a catalog as each shard has one, fed by the same
// changes, and its objects in the order in which lists show them. Used by the management's thread.
// Pointers returned live until the next apply().

#include <memory>
#include <span>
#include <vector>

#include "broker/topology/catalog.h"

namespace coney::management {

struct QueueEntry {
  const Vhost* vhost;
  const CatalogQueue* queue;
};
struct ExchangeEntry {
  const Vhost* vhost;
  const Exchange* exchange;
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

  // By name; those of vhosts by vhost, then name. Sorted anew when something has come or gone.
  const std::vector<const Vhost*>& vhosts() const;
  const std::vector<const User*>& users() const;
  const std::vector<QueueEntry>& queues() const;
  const std::vector<ExchangeEntry>& exchanges() const;
  // Those of one vhost. The span lives until the next apply().
  std::span<const QueueEntry> queues(const Vhost& vhost) const;
  std::span<const ExchangeEntry> exchanges(const Vhost& vhost) const;
  // The records of queues(), in its order: for those who need them beyond the next apply().
  using QueueRecords = std::vector<std::shared_ptr<const QueueRecord>>;
  std::shared_ptr<const QueueRecords> queue_records() const;

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
  mutable Sorted<QueueEntry> queues_;
  mutable Sorted<ExchangeEntry> exchanges_;
  mutable std::shared_ptr<const QueueRecords> queue_records_;  // null: to be made
};

}  // namespace coney::management
