#pragma once
// Definitions as the JSON of RabbitMQ 4's export (GET /api/definitions), to be read back by
// parse_definitions or by RabbitMQ. Predeclared exchanges (amq.direct, ...) and exclusive queues
// are left out, as there; operator policies and limits of vhosts are runtime parameters, too.
// Argument types that JSON lacks become the nearest that it has. Pure.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "broker/definitions/definition_records.h"
#include "persistence/definitions/records.h"

namespace coney {

struct DefinitionsExportHeader {
  std::string_view version;  // that the broker presents to clients: "4.3.6"
  std::string_view cluster_name;
};

// The whole cluster, on one line.
std::string export_definitions(const Definitions& definitions,
                               const DefinitionsExportHeader& header);

// The same a piece at a time, of the whole cluster, or of what is in one vhost and then without its
// name at each entry.
class DefinitionsExport {
 public:
  using Records = std::shared_ptr<const DefinitionRecords>;
  struct Section;  // a list of entries

  DefinitionsExport(Records records, const DefinitionsExportHeader& header);
  // REQUIRES: the vhost is among them.
  DefinitionsExport(Records records, const DefinitionsExportHeader& header,
                    const VhostRecord& vhost);
  ~DefinitionsExport();

  // Appends the next piece, about a millisecond's work; false: that was the last.
  bool write(std::string& to);

 private:
  void write_entries(const Section& section, std::string& to);

  const Records records_;
  std::string head_;  // what stands before the sections
  std::vector<Section> sections_;
  std::size_t section_ = 0, entry_ = 0;  // the next one
  bool begun_ = false;                   // something of the section is written
};

}  // namespace coney
