#pragma once
// Only for the shard's own files.

#include "broker/connection/connection.h"
#include "broker/shard/shard.h"

namespace coney {

// `visit` may have connections removed at the end of the turn, and may not add any.
template <typename Visit>
void Shard::for_each_connection(Visit visit) {
  for (ConnectionSlot& slot : connections_) {
    if (slot.connection) visit(*slot.connection);
  }
}

}  // namespace coney
