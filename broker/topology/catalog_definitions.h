#pragma once
// What exists, as definitions: for exports and for comparing with a file.

#include "broker/definitions/definition_records.h"
#include "broker/topology/catalog.h"

namespace coney {

// Each list sorted by its key, byte by byte; without the default exchanges and without exclusive
// queues and the bindings to them. Transient exchanges and queues are in it.
Definitions definitions_of(const Catalog& catalog);

// The same in two steps: the first takes what there is at one moment, some 100 ns for each object,
// on the catalog's thread; the second, which takes longer, may be done on any other. Exclusive
// queues are still among them.
DefinitionRecords records_of(const Catalog& catalog);
void arrange(DefinitionRecords& records);

}  // namespace coney
