#pragma once
// What exists at one moment, for exports and comparisons: all that it holds exists at that moment,
// what refers to something, like a binding to a queue, among it. Those who ask while one is being
// made share the next, and while nothing changes the last, which is kept for those who turn pages.
// Used by the management's thread.

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "broker/definitions/definition_records.h"
#include "mgmt-ui/api/directory/directory.h"
#include "mgmt-ui/api/services.h"

namespace coney::management {

using Snapshot = std::shared_ptr<const DefinitionRecords>;

class Snapshots {
 public:
  using Then = std::function<void(Snapshot)>;

  // Both outlive it.
  Snapshots(const Directory& directory, Services& services)
      : directory_(directory), services_(services) {}

  // `then` is called with what exists now or a little later, maybe at once; arranged, see
  // broker/topology/catalog_definitions.h. Null: there is no memory for it.
  void take(Then then);
  // Once a second: lets go of what has changed or has not been asked for in kKept ticks.
  static constexpr int kKept = 10;
  void tick();
  // Those who wait are not answered any more.
  void forget() { waiting_.clear(); }

 private:
  void make();
  void made(std::uint64_t version, const Snapshot& snapshot, const std::vector<Then>& waited);

  const Directory& directory_;
  Services& services_;
  std::vector<Then> waiting_;  // for the next
  bool making_ = false;
  Snapshot last_;                   // may be null
  std::uint64_t last_version_ = 0;  // of the directory
  int ticks_ = 0;                   // since it was asked for
};

}  // namespace coney::management
