#pragma once
// What handlers that use a queue have in common.

#include "mgmt-ui/api/routing/call.h"

namespace coney::management {

// {vhost} and {name} of the path; null when there is none.
const CatalogQueue* queue_of_path(const Call& call);

// To whom uses another's exclusive queue.
Answer locked(const CatalogQueue& queue);

}  // namespace coney::management
