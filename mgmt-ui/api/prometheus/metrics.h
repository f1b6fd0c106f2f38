#pragma once
// The endpoints of RabbitMQ's Prometheus plugin, which ask for no login:
//
//   /metrics               sums over all objects (/metrics/default is the same)
//   /metrics/per-object    a line for each object
//   /metrics/detailed      ?family=queue_metrics&family=...&vhost=...
//   /metrics/memory-breakdown
//
// ?top=N, on those with objects: only the N queues with most messages, and channels and connections
// with most traffic.

#include "mgmt-ui/api/routing/route_table.h"

namespace coney::management {

RouteTable metrics_routes();

}  // namespace coney::management
