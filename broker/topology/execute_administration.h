#pragma once
// What each administration command does to the topology.

#include "broker/topology/topology.h"
#include "broker/topology/topology_state.h"

namespace coney {

// Applies to `state`; the caller commits. An answer with a refusal has changed nothing, but for
// ImportDefinitions: then the caller has to roll back.
TopologyAnswer execute(TopologyState& state, const AdministrationCommand& command);

}  // namespace coney
