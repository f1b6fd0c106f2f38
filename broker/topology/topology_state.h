#pragma once
// The topology thread's catalog and the definitions database, changed together: apply() any number
// of times, then commit(). When the disk refuses, commit() puts the catalog back to what it was
// after the last commit. One thread at a time.

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "broker/policy/settings_pool.h"
#include "broker/topology/catalog.h"
#include "broker/topology/change.h"
#include "broker/topology/change_store.h"
#include "broker/topology/queue_slots.h"
#include "broker/topology/undo_log.h"

namespace coney {

class TopologyState {
 public:
  // `store` may be null: everything is transient.
  TopologyState(std::unique_ptr<DefinitionStore> store, unsigned shards);

  const Catalog& catalog() const { return catalog_; }
  QueueSlots& slots() { return slots_; }
  DefinitionStore* store() { return store_.store(); }

  // In the catalog at once, durable objects in the database with commit(). A change that does not
  // fit what exists must not be given.
  void apply(Change change);
  // Of what the database has already.
  void apply_stored(Change change);
  // Queues and exchanges whose policies have changed do what these ask for from here on.
  std::optional<StorageError> commit();
  // Everything is again as it was after the last commit.
  void rollback();

  // What commit() made final, and the queues that are gone with it; taking empties them.
  Changes take_changes() { return std::exchange(changes_, {}); }
  std::vector<QueueId> take_retired() { return std::exchange(retired_, {}); }

  // Vhost and name of the queues that are exclusive to the connection.
  std::vector<std::pair<std::string, std::string>> queues_of(ConnectionId owner) const;

 private:
  QueueSettingsPtr settings_of(const QueueRecord& queue);
  void fill_in(Change& change);
  void note_policy(const Change& change);
  void apply_policies();
  void apply_policies(const Vhost& vhost, std::span<const CompiledPolicy> changed);
  void undo_all();
  void forget_vhost(const VhostRemoved& change);
  void apply_to_catalog(const Change& change);

  Catalog catalog_;
  ChangeStore store_;
  QueueSlots slots_;
  SettingsPool settings_;
  std::map<ConnectionId, std::set<std::pair<std::string, std::string>>> exclusive_;

  // Since the last commit.
  Changes changes_;
  UndoLog undo_{catalog_};
  std::map<std::string, std::vector<CompiledPolicy>> changed_policies_;  // as before, as now
  std::vector<QueueId> retired_;
};

}  // namespace coney
