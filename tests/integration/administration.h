#pragma once
// Commands of an operator to a broker in this process, and how a connection finds out about them.

#include <string>

#include "broker/server/server.h"
#include "broker/topology/topology.h"
#include "tests/integration/client.h"

namespace coney::test {

TopologyAnswer run(Server& server, TopologyCommand command);

// How the broker ends the connection, or its channel 1.
std::string end_of(Client& client);

}  // namespace coney::test
