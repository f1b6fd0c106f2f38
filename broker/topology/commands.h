#pragma once
// What each command of a connection does to the topology: checks, the change itself, and what goes
// with it (bindings, auto-delete exchanges).

#include "broker/topology/topology.h"
#include "broker/topology/topology_state.h"

namespace coney {

// Applies to `state`; the caller commits. An answer with an error has changed nothing.
TopologyAnswer execute(TopologyState& state, const TopologyCommand& command);

}  // namespace coney
