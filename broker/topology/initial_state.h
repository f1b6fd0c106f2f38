#pragma once
// What the topology has before the first connection: the database's content, the defaults of a new
// broker. Each function commits; the error is a sentence.

#include <optional>
#include <string>

#include "broker/config/config.h"
#include "broker/topology/topology_state.h"

namespace coney {

std::optional<std::string> load_stored(TopologyState& state);
std::optional<std::string> skip_queue_ids(TopologyState& state, StoredQueueId up_to);
std::optional<std::string> create_defaults(TopologyState& state,
                                           const DefaultDefinitions& defaults);

}  // namespace coney
