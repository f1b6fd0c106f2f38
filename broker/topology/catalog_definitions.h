#pragma once
// What exists, as definitions: for exports and for comparing with a file.

#include "broker/topology/catalog.h"

namespace coney {

// Each list sorted by its key, byte by byte; without the default exchanges and without exclusive
// queues and the bindings to them. Transient exchanges and queues are in it.
Definitions definitions_of(const Catalog& catalog);

}  // namespace coney
