#include "mgmt-ui/api/directory/snapshots.h"

#include <utility>

#include "broker/topology/catalog_definitions.h"

namespace coney::management {

void Snapshots::take(Then then) {
  ticks_ = 0;
  if (last_ && last_version_ == directory_.version()) return then(Snapshot(last_));
  waiting_.push_back(std::move(then));
  if (!making_) make();
}

void Snapshots::tick() {
  if (++ticks_ > kKept || last_version_ != directory_.version()) last_.reset();
}

// Sorting takes most of the time.
void Snapshots::make() {
  making_ = true;
  auto records = std::make_shared<DefinitionRecords>(records_of(directory_.catalog()));
  services_.calculate(
      [records] { arrange(*records); },
      [this, records, version = directory_.version(), waited = std::exchange(waiting_, {})](
          bool done) { made(version, done ? records : nullptr, waited); });
}

void Snapshots::made(std::uint64_t version, const Snapshot& snapshot,
                     const std::vector<Then>& waited) {
  making_ = false;
  last_ = snapshot;
  last_version_ = version;
  for (const Then& then : waited) then(snapshot);
  for (Then& then : std::exchange(waiting_, {})) take(std::move(then));
}

}  // namespace coney::management
