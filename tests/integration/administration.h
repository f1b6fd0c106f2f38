#pragma once
// Commands of an operator to a broker in this process, and how a connection finds out about them.

#include <future>
#include <string>
#include <utility>

#include "broker/server/server.h"
#include "broker/topology/topology.h"
#include "tests/integration/client.h"

namespace coney::test {

inline TopologyAnswer run(Server& server, TopologyCommand command) {
  std::promise<TopologyAnswer> answer;
  server.topology().submit(std::move(command),
                           [&](TopologyAnswer given) { answer.set_value(std::move(given)); });
  return answer.get_future().get();
}

// How the broker ends the connection, or its channel 1.
inline std::string end_of(Client& client) {
  try {
    client.next_delivery();
  } catch (const ClosedByBroker& closed) {
    return closed.what();
  }
  return "a delivery";
}

}  // namespace coney::test
