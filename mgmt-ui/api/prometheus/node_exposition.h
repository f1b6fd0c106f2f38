#pragma once
// Metrics of the node as a whole that stand in no table.

#include "broker/arguments/queue_type.h"
#include "mgmt-ui/api/prometheus/exposition.h"
#include "mgmt-ui/api/routing/call.h"

namespace coney::management {

// "rabbit_classic_queue"
std::string_view queue_type_label(QueueType type);

void write_object_counts(Exposition& out, const Call& call);  // connections, queues, ...
void write_info(Exposition& out, const Call& call);           // build_info, identity_info
void write_global(Exposition& out, const Call& call);         // by protocol and queue type
void write_alarms(Exposition& out, const Call& call);
void write_memory(Exposition& out, const Call& call);

}  // namespace coney::management
