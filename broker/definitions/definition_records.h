#pragma once
// Definitions as records that are shared and not copied, so that all of what exists at one moment
// is taken in milliseconds and may be read on any thread while it changes.

#include <memory>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "persistence/definitions/records.h"

namespace coney {

template <typename Record>
using SharedRecords = std::vector<std::shared_ptr<const Record>>;

// The lists of Definitions.
struct DefinitionRecords {
  SharedRecords<VhostRecord> vhosts;
  SharedRecords<UserRecord> users;
  SharedRecords<PermissionRecord> permissions;
  SharedRecords<TopicPermissionRecord> topic_permissions;
  SharedRecords<ExchangeRecord> exchanges;
  SharedRecords<QueueRecord> queues;
  SharedRecords<BindingRecord> bindings;
  SharedRecords<PolicyRecord> policies;
  SharedRecords<ParameterRecord> parameters;
  SharedRecords<GlobalParameterRecord> global_parameters;
  // Vhosts and names of the exclusive queues among them, which are no definitions.
  std::set<std::pair<std::string_view, std::string_view>> exclusive{};

  // Neither is a binding to one of them.
  bool is_lasting(const BindingRecord& binding) const {
    return exclusive.empty() || binding.destination_kind != DestinationKind::kQueue ||
           !exclusive.contains({binding.vhost, binding.destination});
  }
};

// Those of `definitions`, which have to outlive them.
DefinitionRecords refer_to(const Definitions& definitions);
// Copies, without exclusive queues and the bindings to them.
Definitions copy_of(const DefinitionRecords& records);

}  // namespace coney
