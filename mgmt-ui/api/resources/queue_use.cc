#include "mgmt-ui/api/resources/queue_use.h"

#include "broker/arguments/equivalence.h"
#include "mgmt-ui/api/resources/declaring.h"

namespace coney::management {

const CatalogQueue* queue_of_path(const Call& call) {
  const Vhost* vhost = call.vhost();
  return vhost ? vhost->find_queue(call.name("name")) : nullptr;
}

Answer locked(const CatalogQueue& queue) {
  return fault_answer(exclusive_queue_locked(*queue.record));
}

}  // namespace coney::management
