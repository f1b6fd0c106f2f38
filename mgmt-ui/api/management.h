#pragma once
// The management of a node: the HTTP API on a thread of its own. It holds its own copy of what
// exists and never makes a shard wait.

#include <memory>

#include "broker/config/config_loader.h"
#include "broker/server/server_extension.h"

namespace coney::management {

class LocalDoor;

// `door`, when given, outlives it: what comes through is served, too.
std::unique_ptr<ServerExtension> make_management(const LoadedConfig& loaded,
                                                 LocalDoor* door = nullptr);

}  // namespace coney::management
