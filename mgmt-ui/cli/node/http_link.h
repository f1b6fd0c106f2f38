#pragma once
// HTTP over the local socket, TCP or TLS; one connection for all requests, opened at the first.
// Waits.

#include <chrono>
#include <memory>

#include "mgmt-ui/cli/node/node.h"
#include "mgmt-ui/cli/node/node_place.h"

namespace coney::cli {

// `timeout`: of each request. Failures say what to do next.
std::unique_ptr<NodeLink> make_http_link(NodePlace place, std::chrono::milliseconds timeout);

}  // namespace coney::cli
