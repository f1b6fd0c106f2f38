#pragma once
// The endpoints, one file for each resource: a function that adds its paths to the table. A new
// resource is a file and a line in resources.cc.

#include "mgmt-ui/api/routing/route_table.h"

namespace coney::management {

RouteTable all_routes();

void add_whoami(RouteTable& table);
void add_login(RouteTable& table);
void add_vhosts(RouteTable& table);
void add_vhost_limits(RouteTable& table);
void add_users(RouteTable& table);
void add_user_limits(RouteTable& table);
void add_permissions(RouteTable& table);
void add_topic_permissions(RouteTable& table);
void add_policies(RouteTable& table);
void add_policy_simulation(RouteTable& table);
void add_parameters(RouteTable& table);
void add_global_parameters(RouteTable& table);
void add_exchanges(RouteTable& table);
void add_queues(RouteTable& table);
void add_queue_messages(RouteTable& table);
void add_browse(RouteTable& table);
void add_remove_messages(RouteTable& table);
void add_move_messages(RouteTable& table);
void add_unacked(RouteTable& table);
void add_pause(RouteTable& table);
void add_bindings(RouteTable& table);
void add_publish(RouteTable& table);
void add_definitions(RouteTable& table);
void add_cluster_name(RouteTable& table);
void add_feature_flags(RouteTable& table);
void add_federation(RouteTable& table);
void add_auth(RouteTable& table);
void add_health(RouteTable& table);
void add_aliveness(RouteTable& table);
void add_events(RouteTable& table);
void add_log_stream(RouteTable& table);
void add_live(RouteTable& table);
void add_histograms(RouteTable& table);
void add_storage(RouteTable& table);
void add_config(RouteTable& table);
void add_quorum(RouteTable& table);
void add_consumer_cancel(RouteTable& table);
void add_pages(RouteTable& table);
void add_effective_arguments(RouteTable& table);
void add_dashboard(RouteTable& table);
void add_own_permissions(RouteTable& table);

// That of DELETE for a queue; its path is with those of queues.cc.
Handler queue_deletion();
void add_overview(RouteTable& table);
void add_nodes(RouteTable& table);
void add_connections(RouteTable& table);
void add_channels(RouteTable& table);
void add_consumers(RouteTable& table);
void add_coney_node(RouteTable& table);
void add_node_life(RouteTable& table);
void add_authentication(RouteTable& table);
void add_live_settings(RouteTable& table);
void add_plugins(RouteTable& table);

}  // namespace coney::management
