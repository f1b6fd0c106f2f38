#pragma once
// Definitions of a file or a request into the topology: RabbitMQ's merge. Users, permissions,
// policies and parameters replace those of the same name, vhosts too but for limits that are not
// named and for protection from deletion; exchanges, queues and bindings that exist stay.

#include <optional>
#include <string>

#include "broker/topology/topology_state.h"

namespace coney {

// Applies to `state`. A fault, a sentence, leaves a part applied: the caller has to roll back.
std::optional<std::string> apply_definitions(TopologyState& state, const Definitions& definitions);
// That with commit, all or nothing.
std::optional<std::string> import_definitions(TopologyState& state, const Definitions& definitions);

// A new vhost, with the exchanges that every one has, or new properties of one that exists.
void put_vhost(TopologyState& state, const VhostRecord& record);

}  // namespace coney
