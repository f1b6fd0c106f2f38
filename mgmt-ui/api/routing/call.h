#pragma once
// One request on its way through a handler: the request, who asks, what the names in the path are,
// and what there is to answer it with. Lives until it is answered.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "mgmt-ui/api/access/gate.h"
#include "mgmt-ui/api/directory/directory.h"
#include "mgmt-ui/api/directory/snapshots.h"
#include "mgmt-ui/api/http/answer.h"
#include "mgmt-ui/api/http/request.h"
#include "mgmt-ui/api/services.h"

namespace coney::management {

struct Call {
  Request request;
  Caller caller;
  const Directory& directory;
  Services& services;
  Gate& gate;
  Snapshots& snapshots;
  std::vector<std::pair<std::string_view, std::size_t>> names;  // in the pattern: path segment

  // What {name} in the pattern stands for. REQUIRES: it is in the pattern.
  const std::string& name(std::string_view name) const;
  const Catalog& catalog() const { return directory.catalog(); }
  const Config& config() const { return services.config(); }

  // The vhost that the path names, null when there is none.
  const Vhost* vhost() const { return directory.find_vhost(name("vhost")); }
  // May the caller see what is in it?
  bool sees(std::string_view vhost) const;
  // May the caller do this to a queue or an exchange, as over AMQP?
  bool allowed(std::string_view vhost, Access access, std::string_view resource) const;
};

// A handler answers at once, or it starts something and answers when that is done.
using Later = std::function<void(Respond)>;
using Reply = std::variant<Answer, Later>;
// The call outlives the answer.
using Handler = Reply (*)(Call& call);

// Submits a command and makes the answer from the topology's. `make` is called when the command was
// carried out; the default is put_answer(existed). What was refused goes through refusal_answer().
using MakeAnswer = std::function<Answer(const TopologyAnswer&)>;
Reply carry_out(Call& call, TopologyCommand command, MakeAnswer make = {});
// The same, and what was refused is the handler's, too.
Reply submit(Call& call, TopologyCommand command, MakeAnswer make);

// As RabbitMQ answers it: 404 for vhosts that do not exist, 400 for the rest.
Answer refusal_answer(const TopologyAnswer& answer);
Answer error_answer(const ProtocolError& error);

}  // namespace coney::management
