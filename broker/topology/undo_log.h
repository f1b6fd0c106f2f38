#pragma once
// What would take back the changes of a catalog: each is remembered before the catalog has it, and
// they are taken back from the last one to the first.

#include <string>

#include "broker/topology/catalog.h"
#include "broker/topology/change.h"

namespace coney {

class UndoLog {
 public:
  explicit UndoLog(const Catalog& catalog) : catalog_(catalog) {}

  void remember(const Change& change);
  bool empty() const { return changes_.empty(); }
  const Change& last() const { return changes_.back(); }
  void pop_last() { changes_.pop_back(); }
  void clear() { changes_.clear(); }

 private:
  void remember(const VhostRemoved& removed);
  void remember(const UserRemoved& removed);
  void remember_bindings(const BindingSet& bindings);
  void remember_permissions(const User& user, const std::string* only_vhost);

  const Catalog& catalog_;
  Changes changes_;
};

}  // namespace coney
