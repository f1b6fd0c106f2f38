#pragma once
// The key of a binding in paths: among those of one source and one destination it tells which.
// RabbitMQ's form: "~" for a binding without key and arguments, else the routing key quoted, and
// behind a "~" a hash of the arguments when there are any. What the hash is, is nobody else's
// business: clients take it from a list.

#include <string>

#include "persistence/definitions/records.h"

namespace coney::management {

std::string binding_key(const BindingRecord& binding);

}  // namespace coney::management
