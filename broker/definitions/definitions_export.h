#pragma once
// Definitions as the JSON of RabbitMQ 4's export (GET /api/definitions), to be read back by
// parse_definitions or by RabbitMQ. Predeclared exchanges (amq.direct, ...) and exclusive queues
// are left out, as there; operator policies and limits of vhosts are runtime parameters, too.
// Argument types that JSON lacks become the nearest that it has. Pure.

#include <string>
#include <string_view>

#include "persistence/definitions/records.h"

namespace coney {

struct DefinitionsExportHeader {
  std::string_view version;  // that the broker presents to clients: "4.3.6"
  std::string_view cluster_name;
};

// The whole cluster, on one line.
std::string export_definitions(const Definitions& definitions,
                               const DefinitionsExportHeader& header);

// What is in one vhost, without its name at each entry; "" when there is no such vhost.
std::string export_vhost_definitions(const Definitions& definitions,
                                     const DefinitionsExportHeader& header, std::string_view vhost);

}  // namespace coney
