#include "tests/integration/administration.h"

#include <future>
#include <utility>

namespace coney::test {

TopologyAnswer run(Server& server, TopologyCommand command) {
  std::promise<TopologyAnswer> answer;
  server.topology().submit(std::move(command),
                           [&](TopologyAnswer given) { answer.set_value(std::move(given)); });
  return answer.get_future().get();
}

std::string end_of(Client& client) {
  try {
    client.next_delivery();
  } catch (const ClosedByBroker& closed) {
    return closed.what();
  }
  return "a delivery";
}

}  // namespace coney::test
