#pragma once
// Writes changes of the topology into the definitions database, in one transaction up to each
// commit(). What is not durable, or follows from what is stored, is passed over.

#include <memory>
#include <optional>

#include "broker/topology/catalog.h"
#include "broker/topology/change.h"
#include "persistence/definitions/definition_store.h"

namespace coney {

class ChangeStore {
 public:
  // `store` may be null: nothing is written.
  ChangeStore(std::unique_ptr<DefinitionStore> store, const Catalog& catalog);

  DefinitionStore* store() { return store_.get(); }

  // Before the catalog has the change, so that what is removed can be looked at. Gives a queue that
  // is stored its id. An error shows in commit(), nothing is written behind it.
  void put(Change& change);
  std::optional<StorageError> commit();
  void rollback();

 private:
  void put_queue(QueuePut& put);
  bool is_stored(const BindingRecord& binding) const;
  template <typename Write>
  void write(Write&& write);

  const std::unique_ptr<DefinitionStore> store_;
  const Catalog& catalog_;
  bool open_ = false;  // a transaction
  std::optional<StorageError> failed_;
};

}  // namespace coney
